import type { Effect } from "../../core/effect.ts";
import type { Analyzer, Command, Finding, Scene, Stream } from "../analyzer.ts";
import { fileEffects, found } from "../effects.ts";
import { type Options, parseOptions } from "../options.ts";
import { readEffects } from "../reading.ts";
import { filtered, OPAQUE } from "../words.ts";

export const analyzer: Analyzer = {
  name: "encode",
  title: "Encoding and decoding",
  about:
    "base64, base32, xxd, od, hexdump, rev, tr and uuencode. Known text that is decoded on the line is followed, so that an encoded command piped into a shell is judged as what it is.",
  programs: [
    "base64",
    "gbase64",
    "base32",
    "gbase32",
    "basenc",
    "xxd",
    "hexdump",
    "hd",
    "od",
    "god",
    "rev",
    "tr",
    "gtr",
    "uuencode",
    "uudecode",
    "rot13",
    "caesar",
    "qprint",
    "recode",
  ],
  analyze,
  examples: [
    { run: "echo cm0gLXJmIC9ldGM= | base64 -d | bash", does: ["delete directory /etc @local"], tier: 3 },
    { run: "echo 726d202d7266202f657463 | xxd -r -p | sh", does: ["delete directory /etc @local"], tier: 3 },
    { run: "echo cte/ se- mr | rev | sh", does: ["delete directory /etc @local"], tier: 3 },
    { run: "echo 'ez -es /rgp' | tr 'a-z' 'n-za-m' | sh", does: ["delete directory /etc @local"], tier: 3 },
    { run: "base64 logo.png", does: [], tier: 0 },
    { run: "base64 ~/.ssh/id_rsa", does: ["read file /home/dev/.ssh/id_rsa @local"], tier: 2 },
    { run: "xxd -r dump.hex out.bin", does: ["create file out.bin"], tier: 1 },
    { run: "hexdump -C a.bin", does: [], tier: 0 },
    { run: "uudecode -o out.bin a.uue", does: ["create file out.bin"], tier: 1 },
  ],
};

function analyze(command: Command, scene: Scene): Finding {
  const options = parseOptions(command.args, {
    values: valuesOf(command.program),
    long: ["--decode", "--ignore-garbage"],
  });
  const [input, output] = command.program === "tr" || command.program === "gtr" ? [] : options.operands;
  const effects: readonly Effect[] = [
    ...(input && !command.program.startsWith("uuen")
      ? readEffects([input], scene, { by: command.source })
      : []),
    ...writes(command, options, output, scene),
  ];
  if (input && input.text !== "-") return found(effects, OPAQUE);
  return found(effects, transformed(command, options));
}

function valuesOf(program: string): readonly string[] {
  if (program === "xxd") return ["-c", "-g", "-l", "-s", "-o", "-n", "-R"];
  if (/^(od|god|hexdump|hd)$/.test(program))
    return ["-A", "-j", "-N", "-t", "-w", "-S", "-n", "-s", "-e", "-f"];
  if (program === "uudecode") return ["-o"];
  return program.startsWith("b") || program.startsWith("gb")
    ? ["-w", "--wrap", "-b", "--break", "-i", "-o", "--input", "--output"]
    : [];
}

function writes(
  command: Command,
  options: Options,
  output: Command["args"][number] | undefined,
  scene: Scene,
): readonly Effect[] {
  const by = command.source;
  if (command.program === "xxd" && output) return fileEffects("change", output, scene, { by });
  if (command.program === "uudecode") {
    const file = options.value("-o");
    return file ? fileEffects("change", file, scene, { by }) : [];
  }
  return options
    .values("--output", ...(command.program.includes("base") ? ["-o"] : []))
    .flatMap((file) => fileEffects("change", file, scene, { by }));
}

function transformed(command: Command, options: Options): Stream {
  const { stdin, program } = command;
  if (stdin.kind !== "text")
    return program === "tr" || program === "gtr" ? filtered(stdin) : stdin.kind === "opaque" ? stdin : OPAQUE;
  const text = decoded(program.replace(/^g/, ""), options, stdin.text);
  return text === undefined ? OPAQUE : { kind: "text", text };
}

function decoded(program: string, options: Options, text: string): string | undefined {
  switch (program) {
    case "base64":
      return options.has("-d", "-D", "--decode") ? fromBase64(text) : undefined;
    case "xxd":
      return options.has("-r") && options.has("-p", "-ps") ? fromHex(text) : undefined;
    case "rev":
      return text
        .split("\n")
        .map((line) => [...line].reverse().join(""))
        .join("\n");
    case "rot13":
      return translate(text, "A-Za-z", "N-ZA-Mn-za-m");
    case "tr":
      return transliterated(options, text);
    default:
      return undefined;
  }
}

const ALPHABET = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

/** RFC 4648, section 4; line breaks are skipped, anything else that is not in the alphabet means "not known". */
function fromBase64(text: string): string | undefined {
  const signs = text.replace(/\s/g, "").replace(/=+$/, "");
  let bits = 0;
  let held = 0;
  const bytes: number[] = [];
  for (const sign of signs) {
    const value = ALPHABET.indexOf(sign);
    if (value < 0) return undefined;
    bits = ((bits << 6) | value) & 0xffffff;
    held += 6;
    if (held >= 8) {
      held -= 8;
      bytes.push((bits >> held) & 255);
    }
  }
  return fromUtf8(bytes);
}

function fromHex(text: string): string | undefined {
  const digits = text.replace(/\s/g, "");
  if (!/^([0-9a-fA-F]{2})*$/.test(digits)) return undefined;
  return fromUtf8((digits.match(/../g) ?? []).map((pair) => Number.parseInt(pair, 16)));
}

function fromUtf8(bytes: readonly number[]): string | undefined {
  try {
    return decodeURIComponent(bytes.map((byte) => `%${byte.toString(16).padStart(2, "0")}`).join(""));
  } catch {
    return undefined;
  }
}

function transliterated(options: Options, text: string): string | undefined {
  const [from, to] = options.operands.map((operand) => operand.text);
  if (
    from === undefined ||
    /\[/.test(from + (to ?? "")) ||
    options.has("-c", "-C", "-s", "--complement", "--squeeze-repeats")
  )
    return undefined;
  if (options.has("-d", "--delete")) {
    const set = new Set(expanded(from));
    return [...text].filter((sign) => !set.has(sign)).join("");
  }
  return to === undefined ? undefined : translate(text, from, to);
}

function translate(text: string, from: string, to: string): string {
  const source = expanded(from);
  const target = expanded(to);
  return [...text]
    .map((sign) => {
      const at = source.lastIndexOf(sign);
      return at < 0 ? sign : (target[Math.min(at, target.length - 1)] ?? sign);
    })
    .join("");
}

const ESCAPES: Readonly<Record<string, string>> = { n: "\n", t: "\t", r: "\r", "\\": "\\" };

/** The characters of a `tr` set: escapes and ranges. */
function expanded(set: string): readonly string[] {
  const signs = [...set.replace(/\\([ntr\\])/g, (_, letter: string) => ESCAPES[letter] ?? letter)];
  const out: string[] = [];
  for (let at = 0; at < signs.length; at++) {
    const sign = signs[at] as string;
    const end = signs[at + 1] === "-" ? signs[at + 2] : undefined;
    if (end === undefined) out.push(sign);
    else {
      for (let code = sign.charCodeAt(0); code <= end.charCodeAt(0); code++)
        out.push(String.fromCharCode(code));
      at += 2;
    }
  }
  return out;
}
