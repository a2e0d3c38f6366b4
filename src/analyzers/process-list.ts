import type { Command, Processes, Stream } from "./analyzer.ts";
import { parseOptions } from "./options.ts";
import { processesNamed } from "./process-names.ts";
import { OPAQUE, TAME } from "./words.ts";

/** What `ps`, `pgrep`, `pidof` and `lsof` print, and of which processes. */
export function processList(command: Command): Stream {
  switch (command.program) {
    case "ps":
      return listed(OPAQUE, statusOf(command));
    case "pgrep":
      return listed(TAME, matched(command));
    case "pidof":
      return listed(TAME, namedFirst(command));
    default:
      return openedBy(command);
  }
}

function listed(stream: Stream, processes: Processes | undefined): Stream {
  return processes === undefined || stream.kind !== "opaque" ? stream : { ...stream, processes };
}

/** `ps` lists many, unless it is asked for processes by number, name, parent or terminal (procps, BSD). */
function statusOf(command: Command): Processes | undefined {
  const options = parseOptions(command.args, {
    values: [
      ..."-C -g -G -n -N- -o -O -p -q -s -t -u -U --format --sort --pid --ppid --quick-pid --tty --user --User --group --cols --columns --rows --lines --sid".split(
        " ",
      ),
    ],
  });
  const named = options.value("-C");
  if (named) return named.text === undefined ? undefined : processesNamed(named.text);
  if (options.has("-p", "-q", "--pid", "--ppid", "--quick-pid", "-t", "--tty", "-s", "--sid"))
    return undefined;
  const numbers = options.operands.some((word) => word.text === undefined || /^\d/.test(word.text));
  const bare = command.args.length === 0;
  return numbers || bare ? undefined : "every";
}

const MATCH_VALUES =
  "-d -F -g -G -O -P -r -s -t -u -U --cgroup --delimiter --env --euid --group --ns --nslist --older --parent --pgroup --pidfile --runstates --session --terminal --uid".split(
    " ",
  );

/** `pgrep [-u USER] [PATTERN]`: without a pattern everything that a user runs. */
function matched(command: Command): Processes | undefined {
  const options = parseOptions(command.args, { values: MATCH_VALUES });
  if (options.has("-v", "--inverse")) return "every";
  const [pattern] = options.operands;
  if (pattern) return pattern.text === undefined ? undefined : processesNamed(pattern.text);
  return options.has("-P", "--parent", "-F", "--pidfile", "-t", "--terminal", "-g", "--pgroup", "-s")
    ? undefined
    : "every";
}

function namedFirst(command: Command): Processes | undefined {
  const { operands } = parseOptions(command.args, { values: ["-o", "-S", "-d", "-t"] });
  const all = operands.map((word) => (word.text === undefined ? undefined : processesNamed(word.text)));
  return all.find((one) => one !== undefined);
}

/** `lsof -t` numbers whoever holds a file, a port or a folder; without one of them everybody, or all of a user's. */
function openedBy(command: Command): Stream {
  const options = parseOptions(command.args, {
    values: "-c -d -D -F- -g -i -k -m -p -r -s -S -T -u -x +c +d +D"
      .split(" ")
      .filter((name) => !name.endsWith("-")),
  });
  if (!options.has("-t")) return OPAQUE;
  const narrow = options.has("-i", "-c", "-p", "-g", "-d") || options.operands.length > 0;
  return listed(TAME, narrow ? undefined : "every");
}
