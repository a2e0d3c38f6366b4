// Makes the points for `rm app.db` in the machine of a folder, to be killed while it does.
import { join } from "node:path";
import { withPoints } from "../../src/adapters/restore/points/port.ts";
import { pointProviders } from "../../src/adapters/restore/points/providers.ts";
import { pointsFolder } from "../../src/adapters/restore/points/record.ts";
import { effect } from "../../src/analyzers/effects.ts";
import type { Setting } from "../../src/core/call.ts";

const base = process.argv[2] ?? "";
const work = join(base, "work");
const points = {
  folder: pointsFolder(join(base, "state")),
  providers: pointProviders({ environment: {}, untrusted: [work] }),
};
const port = withPoints({ make: async () => undefined, ended: async () => {} }, points);
const deletion = effect({
  verb: "delete",
  kind: "file",
  name: "app.db",
  environment: "workspace",
  by: "rm app.db",
});
const setting = { cwd: work, workspace: work, home: join(base, "home"), own: [], engine: "snapshot" };
await port.make("action-1", [deletion], setting as unknown as Setting);
