import { parseArgs } from "node:util";
import { EXIT } from "../gate/verdict.ts";
import { readHistory } from "./history.ts";
import type { CliCommand, Io } from "./io.ts";
import { inWords, paint, plainText } from "./render.ts";
import { requestText } from "./show-command.ts";
import { type WayBack, waysBack } from "./ways-back.ts";

export const RESTORE_POINTS_HELP = `Lists the ways back that are kept, the newest first.

  countersign restore-points [--all] [--json]

Without --all the newest 20. \`countersign undo ID\` takes one, \`countersign diff ID\` shows what it would put back,
\`countersign gc\` removes old ones.
`;

const SHOWN = 20;

export const restorePointsCommand: CliCommand = async (args, io) => {
  const { values } = parseArgs({
    args: [...args],
    options: { all: { type: "boolean" }, json: { type: "boolean" }, help: { type: "boolean", short: "h" } },
  });
  if (values.help) {
    io.print(RESTORE_POINTS_HELP);
    return EXIT.done;
  }
  const all = waysBack(io);
  const shown = values.all ? all : all.slice(0, SHOWN);
  const history = shown.length > 0 && !values.json ? readHistory(io) : undefined;
  for (const one of shown) {
    const entries = history?.get(one.action)?.entries;
    const request = entries ? requestText(entries, io) : undefined;
    io.print(values.json ? `${JSON.stringify(plain(one))}\n` : lines(one, request, io));
  }
  if (!values.json && all.length === 0)
    io.print("none: `countersign run` makes one before it changes files\n");
  if (!values.json && all.length > shown.length)
    io.print(`… and ${all.length - shown.length} older ones; --all lists them\n`);
  return EXIT.done;
};

function plain({ action, restorePoint, at, engine, summary, bytes, undone }: WayBack) {
  return { action, restorePoint, at: new Date(at).toISOString(), engine, summary, bytes, undone };
}

function lines(
  { action, at, engine, summary, bytes, undone }: WayBack,
  request: string | undefined,
  io: Io,
): string {
  const time = new Date(at).toISOString().slice(0, 16).replace("T", " ");
  const state = undone ? "  undone" : "";
  return `${paint(io, "bold", action)}  ${time}  ${engine}  ${inWords(bytes)}${state}\n    ${plainText((request ?? summary).split("\n")[0] ?? "")}\n`;
}
