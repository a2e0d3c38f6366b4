import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { describe, expect, it } from "vitest";
import { countersign, countersignLater, makePlace, needs, works } from "./program.ts";

/** A development server as there are many: it watches the project, and writes into it. */
const SERVER = `
import { watch, writeFileSync } from "node:fs";
watch(".", (_, name) => { if (name === "source") writeFileSync("seen", "the server saw it"); });
writeFileSync("ready", "");
setInterval(() => {}, 1000);
`;

async function until(done: () => boolean): Promise<void> {
  for (let tries = 0; tries < 200 && !done(); tries++) await sleep(50);
}

describe.skipIf(!needs("user namespaces", works("unshare", "-Urm", "true")))("[X-service] a service", () => {
  it("sees what later commands commit, ends with a signal, and is undone", async () => {
    const place = makePlace();
    const at = (name: string) => join(place.project, name);
    writeFileSync(at("server.mjs"), SERVER);
    const service = countersignLater(place, ["run", "--service", "--", "node", "server.mjs"]);
    await until(() => existsSync(at("ready")));
    expect(existsSync(at("ready"))).toBe(true);
    expect(countersign(place, ["run", "echo changed > source"]).code).toBe(0);
    await until(() => existsSync(at("seen")));
    expect(readFileSync(at("seen"), "utf8")).toBe("the server saw it");
    process.kill(service.pid ?? 0, "SIGTERM");
    expect((await service).code).toBe(143);
    const [first = ""] = countersign(place, ["restore-points", "--json"]).out.trim().split("\n").toReversed();
    const { action, engine } = JSON.parse(first) as { action: string; engine: string };
    expect(engine).toBe("snapshot");
    expect(countersign(place, ["undo", action, "--force"]).code).toBe(0);
    expect([existsSync(at("ready")), existsSync(at("seen"))]).toEqual([false, false]);
  });
});
