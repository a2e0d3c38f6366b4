import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { snapshotRestorePoints } from "../../src/adapters/restore/snapshot/port.ts";
import { restoreSnapshot } from "../../src/adapters/restore/snapshot/restore.ts";
import type { Effect } from "../../src/core/effect.ts";
import { places, run } from "./support.ts";

function deletion(name: string): Effect {
  return {
    verb: "delete",
    resource: { kind: "file", name },
    environment: "workspace",
    reversibility: "R1",
    wayBack: "restore-point",
    certain: true,
    marks: [],
  } as unknown as Effect;
}

function setting(workspace: string) {
  return { cwd: workspace, home: "/home/nobody", workspace } as Parameters<
    ReturnType<typeof snapshotRestorePoints>["make"]
  >[2];
}

describe("[UNDO] the gate's restore point", () => {
  it("takes back also what was not predicted, and knows what came after", async () => {
    const { workspace, store } = places();
    run(workspace, "echo 1 >predicted; echo 1 >surprise; echo 1 >later");
    const port = snapshotRestorePoints(store);
    expect(await port.make("action-1", [deletion("predicted")], setting(workspace))).toBe("action-1");
    run(workspace, "rm predicted surprise");
    await port.ended("action-1");
    writeFileSync(join(workspace, "later"), "mine\n");
    const { restored, conflicts } = await restoreSnapshot(store, "action-1");
    expect([restored.toSorted(), conflicts]).toEqual([["predicted", "surprise"], []]);
    expect(readFileSync(join(workspace, "later"), "utf8")).toBe("mine\n");
  });

  it("keeps what could be made again when just that is predicted to go", async () => {
    const { workspace, store } = places();
    run(workspace, "echo {} >package.json; mkdir -p node_modules/x; echo 1 >node_modules/x/y");
    const port = snapshotRestorePoints(store);
    await port.make("action-2", [deletion("node_modules/**")], setting(workspace));
    run(workspace, "rm -rf node_modules");
    await port.ended("action-2");
    await restoreSnapshot(store, "action-2");
    expect(readFileSync(join(workspace, "node_modules/x/y"), "utf8")).toBe("1\n");
  });

  it("is refused for what lies outside the workspace", async () => {
    const { workspace, store } = places();
    const port = snapshotRestorePoints(store);
    for (const name of ["../x", "/etc/passwd", "~/notes"])
      await expect(port.make("action-3", [deletion(name)], setting(workspace))).rejects.toThrow(
        "lies outside",
      );
  });

  it("is not missed when there was none to make", async () => {
    await snapshotRestorePoints(places().store).ended("action-4");
  });
});
