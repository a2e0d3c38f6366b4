import { parseArgs } from "node:util";
import { UserError } from "../adapters/error.ts";
import { describeEffect } from "../core/effect.ts";
import { type Recorded, readHistory, stageWords } from "./history.ts";
import type { CliCommand, Io } from "./io.ts";
import { paint, plainText } from "./render.ts";

export const LOG_HELP = `Lists what happened, the newest last.

  countersign log [--json] [--limit N] [--session NAME] [--stopped]

Examples
  countersign log --limit 5
  countersign log --stopped
  countersign log --json | jq .tier
`;

export const logCommand: CliCommand = async (args, io) => {
  const { values } = parseArgs({
    args: [...args],
    options: {
      json: { type: "boolean" },
      limit: { type: "string", default: "20" },
      session: { type: "string" },
      stopped: { type: "boolean" },
      help: { type: "boolean", short: "h" },
    },
  });
  if (values.help) {
    io.print(LOG_HELP);
    return 0;
  }
  const limit = Number(values.limit);
  if (!Number.isInteger(limit) || limit < 1)
    throw new UserError(
      "USAGE",
      `\`${values.limit}\` is no number of lines`,
      "give a whole number: --limit 20",
    );
  const all = [...readHistory(io).values()].filter(
    (one) =>
      (values.session === undefined || one.action?.session === values.session) &&
      (!values.stopped || isStopped(one)),
  );
  const shown = all.slice(-limit);
  if (shown.length === 0)
    io.print(values.json ? "" : "nothing is recorded yet; `countersign run -- CMD` records what it does\n");
  for (const one of shown) io.print(values.json ? `${JSON.stringify(line(one))}\n` : text(one, io));
  if (all.length > shown.length && !values.json)
    io.print(`… and ${all.length - shown.length} earlier; --limit shows more\n`);
  return 0;
};

function isStopped({ action }: Recorded): boolean {
  return (
    action !== undefined &&
    ["waiting", "denied", "rejected", "withdrawn", "expired", "revoked"].includes(action.stage)
  );
}

function line({ id, action, entries }: Recorded) {
  return {
    id,
    time: entries[0]?.time,
    session: action?.session,
    stage: action?.stage,
    tier: action?.tier,
    effects: action?.effects.map(describeEffect),
    digest: action?.digest,
    seq: entries.map(({ seq }) => seq),
  };
}

function text({ id, action, entries }: Recorded, io: Io): string {
  const time = String(entries[0]?.time ?? "")
    .slice(0, 19)
    .replace("T", " ");
  const tier = `T${action?.tier ?? "?"}`.padEnd(3);
  const effects = action?.effects.filter((effect) => effect.verb !== "read").map(describeEffect) ?? [];
  const first = plainText(effects[0] ?? "reads only");
  const more = effects.length > 1 ? ` (+${effects.length - 1})` : "";
  return `${paint(io, "dim", time)}  ${id.slice(0, 14)}  ${tier} ${stageWords(action?.stage).padEnd(18)} ${first}${more}\n`;
}
