import type { PsStatement } from "./powershell-syntax.ts";

/** A place in a script that cannot be read. */
export class PsSyntaxError extends Error {}

/** Deeper nesting is not read: whoever wrote the script controls it. */
const MAX_DEPTH = 60;

type ParseStatements = (reader: PsReader, close: string | undefined) => readonly PsStatement[];

/** A position in a PowerShell text, and the few steps that every part of the parser takes. */
export class PsReader {
  readonly text: string;
  readonly statements: ParseStatements;
  position = 0;
  private depth = 0;

  constructor(text: string, statements: ParseStatements) {
    this.text = text;
    this.statements = statements;
  }

  get ended(): boolean {
    return this.position >= this.text.length;
  }

  peek(): string {
    return this.text[this.position] ?? "";
  }

  rest(length: number): string {
    return this.text.slice(this.position, this.position + length);
  }

  since(start: number): string {
    return this.text.slice(start, this.position).trim();
  }

  skip(length: number): void {
    this.position += length;
  }

  enter(): void {
    if (++this.depth > MAX_DEPTH) throw new PsSyntaxError("nested too deeply");
  }

  leave(): void {
    this.depth--;
  }

  take(sign: string): boolean {
    if (!this.text.startsWith(sign, this.position)) return false;
    this.position += sign.length;
    return true;
  }

  expect(sign: string): void {
    if (!this.take(sign)) throw new PsSyntaxError(`expected \`${sign}\`, got \`${this.rest(10)}\``);
  }

  /** The text that a sticky pattern matches here, which is then read. */
  takePattern(pattern: RegExp): string | undefined {
    pattern.lastIndex = this.position;
    const match = pattern.exec(this.text);
    if (!match) return undefined;
    this.position += match[0].length;
    return match[0];
  }

  /** Spaces, comments and continued lines. */
  skipBlank(): void {
    for (;;) {
      if (this.takePattern(/[ \t\u00a0\ufeff]+|`\r?\n/y) !== undefined) continue;
      if (this.takePattern(/<#[\s\S]*?#>/y) !== undefined) continue;
      if (this.peek() === "#" && this.takePattern(/#[^\n]*/y) !== undefined) continue;
      return;
    }
  }

  /** As `skipBlank`, and line ends and semicolons. */
  skipBreaks(): void {
    do this.skipBlank();
    while (this.takePattern(/[\n;\r]+/y) !== undefined);
  }

  /** The word at this place in lower case, when only a word stands here. */
  keyword(): string | undefined {
    const word = /^[A-Za-z]+(?![\w.:\\/-])/.exec(this.rest(20))?.[0];
    return word?.toLowerCase();
  }

  /** Reads a keyword that may stand after line ends. */
  takeKeyword(name: string): boolean {
    const start = this.position;
    this.skipBreaks();
    if (this.keyword() === name) {
      this.skip(name.length);
      return true;
    }
    this.position = start;
    return false;
  }

  /** Skips an attribute or type in square brackets, with nested brackets and quotes. */
  skipBracket(): void {
    let depth = 0;
    while (!this.ended) {
      const sign = this.peek();
      if (sign === "'" || sign === '"') {
        if (this.takePattern(sign === "'" ? /'[^']*'/y : /"(?:[^"`$]|`.)*"/y) === undefined)
          throw new PsSyntaxError("attribute that cannot be read");
        continue;
      }
      if (sign === "{") throw new PsSyntaxError("code in an attribute");
      this.skip(1);
      if (sign === "[") depth++;
      if (sign === "]" && --depth === 0) return;
    }
    throw new PsSyntaxError("`]` is missing");
  }
}
