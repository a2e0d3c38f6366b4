/**
 * Decodes a constant the way a program would; `undefined` when it is not valid. Both are controlled by the
 * agent: encodings are the usual way to hide a command.
 */
export function decodeText(
  encoding: "base64" | "hex" | "rot13" | "percent",
  value: string,
): string | undefined {
  if (encoding === "rot13") return value.replace(/[a-z]/gi, (letter) => rotated(letter));
  if (encoding === "percent")
    return value.replace(/%([0-9a-f]{2})/gi, (_, hex: string) =>
      String.fromCharCode(Number.parseInt(hex, 16)),
    );
  const bytes = encoding === "hex" ? hexBytes(value) : base64Bytes(value);
  return bytes && utf8(bytes);
}

function rotated(letter: string): string {
  const start = letter <= "Z" ? 65 : 97;
  return String.fromCharCode(((letter.charCodeAt(0) - start + 13) % 26) + start);
}

function hexBytes(value: string): readonly number[] | undefined {
  const digits = value.replace(/\s/g, "");
  if (digits.length % 2 === 1 || /[^0-9a-f]/i.test(digits)) return undefined;
  return digits.match(/../g)?.map((pair) => Number.parseInt(pair, 16)) ?? [];
}

const ALPHABET = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

/** The bytes of a base64 or base64url text (RFC 4648 §4 and §5), white space and padding left out. */
export function base64Bytes(value: string): readonly number[] | undefined {
  const letters = value.replace(/[\s=]/g, "").replace(/-/g, "+").replace(/_/g, "/");
  const bytes: number[] = [];
  let held = 0;
  let bits = 0;
  for (const letter of letters) {
    const digit = ALPHABET.indexOf(letter);
    if (digit < 0) return undefined;
    held = ((held << 6) | digit) & 0xffffff;
    bits += 6;
    if (bits >= 8) {
      bits -= 8;
      bytes.push((held >> bits) & 0xff);
    }
  }
  return bytes;
}

/** UTF-8, or `undefined` when the bytes are not. */
function utf8(bytes: readonly number[]): string | undefined {
  try {
    return decodeURIComponent(bytes.map((byte) => `%${byte.toString(16).padStart(2, "0")}`).join(""));
  } catch {
    return undefined;
  }
}

/** UTF-16, little endian, as PowerShell's `-EncodedCommand` wants it. */
export function utf16(bytes: readonly number[]): string | undefined {
  if (bytes.length % 2 === 1) return undefined;
  let out = "";
  for (let at = 0; at < bytes.length; at += 2)
    out += String.fromCharCode((bytes[at] as number) | ((bytes[at + 1] as number) << 8));
  return out;
}

const SIMPLE: Readonly<Record<string, string>> = {
  n: "\n",
  t: "\t",
  r: "\r",
  b: "\b",
  f: "\f",
  v: "\v",
  a: "\x07",
  e: "\x1b",
  "0": "\0",
  s: " ",
  "\n": "",
};

/** Backslash escapes as C and its descendants write them: `\n`, `\x41`, `\u0041`, `\u{41}`, `\101`. */
export function unescapeText(value: string): string {
  return value.replace(
    /\\(?:x([0-9a-fA-F]{1,2})|[xu]\{([0-9a-fA-F]{1,6})\}|u([0-9a-fA-F]{4})|U([0-9a-fA-F]{8})|([0-7]{1,3})|(\r?\n|[\s\S]))/g,
    (_, hex?: string, braced?: string, short?: string, long?: string, octal?: string, letter?: string) => {
      const code = hex ?? braced ?? short ?? long;
      if (code !== undefined) return codePoint(Number.parseInt(code, 16));
      if (octal !== undefined) return codePoint(Number.parseInt(octal, 8));
      return SIMPLE[letter ?? ""] ?? letter ?? "";
    },
  );
}

function codePoint(code: number): string {
  return code <= 0x10ffff ? String.fromCodePoint(code) : "�";
}
