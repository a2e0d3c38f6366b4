import { closeSync, mkdirSync, openSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { createOverlayEngine, type OverlayOptions } from "../../src/adapters/exec/overlay/engine.ts";
import { openJournal } from "../../src/adapters/journal/journal.ts";
import type { Layer } from "../../src/adapters/journal/layer.ts";
import type { Storage } from "../../src/adapters/journal/storage.ts";
import { makeProject } from "./users.ts";

export const ENVIRONMENT = { PATH: "/usr/bin:/bin:/usr/sbin:/sbin", LANG: "C.UTF-8" };

/** A project with an engine and a journal. */
export function makeBench(options: Partial<OverlayOptions> = {}, storage?: Storage) {
  const place = makeProject();
  const engine = createOverlayEngine({ ...place, network: "off", ...options });
  const folder = join(place.state, "journal");
  const journal = openJournal(folder, storage ? { storage } : {});
  const run = async (shell: string) => {
    const path = join(place.home, "..", "output");
    mkdirSync(place.workspace, { recursive: true });
    const output = openSync(path, "w");
    try {
      const ran = await engine.run(
        { shell },
        {
          cwd: place.workspace,
          env: { ...ENVIRONMENT, HOME: place.home },
          stdio: ["ignore", output, output],
        },
      );
      return { ...ran, text: readFileSync(path, "utf8") };
    } finally {
      closeSync(output);
    }
  };
  return { ...place, engine, journal, folder, run };
}

/** Commits and gives the step; fails when it did not become one. */
export function committed(layer: Layer, journal: ReturnType<typeof openJournal>): string {
  const result = layer.commit(journal);
  if (result.outcome !== "committed" || result.step === undefined) throw new Error(JSON.stringify(result));
  return result.step;
}
