import type { Environment } from "../../core/effect.ts";
import type { Scene } from "../analyzer.ts";
import { environmentOf } from "../environment.ts";
import { textField } from "./input.ts";

/** A call of a tool of an MCP server. Everything in it is controlled by the agent or by the server. */
export interface McpCall {
  readonly server: string;
  /** Without the `mcp__SERVER__` that some hosts put before it. */
  readonly tool: string;
  readonly arguments: Readonly<Record<string, unknown>>;
  /** Written by the server: they can only raise. */
  readonly annotations: Readonly<Record<string, unknown>>;
}

/** The first of the named arguments that is a text. */
export function firstText(call: McpCall, names: readonly string[]): string | undefined {
  return names.map((name) => textField(call.arguments, name)).find((text) => text !== undefined);
}

/** Arguments that name files, by the habits of file servers. */
export const PATHS = [
  "path",
  "file_path",
  "filePath",
  "filepath",
  "filename",
  "file",
  "relative_path",
  "target",
  "target_file",
  "uri",
];

/** The tool acts on a repository of a forge, not on files of this machine. */
export function isRemoteRepository(call: McpCall): boolean {
  const has = (...names: readonly string[]) => names.some((name) => Object.hasOwn(call.arguments, name));
  return (
    (has("owner", "org", "organization", "workspace_slug") && has("repo", "repository", "repo_slug")) ||
    (has("repo", "repository", "project_id", "projectId", "repositoryId") &&
      has("branch", "ref", "path", "file_path", "filePath", "branchName", "sha"))
  );
}

/** The environment that the names in a call tell. */
export function environmentFor(call: McpCall, scene: Scene): Environment {
  const texts = Object.entries(call.arguments)
    .filter(([name]) =>
      /env|stage|project|cluster|context|namespace|database|host|profile|branch|target|account|name|id$/i.test(
        name,
      ),
    )
    .flatMap(([, value]) => (typeof value === "string" && value.length < 200 ? [value] : []));
  return environmentOf([call.server, ...texts], scene);
}
