import { closeSync, constants, openSync } from "node:fs";
import { connect } from "node:net";
import { CONTROL_SOCKET } from "./places.ts";
import { linesOf } from "./stream.ts";

/**
 * Asks the keeper of a room; its answer in one line, or undefined when nobody answers in time (milliseconds).
 * `use`: the caller is about to enter. `report`: what is known. `end`: give the room up.
 */
export async function ask(
  folder: string,
  word: "use" | "report" | "end",
  wait: number,
): Promise<string | undefined> {
  let descriptor: number | undefined;
  try {
    // As a path below an open folder it is short enough for the name of a socket, wherever the folder is.
    descriptor = openSync(folder, constants.O_RDONLY | constants.O_DIRECTORY);
    const socket = connect(`/proc/self/fd/${descriptor}/${CONTROL_SOCKET}`);
    socket.on("error", () => {});
    socket.setTimeout(wait, () => socket.destroy());
    socket.write(`${word}\n`);
    const { value } = await linesOf(socket).next();
    socket.destroy();
    return typeof value === "string" ? value : undefined;
  } catch {
    return undefined;
  } finally {
    if (descriptor !== undefined) closeSync(descriptor);
  }
}
