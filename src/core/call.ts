import type { Environment } from "./effect.ts";
import type { Json } from "./json.ts";
import type { EngineName } from "./protection.ts";

/** The kinds of call that `check --batch` and the hosts hand in (DESIGN §10). */
export const TOOLS = [
  "shell",
  "powershell",
  "sql",
  "file.write",
  "file.delete",
  "http",
  "mcp",
  "terraform.plan",
  "cloudformation.changeset",
  "kubernetes.request",
  "aws.request",
] as const;
export type Tool = (typeof TOOLS)[number];

/**
 * What an agent wants to do, as it said it. Everything in it is controlled by the agent.
 * `input` is a text for shell, powershell and sql, an object otherwise; `sql` also takes `{ text, dialect }`.
 */
export interface Call {
  readonly tool: Tool;
  readonly input: string | { readonly [key: string]: Json | undefined };
}

/** The environments a person or a configuration may declare for a call. */
export type DeclaredEnvironment = Extract<Environment, "development" | "staging" | "production">;

/**
 * Where the call would run. Comes from the gate, not from the agent: paths are absolute and normalised.
 */
export interface Setting {
  readonly cwd: string;
  readonly home: string;
  /** Root of the project being worked on; `undefined` when the working directory is no project (home, `/`). */
  readonly workspace: string | undefined;
  /** Directories for temporary files. */
  readonly temporary: readonly string[];
  readonly user: string;
  readonly platform: "linux" | "darwin" | "win32";
  /** What the caller's configuration says of the target. It can raise; it lowers only what is not known better. */
  readonly declared: DeclaredEnvironment | undefined;
  /** The engine that would run it. */
  readonly engine: EngineName;
  /** True when the engine in force can put workspace files back after this call. */
  readonly restorable: boolean;
  /** True when the engine in force contains programs that nobody can read ahead (DESIGN §5). */
  readonly contained: boolean;
  /** Folders of the gate itself (state, configuration): touching them is a matter of governance. */
  readonly own: readonly string[];
}

/** What an engine means for the judging of a call. */
export function levelOf(engine: EngineName): Pick<Setting, "engine" | "restorable" | "contained"> {
  return { engine, restorable: engine !== "plain", contained: engine === "linux-overlay" };
}
