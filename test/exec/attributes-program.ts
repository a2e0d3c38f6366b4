import { mkdirSync, mkdtempSync, realpathSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import {
  copyExtended,
  hasOrigin,
  readExtended,
  setExtended,
  setOpaque,
  slowReader,
  stripNotes,
} from "../../src/adapters/exec/diff/extended.ts";
import { probeOverlay } from "../../src/adapters/exec/overlay/probe.ts";

/** Every question about extended attributes once, with odd names; the answers are the same with every program. */
const folder = realpathSync(mkdtempSync(join(process.argv[2] ?? "/var/tmp", "attributes-")));
const at = (name: string) => join(folder, name);
const hex = (text: string) => Buffer.from(text).toString("hex");
for (const name of ["a b", "line\nbreak", "ünï", "plain", "tree/in"])
  mkdirSync(at(name), { recursive: true });
writeFileSync(at("tree/in/file"), "");

const one = { [hex("user.note")]: hex("one"), [hex("user.ünï")]: hex("\0two\n"), [hex("user.empty")]: "" };
setExtended(at("a b"), {}, one);
setExtended(at("line\nbreak"), {}, { [hex("user.x")]: hex("1") });
setExtended(at("line\nbreak"), { [hex("user.x")]: "" }, { [hex("user.y")]: hex("2") });
const copied = copyExtended(at("a b"), at("ünï"));
const opaque = setOpaque(at("plain"), "opaque");
setExtended(at("tree"), {}, { [hex("user.overlay.impure")]: hex("y") });
setExtended(at("tree/in"), {}, { [hex("user.overlay.impure")]: hex("y"), [hex("user.keep")]: hex("k") });
setExtended(at("tree/in/file"), {}, { [hex("user.overlay.origin")]: hex("") });
const before = hasOrigin(at("tree/in/file"));
stripNotes([at("tree")]);
const reader = slowReader([{ lower: at("a b"), upper: at("plain") }]);
const pairs = ["ünï", "line\nbreak", "plain", "tree/in"].map((name) => ({
  lower: at("a b"),
  upper: at(name),
}));
const compared = await reader.compare(pairs, []);
const probe = probeOverlay(at("state"));
process.stdout.write(
  JSON.stringify({
    read: ["a b", "line\nbreak", "ünï", "tree/in"].map((name) => readExtended(at(name))),
    copied,
    opaque,
    merged: setOpaque(at("plain"), "merged"),
    origin: [before, hasOrigin(at("tree/in/file"))],
    compared,
    probe: probe.works && probe.extendedAttributes,
  }),
);
