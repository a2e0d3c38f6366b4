import type { Socket } from "node:net";

/**
 * Joins two connections, each end of a direction for itself. When one fails, so does the other.
 * `idle`: milliseconds without a byte after which both are closed; 0 for never.
 */
export function join(one: Socket, other: Socket, idle: number): void {
  for (const [from, to] of [
    [one, other],
    [other, one],
  ] as const) {
    from.on("error", () => to.destroy());
    from.on("close", () => from.readableEnded || to.destroy());
    from.setTimeout(idle, () => from.destroy());
    from.pipe(to);
  }
}

/**
 * Reads up to and without `end`; what follows stays unread. Undefined when it does not come within `limit` bytes and
 * `wait` milliseconds.
 */
export async function readUntil(
  socket: Socket,
  end: string,
  limit: number,
  wait: number,
): Promise<string | undefined> {
  const late = setTimeout(() => socket.destroy(), wait);
  let text = Buffer.alloc(0);
  try {
    while (!socket.destroyed && text.length <= limit) {
      const chunk = socket.read() as Buffer | null;
      if (chunk === null) {
        if (!(await readable(socket))) return undefined;
        continue;
      }
      text = Buffer.concat([text, chunk]);
      const at = text.indexOf(end, 0, "latin1");
      if (at < 0) continue;
      const rest = text.subarray(at + end.length);
      if (rest.length > 0) socket.unshift(rest);
      return at <= limit ? text.toString("latin1", 0, at) : undefined;
    }
    return undefined;
  } finally {
    clearTimeout(late);
  }
}

/** The lines of a stream, without their ends; a last one without an end is left out. */
export async function* linesOf(stream: AsyncIterable<unknown>): AsyncGenerator<string> {
  let text = "";
  for await (const chunk of stream) {
    text += String(chunk);
    for (let at = text.indexOf("\n"); at >= 0; at = text.indexOf("\n")) {
      yield text.slice(0, at);
      text = text.slice(at + 1);
    }
  }
}

function readable(socket: Socket): Promise<boolean> {
  return new Promise((resolve) => {
    const settle = (result: boolean) => {
      socket.off("readable", yes).off("end", no).off("close", no);
      resolve(result);
    };
    const yes = () => settle(true);
    const no = () => settle(false);
    socket.on("readable", yes).on("end", no).on("close", no);
  });
}
