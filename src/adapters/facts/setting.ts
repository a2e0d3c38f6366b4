import { existsSync, realpathSync } from "node:fs";
import { homedir, tmpdir, userInfo } from "node:os";
import { dirname, join, resolve } from "node:path";
import { type DeclaredEnvironment, levelOf, type Setting } from "../../core/call.ts";
import type { EngineName } from "../../core/protection.ts";
import type { Places } from "../places.ts";

export interface SettingOptions {
  readonly cwd: string;
  readonly declared: DeclaredEnvironment | undefined;
  readonly places: Places;
  readonly environment: NodeJS.ProcessEnv;
  readonly engine: EngineName;
}

/** Finds out where a call would run: the project around the working directory, home, temporary folders. */
export function settingFor(options: SettingOptions): Setting {
  const cwd = realOr(resolve(options.cwd));
  const home = realOr(options.environment.HOME ?? homedir());
  const platform = process.platform === "darwin" || process.platform === "win32" ? process.platform : "linux";
  const temporary = ["/tmp", "/var/tmp", tmpdir(), options.environment.TMPDIR ?? "/tmp"].flatMap((path) => [
    path,
    realOr(path),
  ]);
  return {
    cwd,
    home,
    workspace: workspaceOf(cwd, home, temporary),
    temporary: [...new Set(temporary)].filter((path) => path !== "/" && path !== home),
    user: userName(),
    platform,
    declared: options.declared,
    ...levelOf(options.engine),
    own: [options.places.state, options.places.config],
  };
}

function userName(): string {
  try {
    return userInfo().username;
  } catch {
    return "unknown";
  }
}

function realOr(path: string): string {
  try {
    return realpathSync(path);
  } catch {
    return path;
  }
}

/**
 * The project that a directory belongs to: the nearest folder above it that holds `.git` or `.countersign`,
 * else the directory itself. Home, its parents and the roots of the system are nobody's project.
 */
export function workspaceOf(
  cwd: string,
  home: string,
  temporary: readonly string[] = [],
): string | undefined {
  for (let at = cwd; isProjectPlace(at, home, temporary); at = dirname(at)) {
    if (existsSync(join(at, ".git")) || existsSync(join(at, ".countersign"))) return at;
  }
  return isProjectPlace(cwd, home, temporary) ? cwd : undefined;
}

const SYSTEM =
  /^\/(bin|boot|dev|etc|lib|lib64|proc|root|run|sbin|sys|usr|var|opt|home|Users|mnt|media|srv|tmp)?$/;

function isProjectPlace(path: string, home: string, temporary: readonly string[]): boolean {
  if (path === home || home.startsWith(`${path}/`) || temporary.includes(path)) return false;
  return (
    !SYSTEM.test(path) &&
    !/^\/(etc|usr|boot|proc|sys|dev|bin|sbin|lib)\//.test(path) &&
    path !== dirname(path)
  );
}
