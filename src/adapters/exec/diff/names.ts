import { readdirSync } from "node:fs";

/** What a byte that is no UTF-8 becomes in a path of ours: a lone surrogate, like PEP 383 does it in Python. */
const ESCAPED = 0xdc00;

/** Matches half of a pair only: with `u`, whole pairs are one character. */
const LONE = /\p{Surrogate}/u;

/** The character that Node puts where it could not decode a name. */
const UNDECODABLE = "\ufffd";

/**
 * A path as the calls of Node take it. Names are bytes to the kernel; one that is no UTF-8 is carried in a string
 * with its odd bytes as lone surrogates, which also survives JSON.
 */
export function nativePath(path: string): string | Buffer {
  if (!LONE.test(path)) return path;
  const parts = Array.from(path, (character) => {
    const code = character.codePointAt(0) ?? 0;
    const isByte = code >= ESCAPED + 0x80 && code <= ESCAPED + 0xff;
    return isByte ? Buffer.of(code - ESCAPED) : Buffer.from(character);
  });
  return Buffer.concat(parts);
}

/** Names in a folder. Throws the error of the system. */
export function readNames(folder: string): readonly string[] {
  const path = nativePath(folder);
  const names = readdirSync(path);
  if (!names.some((name) => name.includes(UNDECODABLE))) return names;
  return readdirSync(path, { encoding: "buffer" }).map(decodeName);
}

/** The text of a name, with what is no UTF-8 escaped byte by byte. */
export function decodeName(bytes: Buffer): string {
  let text = "";
  for (let at = 0; at < bytes.length; ) {
    const length = [1, 2, 3, 4].find((size) => isCharacter(bytes.subarray(at, at + size), size));
    text +=
      length === undefined
        ? String.fromCharCode(ESCAPED + (bytes[at] ?? 0))
        : bytes.toString("utf8", at, at + length);
    at += length ?? 1;
  }
  return text;
}

function isCharacter(bytes: Buffer, size: number): boolean {
  if (bytes.length !== size) return false;
  const text = bytes.toString("utf8");
  return [...text].length === 1 && Buffer.from(text).equals(bytes);
}
