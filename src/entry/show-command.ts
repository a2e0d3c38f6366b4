import { parseArgs } from "node:util";
import { UserError } from "../adapters/error.ts";
import { readPayload } from "../adapters/ledger/payload.ts";
import { proveInclusion } from "../adapters/ledger/proof.ts";
import { describeEffect } from "../core/effect.ts";
import type { LedgerEntry, PayloadReference } from "../core/ledger.ts";
import { findAction, type Recorded, readHistory, stageWords } from "./history.ts";
import type { CliCommand, Io } from "./io.ts";
import { ledgerPlaces } from "./journal.ts";
import { paint, plainText } from "./render.ts";

export const SHOW_HELP = `Shows one action with all its steps.

  countersign show ID [--json]
  countersign show ID --proof      a proof, checkable offline by anyone, that its decision is in the log

Examples
  countersign show 01JD4Z0R9K
  countersign show 01JD4Z0R9K --proof > decision.tlog-proof
`;

export const showCommand: CliCommand = async (args, io) => {
  const { values, positionals } = parseArgs({
    args: [...args],
    allowPositionals: true,
    options: { json: { type: "boolean" }, proof: { type: "boolean" }, help: { type: "boolean", short: "h" } },
  });
  if (values.help) {
    io.print(SHOW_HELP);
    return 0;
  }
  const [id] = positionals;
  if (id === undefined)
    throw new UserError("USAGE", "which action?", "`countersign log` lists the actions: countersign show ID");
  const recorded = findAction(readHistory(io), id);
  if (values.proof) io.print(proofOf(recorded, io));
  else if (values.json) for (const entry of recorded.entries) io.print(`${JSON.stringify(entry)}\n`);
  else io.print(page(recorded, io));
  return 0;
};

function proofOf(recorded: Recorded, io: Io): string {
  const decided = recorded.entries.find(({ type }) => type === "policy.decided") ?? recorded.entries[0];
  return proveInclusion(ledgerPlaces(io).directory, decided?.seq ?? 0);
}

function page({ id, action, entries }: Recorded, io: Io): string {
  const lines = [
    paint(io, "bold", id),
    `  request  ${plainText(requestText(entries, io))}`,
    `  stage    ${stageWords(action?.stage)}`,
    `  tier     T${action?.tier ?? "?"}`,
    `  digest   ${action?.digest ?? ""}`,
    ...(action?.effects ?? []).map((effect) => `  effect   ${plainText(describeEffect(effect))}`),
    "",
    ...entries.map(
      (entry) =>
        `  ${String(entry.seq).padStart(6)}  ${entry.time}  ${entry.type}${plainText(detail(entry))}`,
    ),
  ];
  return `${lines.join("\n")}\n`;
}

/** What was asked, from the encrypted payload; the entry itself holds only its address. */
export function requestText(entries: readonly LedgerEntry[], io: Io): string {
  const { directory, keys } = ledgerPlaces(io);
  const payloads = entries[0]?.payloads as Readonly<Record<string, PayloadReference>> | undefined;
  if (!payloads?.request) return "(not recorded)";
  try {
    const { call } = JSON.parse(readPayload(directory, keys, payloads.request)) as {
      call: { input: unknown };
    };
    return typeof call.input === "string" ? call.input : JSON.stringify(call.input);
  } catch (error) {
    return `(${(error as Error).message})`;
  }
}

function detail(entry: LedgerEntry): string {
  switch (entry.type) {
    case "policy.decided":
      return `: ${entry.reason}`;
    case "execution.finished":
      return `: exit ${entry.exitCode}`;
    case "vote.confirmed":
      return `: ${entry.decision}`;
    default:
      return "";
  }
}
