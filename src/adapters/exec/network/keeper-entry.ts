import { type KeeperSetting, keepRoom } from "./keeper.ts";
import { linesOf } from "./stream.ts";

/**
 * The process outside of a room. Its setting comes as one line over standard input, so that no other user of the
 * machine sees it in the list of processes; it answers `ready`, or `failed` with the reason, and then stays.
 */
const { value } = await linesOf(process.stdin).next();
process.stdin.destroy();
// Whoever started us may be gone; the room is for those who come later, too.
process.stdout.on("error", () => {});
try {
  await keepRoom(JSON.parse(String(value)) as KeeperSetting);
  process.stdout.write("ready\n");
} catch (error) {
  process.stdout.write(`failed ${(error as Error).message.replaceAll("\n", " ")}\n`);
  process.exit(1);
}
