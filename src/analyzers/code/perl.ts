import type { Finding, Scene, Word } from "../analyzer.ts";
import { found, unknownEffect } from "../effects.ts";
import { unknownWord } from "../options.ts";
import { collapseEffects } from "./collapse.ts";
import { HARMLESS_MODULES, HARMLESS_WORDS, PERL_ACTS, type PerlReading } from "./perl-acts.ts";
import { argumentsEnd, closingToken, fold, interpolated, walkedFolder } from "./perl-fold.ts";
import { type PerlToken, tokenizePerl } from "./perl-tokens.ts";
import { joinWords } from "./values.ts";
import { type Origin, workspaceCode } from "./walk.ts";

const MAX_TOKENS = 40_000;

/**
 * Tells the effects of a Perl program. There is no grammar for Perl that a reader could trust, so this one
 * reads tokens: a program of known harmless words is harmless, known dangerous words are judged by their
 * arguments as far as those are constants, and every other word is unknown.
 */
export function judgePerl(text: string, scene: Scene, origin: Origin = "inline"): Finding {
  const tokens = tokenizePerl(text);
  if (!tokens || tokens.length > MAX_TOKENS)
    return found([
      unknownEffect(
        scene,
        "code",
        tokens ? "perl (too long)" : "perl that cannot be read",
        text,
        tokens ? ["bound"] : [],
      ),
    ]);
  const reading: PerlReading = {
    tokens,
    scene,
    effects: [],
    variables: new Map(),
    subs: new Set(),
    foreign: false,
    printed: [],
    loops: loopLists(tokens),
    get walked() {
      return walkedFolder(tokens, reading);
    },
    fold: (from, to) => fold(tokens.slice(from, to), reading),
  };
  for (const [index, token] of tokens.entries())
    if (token.kind === "word" && token.text === "sub" && tokens[index + 1]?.kind === "word")
      reading.subs.add((tokens[index + 1] as PerlToken).text);
  bindLoopVariables(reading);
  tokens.forEach((token, index) => {
    readToken(token, index, reading);
  });
  const effects = collapseEffects(reading.effects, origin, scene, "perl", text);
  return found(
    effects,
    reading.printed
      ? { kind: "text", text: reading.printed.join("") }
      : { kind: "opaque", remote: false, tame: false },
  );
}

/** The lists that `for` loops run over, as places in the tokens: what `$_` may be. */
function loopLists(tokens: readonly PerlToken[]): readonly (readonly [number, number])[] {
  return tokens.flatMap((token, index): (readonly [number, number])[] => {
    if (token.kind !== "word" || !/^(for|foreach|map|grep)$/.test(token.text)) return [];
    let from = index + 1;
    while (tokens[from]?.kind === "variable" || /^(my|our|local)$/.test(tokens[from]?.text ?? "")) {
      if (tokens[from]?.kind === "variable" && tokens[from + 1]?.text !== "(") break;
      from++;
    }
    if (token.text === "map" || token.text === "grep") {
      if (tokens[from]?.text !== "{") return [];
      from = closingToken(tokens, from) + 1;
    }
    return [[from, argumentsEnd(tokens, from)]];
  });
}

/** `for my $x (LIST)`: the variable is any element of the list. */
function bindLoopVariables(reading: PerlReading): void {
  for (const [from, to] of reading.loops) {
    const name = reading.tokens[from - 1];
    if (name?.kind !== "variable") continue;
    reading.variables.set(
      name.text,
      reading.variables.has(name.text) ? [unknownWord(name.text)] : reading.fold(from, to),
    );
  }
}

