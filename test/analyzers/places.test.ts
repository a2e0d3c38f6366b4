import { describe, expect, it } from "vitest";
import { cachePlaces } from "../../src/analyzers/places.ts";
import { secretPlaces } from "../../src/analyzers/secret-places.ts";
import { controlOf, holdsSecrets, isSecret } from "../../src/analyzers/sensitive.ts";
import type { Setting } from "../../src/core/call.ts";
import { SETTING } from "./check.ts";

type Environment = Readonly<Record<string, string>>;

const pathsFor = (environment: Environment, setting: Setting = SETTING) =>
  cachePlaces(setting, environment, "understood").map(({ path }) => path.replace(SETTING.home, "~"));

function check(environment: Environment, path: string, expected: "passed" | "not passed"): void {
  expect(pathsFor(environment).includes(path), JSON.stringify(pathsFor(environment))).toBe(
    expected === "passed",
  );
}

describe("[A-places] caches are written through to where the tool looks", () => {
  it.each([
    [{}, "~/.npm/_cacache"],
    [{}, "~/.cargo/registry"],
    [{}, "~/go/pkg/mod"],
    [{}, "~/.cache/go-build"],
    [{}, "~/.gradle/caches"],
    [{}, "~/.m2/repository"],
    [{}, "~/.cache/pip"],
    [{ npm_config_cache: "/home/dev/.cache/npm" }, "~/.cache/npm/_cacache"],
    [{ XDG_CACHE_HOME: "/home/dev/.var/cache" }, "~/.var/cache/pip"],
    [{ PIP_CACHE_DIR: "/home/dev/.var/pip-cache" }, "~/.var/pip-cache"],
    [{ CARGO_HOME: "/home/dev/.var/cargo" }, "~/.var/cargo/registry"],
    [{ GOPATH: "/home/dev/.go" }, "~/.go/pkg/mod"],
    [{ GOMODCACHE: "/home/dev/.var/modcache" }, "~/.var/modcache"],
    [{ GOCACHE: "/home/dev/.var/go-build" }, "~/.var/go-build"],
    [{ GRADLE_USER_HOME: "/home/dev/.var/gradle" }, "~/.var/gradle/caches"],
    [{ YARN_CACHE_FOLDER: "/home/dev/.var/yarn-cache" }, "~/.var/yarn-cache"],
    [
      { PNPM_HOME: "/home/dev/.local/share/pnpm", PATH: "/usr/bin:/home/dev/.local/share/pnpm" },
      "~/.local/share/pnpm/store",
    ],
    [{ NUGET_PACKAGES: "/home/dev/.var/packages" }, "~/.var/packages"],
    [{ UV_CACHE_DIR: "/home/dev/.var/uv-cache" }, "~/.var/uv-cache"],
    [{ BUN_INSTALL_CACHE_DIR: "/home/dev/.var/cache" }, "~/.var/cache"],
    [{ COMPOSER_CACHE_DIR: "/home/dev/.var/cache" }, "~/.var/cache"],
    [{ DENO_DIR: "/home/dev/.deno-cache" }, "~/.deno-cache"],
    [{ PLAYWRIGHT_BROWSERS_PATH: "/home/dev/.var/browsers" }, "~/.var/browsers"],
    [{ HF_HOME: "/home/dev/.var/huggingface" }, "~/.var/huggingface/hub"],
    [{ CCACHE_DIR: "/home/dev/.var/ccache" }, "~/.var/ccache"],
    [{ SCCACHE_DIR: "/home/dev/.var/sccache" }, "~/.var/sccache"],
    [{ TURBO_CACHE_DIR: "/home/dev/.var/turbo" }, "~/.var/turbo"],
  ] as const)("%j: %s", (environment, path) => check(environment, path, "passed"));
});

describe("[A-places] a variable cannot lead a command's writes to anything else", () => {
  it.each([
    ["outside of home", { GOCACHE: "/srv/cache" }, "/srv/cache"],
    ["home itself", { GOCACHE: "/home/dev/cache/.." }, "~"],
    ["above home", { GOCACHE: "/home" }, "/home"],
    ["a folder of work", { GOCACHE: "/home/dev/thesis" }, "~/thesis"],
    ["a folder of projects", { XDG_CACHE_HOME: "/home/dev/projects" }, "~/projects/uv"],
    ["a folder of projects", { CARGO_HOME: "/home/dev/projects" }, "~/projects/registry"],
    ["the workspace", { GOCACHE: "/home/dev/project/cache" }, "~/project/cache"],
    ["around the workspace", { PIP_CACHE_DIR: "/home/dev/project/../../dev" }, "~"],
    ["keys", { GOCACHE: "/home/dev/.ssh/cache" }, "~/.ssh/cache"],
    ["a cloud's folder", { GOCACHE: "/home/dev/.aws/cache" }, "~/.aws/cache"],
    ["configuration", { XDG_CACHE_HOME: "/home/dev/.config" }, "~/.config/pip"],
    [
      "what runs by itself",
      { GOCACHE: "/home/dev/.config/systemd/user/cache" },
      "~/.config/systemd/user/cache",
    ],
    ["an agent's folder", { GOCACHE: "/home/dev/.claude/plugins/cache" }, "~/.claude/plugins/cache"],
    [
      "the gate's own",
      { GOCACHE: "/home/dev/.local/state/countersign/cache" },
      "~/.local/state/countersign/cache",
    ],
    ["on PATH", { GOCACHE: "/home/dev/cache", PATH: "/usr/bin:/home/dev/cache" }, "~/cache"],
    ["around what is on PATH", { PATH: "/home/dev/.cache/pip/bin:/usr/bin" }, "~/.cache/pip"],
    ["relative", { GOCACHE: "cache" }, "cache"],
    ["through a parent", { GOCACHE: "/home/dev/cache/../.ssh/cache" }, "~/.ssh/cache"],
    ["too long", { GOCACHE: `/home/dev/${"a/".repeat(3_000)}cache` }, `~/${"a/".repeat(3_000)}cache`],
  ] as const)("%s", (_, environment, path) => check(environment, path, "not passed"));
});

describe("[A-places] no cache is anything but a cache", () => {
  const places = cachePlaces(SETTING, {}, "understood");

  it.each(places.map(({ path, tool }) => [path, tool] as const))("%s of %s", (path) => {
    expect([controlOf(path, SETTING), isSecret(path, SETTING), holdsSecrets(path)]).toEqual([
      undefined,
      false,
      false,
    ]);
    for (const secret of secretPlaces(SETTING, {})) expect(secret.path.startsWith(`${path}/`)).toBe(false);
    expect(path).not.toMatch(/\/(s?bin|shims)(\/|$)/);
  });

  it("what nobody read writes through to checked ones only", () => {
    const unread = cachePlaces(SETTING, {}, "unread");
    expect(unread.length).toBeGreaterThan(3);
    expect(unread.every(({ trust }) => trust === "checked")).toBe(true);
  });

  it("none where the workspace is inside of it", () => {
    const workspace = "/home/dev/.cache/pip/project";
    expect(pathsFor({}, { ...SETTING, workspace, cwd: workspace })).not.toContain("~/.cache/pip");
  });
});
