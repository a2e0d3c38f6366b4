import { gitRemotes } from "./git/provider.ts";
import { packagesOfMachine } from "./packages/provider.ts";
import type { RestoreProvider } from "./provider.ts";
import { sqliteDatabases } from "./sqlite/provider.ts";

/** What the providers have to know of the operator. */
export interface ProviderOptions {
  /** The operator's environment, not that of a command. */
  readonly environment: Readonly<Record<string, string | undefined>>;
  /** Folders that the agent can write to: the workspace, temporary folders. No program is started from them. */
  readonly untrusted: readonly string[];
  /** Milliseconds that one call to a remote may take at most. Each kind of call has its own bound below that. */
  readonly patience?: number;
}

/** All providers, in the order in which they are asked. */
export function pointProviders({
  environment,
  untrusted,
  patience,
}: ProviderOptions): readonly RestoreProvider[] {
  const options = { environment, places: { path: environment.PATH ?? "", untrusted } };
  return [
    sqliteDatabases,
    gitRemotes({ ...options, ...(patience === undefined ? {} : { patience }) }),
    packagesOfMachine(options),
  ];
}