function readToken(token: PerlToken, index: number, reading: PerlReading): void {
  switch (token.kind) {
    case "shell":
      runText([interpolated(token.text, reading)], token.text, reading);
      return;
    case "substitution":
      readSubstitution(token, reading);
      return;
    case "regex":
      if (/\(\?\??\{/.test(token.text)) unknown("code in a regular expression", reading);
      return;
    case "string":
      if (/@\{\s*\[|\$\{\s*\\/.test(token.text)) readEmbedded(token.text, reading);
      return;
    case "variable":
      readReference(token, index, reading);
      assignVariable(token, index, reading);
      return;
    case "word":
      readWord(token.text, index, reading);
      return;
    default:
      return;
  }
}

function readSubstitution(token: PerlToken, reading: PerlReading): void {
  if (/\(\?\??\{/.test(token.text)) unknown("code in a regular expression", reading);
  if (!token.flags?.includes("e")) return;
  if (token.flags.includes("ee")) unknown("s///ee", reading);
  nested(token.replacement ?? "", reading);
}

/** `"@{[ code ]}"`: what stands in the brackets runs. */
function readEmbedded(text: string, reading: PerlReading): void {
  nested(text.replace(/^[\s\S]*?@\{\s*\[|\]\s*\}[\s\S]*$/g, ""), reading);
}

function nested(text: string, reading: PerlReading): void {
  const inner = judgePerl(text, reading.scene);
  reading.effects.push(...inner.effects);
}

function unknown(what: string, reading: PerlReading): void {
  reading.effects.push(unknownEffect(reading.scene, "code", `perl ${what}`, what));
}

/** `&name` and `&$name` call, or point at, a function; a text may stand for its name. */
function readReference(token: PerlToken, index: number, reading: PerlReading): void {
  const [, code, scalar] = /^&(?:(\w[\w:]*)|(\$\w+))$/.exec(token.text) ?? [];
  const arrow = reading.tokens[index + 1]?.text === "->" && reading.tokens[index + 2]?.text === "(";
  const short = code?.replace(/^.*::/, "");
  if (short !== undefined && !reading.subs.has(short) && PERL_ACTS.has(short)) unknown(`&${short}`, reading);
  const named = scalar ?? (arrow ? token.text : undefined);
  if (named === undefined) return;
  const known = reading.variables.get(named)?.[0];
  if (known?.text !== undefined && !reading.subs.has(known.text))
    unknown(`call of \`${known.text}\` by name`, reading);
}

/** Remembers what is assigned to a scalar; a second assignment makes it unknown. */
function assignVariable(token: PerlToken, index: number, reading: PerlReading): void {
  const next = reading.tokens[index + 1];
  if (next?.kind !== "sign" || !/^(=|\.=)$/.test(next.text)) return;
  const end = argumentsEnd(reading.tokens, index + 2);
  const words = fold(reading.tokens.slice(index + 2, end), reading);
  const value = token.text.startsWith("@") || words.length === 1 ? words : [unknownWord(token.text)];
  if (next.text === ".=") {
    const before = reading.variables.get(token.text)?.[0];
    reading.variables.set(token.text, [
      before && value[0] ? joinWords([before, value[0]]) : unknownWord(token.text),
    ]);
  } else
    reading.variables.set(token.text, reading.variables.has(token.text) ? [unknownWord(token.text)] : value);
}

function readWord(word: string, index: number, reading: PerlReading): void {
  const { tokens } = reading;
  const before = tokens[index - 1];
  const next = tokens[index + 1];
  if (next?.text === "=>" || before?.text === "sub" || (before?.text === "{" && next?.text === "}")) return;
  if (before?.text === "->") {
    readMethod(word, index, reading);
    return;
  }
  if (word === "use" || word === "no" || word === "require") {
    readUse(word, index, reading);
    return;
  }
  if (/^(use|no|require|package)$/.test(before?.text ?? "") || before?.text === "::") return;
  const name = word.replace(/^(CORE::GLOBAL::|CORE::|main::)/, "");
  const act = PERL_ACTS.get(name);
  if (reading.subs.has(word) && !act) return;
  if (act) {
    act(
      {
        name,
        words: fold(tokens.slice(index + 1, argumentsEnd(tokens, index + 1)), reading),
        tokens: tokens.slice(index + 1, argumentsEnd(tokens, index + 1)),
        source: word,
      },
      reading,
      runText,
    );
    return;
  }
  if (
    HARMLESS_WORDS.has(name) ||
    /^[A-Z][A-Z0-9_]*$/.test(name) ||
    next?.text === "->" ||
    next?.text === ":" ||
    next?.text === "::"
  )
    return;
  if (name.includes("::")) readQualified(name, reading);
  else if (!reading.foreign && !isIndirect(tokens, index)) unknown(name, reading);
}

/** `new Foo(…)`: the class is a word before its arguments. */
function isIndirect(tokens: readonly PerlToken[], index: number): boolean {
  return tokens[index - 1]?.text === "new" || tokens[index]?.text === "new";
}

const RISKY_METHODS =
  /^(unlink|remove|rmtree|remove_tree|delete_all|drop\w*|truncate|spew\w*|system|exec|run|capture|do|execute|terminate\w*|destroy\w*)$/;

function readMethod(name: string, index: number, reading: PerlReading): void {
  if (!RISKY_METHODS.test(name)) return;
  const [first] = fold(reading.tokens.slice(index + 1, argumentsEnd(reading.tokens, index + 1)), reading);
  if (/^(do|execute|prepare)$/.test(name)) {
    if (first?.text !== undefined) reading.effects.push(...reading.scene.code("sql", first.text).effects);
    else if (name === "do") unknown(`->${name}`, reading);
    return;
  }
  unknown(`->${name}`, reading);
}

function readUse(word: string, index: number, reading: PerlReading): void {
  const next = reading.tokens[index + 1];
  if (next?.kind === "number") return;
  if (next?.kind !== "word") {
    if (word === "require" && next) noteForeign("perl require", next.text, reading);
    return;
  }
  if (HARMLESS_MODULES.test(next.text)) return;
  if (NETWORK_MODULES.test(next.text)) unknown(`use ${next.text}`, reading);
  noteForeign(next.text, `use ${next.text}`, reading);
}

/** Modules that open connections of any kind. */
const NETWORK_MODULES =
  /^(IO::Socket.*|Socket6?|Net::(?!hostent|IP|netent|CIDR).*|IO::Async.*|AnyEvent.*|Expect|Inline.*|FFI::.*|Win32.*)$/;

function noteForeign(name: string, by: string, reading: PerlReading): void {
  reading.foreign = true;
  reading.effects.push(workspaceCode(reading.scene, name, by));
}

function readQualified(name: string, reading: PerlReading): void {
  const short = name.slice(name.lastIndexOf("::") + 2);
  if (
    HARMLESS_MODULES.test(name.slice(0, name.lastIndexOf("::"))) &&
    !/^(_?exit|system|exec|kill|unlink|remove|rename)$/.test(short)
  )
    return;
  if (!reading.foreign) unknown(name, reading);
}

/** Gives texts to the shell, or several words to a program. */
function runText(words: readonly Word[], by: string, reading: PerlReading): void {
  const [first] = words;
  if (words.length > 1) {
    const finding =
      first?.text === undefined
        ? found([unknownEffect(reading.scene, "code", "perl system", by)])
        : reading.scene.argv(words);
    reading.effects.push(...finding.effects);
    return;
  }
  if (first?.text !== undefined) reading.effects.push(...reading.scene.shell(first.text).effects);
  else if (first && /^\s*[\w./-]+\s/.test(first.prefix)) {
    reading.effects.push(
      ...reading.scene.shell(`${first.prefix}\${unknown_value}${first.suffix}`, {
        variables: new Map([["unknown_value", undefined]]),
      }).effects,
    );
  } else unknown("system", reading);
}
