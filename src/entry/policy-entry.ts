import { placesFrom } from "../adapters/places.ts";
import { policyPlaces } from "../adapters/policy/layers.ts";
import { settingOf } from "./compose.ts";
import type { CliCommand } from "./io.ts";
import { policyCommand } from "./policy-command.ts";

export const policyEntry: CliCommand = async (args, io) =>
  policyCommand(args, {
    out: (line) => io.print(`${line}\n`),
    err: (line) => io.warn(`${line}\n`),
    places: () => policyPlaces(settingOf(io, io.cwd, undefined).workspace, placesFrom(io.environment).config),
  });
