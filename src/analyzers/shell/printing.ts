import type { Stream, Word } from "../analyzer.ts";
import { OPAQUE, TAME } from "./state.ts";

/** What `echo` prints (bash's: `-n`, `-e`, `-E`). */
export function echoText(args: readonly Word[]): Stream {
  const start = args.findIndex((arg) => !/^-[neE]+$/.test(arg.text ?? ""));
  const flags = args
    .slice(0, start < 0 ? args.length : start)
    .map((arg) => arg.text)
    .join("");
  const rest = start < 0 ? [] : args.slice(start);
  if (rest.some((arg) => arg.text === undefined || arg.glob))
    return rest.every((arg) => arg.text !== undefined || arg.tame) ? TAME : OPAQUE;
  const text = rest.map((arg) => arg.text).join(" ");
  return {
    kind: "text",
    text: `${flags.includes("e") ? unescapeText(text) : text}${flags.includes("n") ? "" : "\n"}`,
  };
}

/** What `printf` prints, for the conversions %s %b %d %i %c %q %x and %% (POSIX.1-2024, printf). */
export function printfText(args: readonly Word[]): Stream {
  const [format, ...values] = args[0]?.text === "--" ? args.slice(1) : args;
  if (format?.text === undefined) return OPAQUE;
  if (values.some((value) => value.text === undefined))
    return values.every((value) => value.text !== undefined || value.tame) ? TAME : OPAQUE;
  const texts = values.map((value) => value.text as string);
  let printed = "";
  let used = 0;
  do {
    const before = used;
    printed += unescapeText(format.text).replace(
      /%(?:%|[-+ #0]*\d*(?:\.\d+)?([sbdicqxXu]))/g,
      (whole, kind: string | undefined) => {
        if (kind === undefined) return "%";
        const value = texts[used++] ?? "";
        if (kind === "b") return unescapeText(value);
        if (kind === "x" || kind === "X") return Number(value).toString(16);
        return whole.length === 2 ? value : value;
      },
    );
    if (used === before) break;
  } while (used < texts.length);
  return { kind: "text", text: printed };
}

const ESCAPES: Readonly<Record<string, string>> = {
  n: "\n",
  t: "\t",
  r: "\r",
  a: "\u0007",
  b: "\b",
  f: "\f",
  v: "\v",
  e: "\u001b",
  "\\": "\\",
  '"': '"',
  "'": "'",
};

/** Backslash escapes of `echo -e`, `printf` and `$'…'`. */
export function unescapeText(text: string): string {
  return text.replace(
    /\\(x[0-9a-fA-F]{1,2}|u[0-9a-fA-F]{1,4}|0?[0-7]{1,3}|[ntrabfve\\"'])/g,
    (_, code: string) => {
      if (code.startsWith("x") || code.startsWith("u"))
        return String.fromCharCode(Number.parseInt(code.slice(1), 16));
      return ESCAPES[code] ?? String.fromCharCode(Number.parseInt(code, 8) & 255);
    },
  );
}
