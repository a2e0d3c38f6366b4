import { isAbsolute, join, relative } from "node:path";
import type { Setting } from "../../../core/call.ts";
import type { Effect } from "../../../core/effect.ts";
import type { RestorePort } from "../../../gate/ports.ts";
import { UserError } from "../../error.ts";
import { endSnapshot } from "./restore.ts";
import { takeSnapshot } from "./take.ts";

const FILE_KINDS = new Set(["file", "directory", "link"]);

/**
 * The way back where a command cannot run in isolation: the whole workspace is kept before it runs, whatever the
 * command was predicted to do; `always` also where nothing was. The id of the snapshot is that of the action.
 */
export function snapshotRestorePoints(folder: string, when: "needed" | "always" = "needed"): RestorePort {
  return {
    make: async (action, effects, setting) => {
      const isNeeded = when === "always" || effects.some((effect) => effect.wayBack === "restore-point");
      if (!isNeeded) return undefined;
      const workspace = setting.workspace ?? setting.cwd;
      const include = namedPaths(effects, workspace, setting);
      const { id } = await takeSnapshot(workspace, folder, { id: action, include });
      return id;
    },
    ended: async (action) => {
      try {
        await endSnapshot(folder, action);
      } catch (error) {
        if (!(error instanceof UserError && error.code === "NO_RESTORE_POINT")) throw error;
      }
    },
  };
}

/**
 * Paths that the command was predicted to touch: kept even inside a folder that could be made again. Throws when
 * one lies outside the workspace, because then this is no way back.
 */
function namedPaths(effects: readonly Effect[], workspace: string, setting: Setting): readonly string[] {
  const counted = effects.filter(
    (effect) => effect.wayBack === "restore-point" && FILE_KINDS.has(effect.resource.kind) && effect.certain,
  );
  const paths = counted.map(({ resource }) => {
    const name = beforeGlob(resource.name);
    const full = isAbsolute(name)
      ? name
      : name.startsWith("~/")
        ? join(setting.home, name.slice(2))
        : join(workspace, name);
    const path = relative(workspace, full);
    if (path !== ".." && !path.startsWith("../") && !isAbsolute(path)) return path;
    throw new UserError(
      "OUTSIDE_WORKSPACE",
      `\`${resource.name}\` lies outside \`${workspace}\`, of which the restore point is`,
      "run the command in the project that the file belongs to",
    );
  });
  return [...new Set(paths)].filter((path) => path !== "");
}

/** The folder in which a pattern starts to match. */
function beforeGlob(name: string): string {
  const at = name.search(/[*?[{]/);
  return at < 0 ? name : name.slice(0, name.lastIndexOf("/", at) + 1) || ".";
}
