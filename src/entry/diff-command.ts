import { relative } from "node:path";
import { parseArgs } from "node:util";
import { unifiedDiff } from "../adapters/text-diff.ts";
import { EXIT } from "../gate/verdict.ts";
import { type Difference, type Differences, differencesOfHeld } from "./differences.ts";
import { heldLayers } from "./held.ts";
import type { CliCommand, Io } from "./io.ts";
import { inWords, paint, plainText, shownPath } from "./render.ts";
import { findWaysBack, waysBack } from "./ways-back.ts";

export const DIFF_HELP = `Shows what a command changed, and what of it waits for a yes.

  countersign diff [ID|--last] [--stat] [--json] [--] [PATH…]

--stat lists the paths without their contents. Contents are shown as long as the restore point keeps them.

Examples
  countersign diff --last
  countersign diff 01JD4Z0R9K7C3M5T8V2X6Y1B4N --stat
  countersign diff --last -- src
`;

export const diffCommand: CliCommand = async (args, io) => {
  const { values, positionals } = parseArgs({
    args: [...args],
    allowPositionals: true,
    options: {
      last: { type: "boolean" },
      stat: { type: "boolean" },
      json: { type: "boolean" },
      help: { type: "boolean", short: "h" },
    },
  });
  if (values.help) {
    io.print(DIFF_HELP);
    return EXIT.done;
  }
  const [action, paths] = values.last ? [undefined, positionals] : [positionals[0], positionals.slice(1)];
  for (const section of sectionsOf(io, action)) {
    const { list, close } = await section.differences();
    try {
      const chosen = list.filter((one) => isNamed(one, paths, io)).sort(bookkeepingLast);
      if (values.json) for (const one of chosen) io.print(`${JSON.stringify(plain(one, section))}\n`);
      else show(section, chosen, values.stat === true, io);
    } finally {
      close();
    }
  }
  return EXIT.done;
};

/** What git keeps for itself says least to a person. */
function bookkeepingLast(a: Difference, b: Difference): number {
  const isGit = ({ path }: Difference) => Number(/\/\.git\//.test(path));
  return isGit(a) - isGit(b);
}

/** One kind of thing that an action left. */
interface Section {
  readonly title: string;
  /** It waits for a yes. */
  readonly isHeld: boolean;
  differences(): Promise<Differences>;
}

function sectionsOf(io: Io, action: string | undefined): readonly Section[] {
  const held = heldLayers(io)
    .list()
    .filter(
      ({ id, label }) =>
        action !== undefined && (label?.startsWith(action.toUpperCase()) === true || id === action),
    )
    .map((layer) => ({
      title: `${action}  waits for a yes`,
      isHeld: true,
      differences: async () => differencesOfHeld(layer),
    }));
  const isOnlyHeld =
    held.length > 0 && !waysBack(io).some((one) => one.action.startsWith(action?.toUpperCase() ?? ""));
  const done = isOnlyHeld ? [] : findWaysBack(io, action);
  return [
    ...done.map(({ action: id, engine, undone, summary, differences }) => ({
      title: `${id}  ${engine === "points" ? `kept beside: ${plainText(summary)}` : engine}${undone ? ", undone since" : ""}`,
      isHeld: false,
      differences,
    })),
    ...held,
  ];
}

function plain({ before: _before, after: _after, ...one }: Difference, { isHeld }: Section) {
  return { ...one, held: isHeld };
}

function show({ title }: Section, chosen: readonly Difference[], isShort: boolean, io: Io): void {
  io.print(`${paint(io, "bold", title)}\n`);
  for (const one of chosen) {
    io.print(`${statLine(one, io)}\n`);
    if (!isShort) io.print(textOf(one, io));
  }
}

function isNamed({ path }: Difference, paths: readonly string[], io: Io): boolean {
  const shown = relative(io.cwd, path);
  return (
    paths.length === 0 ||
    paths.some((one) => {
      const name = one.replace(/^\.\//, "").replace(/\/$/, "");
      return [path, shown].some((full) => full === name || full.startsWith(`${name}/`)) || name === ".";
    })
  );
}

const LETTERS = { created: "A", modified: "M", deleted: "D", metadata: "m", moved: "R" } as const;
const STYLES = {
  created: "green",
  modified: "yellow",
  deleted: "red",
  metadata: "cyan",
  moved: "cyan",
} as const;

/** One line: what happened, where, and how much is below it. */
function statLine({ kind, path, from, entries, bytes }: Difference, io: Io): string {
  const many = entries !== undefined && entries > 1 ? `  ${entries} entries` : "";
  const size = bytes === undefined || bytes === 0 ? "" : `  ${inWords(bytes)}`;
  const where = from === undefined ? shownPath(path, io) : `${shownPath(from, io)} → ${shownPath(path, io)}`;
  const what = kind === "metadata" ? "only its time, mode or owner" : kind;
  return `${paint(io, STYLES[kind], LETTERS[kind])} ${where}${many}${size}  ${what}`;
}

/** The agent wrote these lines: nothing in them may steer the terminal. */
function textOf({ before, after, path, kind }: Difference, io: Io): string {
  if ((before === undefined && after === undefined) || kind === "metadata" || kind === "moved") return "";
  const pair = { ...(before ? { before } : {}), ...(after ? { after } : {}), name: shownPath(path, io) };
  return unifiedDiff(pair)
    .split("\n")
    .map((line) => coloured(plainText(line), io))
    .join("\n");
}

function coloured(line: string, io: Io): string {
  if (line.startsWith("@@")) return paint(io, "cyan", line);
  if (line.startsWith("+") && !line.startsWith("+++")) return paint(io, "green", line);
  if (line.startsWith("-") && !line.startsWith("---")) return paint(io, "red", line);
  return line;
}
