import type { CliCommand } from "./io.ts";

export const showCommand: CliCommand = async () => 2;
