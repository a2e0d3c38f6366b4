import type { CliCommand } from "./io.ts";

export const policyEntry: CliCommand = async () => 2;
