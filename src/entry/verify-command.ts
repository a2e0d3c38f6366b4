import { parseArgs } from "node:util";
import { UserError } from "../adapters/error.ts";
import { type Verification, verifyLedger } from "../adapters/ledger/verify.ts";
import { type CliCommand, type Io, readAll } from "./io.ts";
import { hasLedger, ledgerPlaces } from "./journal.ts";
import { paint, plainText } from "./render.ts";

export const VERIFY_HELP = `Checks that nobody rewrote the log: every entry, hash, signed checkpoint and rule.

  countersign verify [--json] [--from CHECKPOINT]
  countersign verify --ledger DIR --key KEY        a copy of somebody else's log

--from takes a file with a signed checkpoint that you kept: the log has to begin with exactly that tree.
The log's own checkpoint is the file \`checkpoint\` in its folder; keep a copy where nobody else can write.

Examples
  countersign verify
  countersign verify --from ~/checkpoint-of-monday

Exit codes: 0 nothing is wrong, 12 something is, 2 wrong usage.
`;

const WRONG = 12;

export const verifyCommand: CliCommand = async (args, io) => {
  const { values } = parseArgs({
    args: [...args],
    options: {
      json: { type: "boolean" },
      from: { type: "string" },
      ledger: { type: "string" },
      key: { type: "string" },
      help: { type: "boolean", short: "h" },
    },
  });
  if (values.help) {
    io.print(VERIFY_HELP);
    return 0;
  }
  const places = ledgerPlaces(io);
  if (values.ledger === undefined && !hasLedger(io)) {
    throw new UserError(
      "NO_LEDGER",
      `there is no log in \`${places.directory}\``,
      "`countersign run -- CMD` starts one",
    );
  }
  const from = values.from === undefined ? {} : { from: readAll(values.from, 65_536) };
  const key = values.key === undefined ? {} : { key: values.key };
  const result =
    values.ledger === undefined
      ? verifyLedger(places.directory, { keys: places.keys, ...from })
      : verifyLedger(values.ledger, { ...key, ...from });
  io.print(values.json ? `${JSON.stringify(result)}\n` : text(result, places.directory, io));
  return result.ok ? 0 : WRONG;
};

function text(result: Verification, directory: string, io: Io): string {
  const lines = [
    result.ok
      ? `${paint(io, "green", "✓")} ${result.size} entries verified: hashes, signatures, order and rules`
      : `${paint(io, ["red", "bold"], "✗")} the log is not what was recorded: ${result.problems.length} problems in ${result.size} entries`,
    `  log    ${result.origin} in ${directory}`,
    `  root   ${result.root}`,
    ...result.problems
      .slice(0, 20)
      .map(
        (problem) =>
          `  ✗ ${problem.rule}: ${plainText(problem.message)}${problem.file ? ` (${problem.file})` : ""}`,
      ),
    ...result.unknown.map(
      (open) => `  ? ${open.action} was started at ${open.time} and has no outcome: what it did is unknown`,
    ),
    ...result.notes.map((note) => `  · ${plainText(note)}`),
    "  not anchored: whoever can write this folder and its keys can make another log; keep a checkpoint elsewhere",
  ];
  return `${lines.join("\n")}\n`;
}
