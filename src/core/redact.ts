import type { Json } from "./json.ts";
import {
  ANY_PROVIDER_SECRET,
  CONTEXT_SECRETS,
  PROVIDER_SECRETS,
  SECRET_CONTEXT,
  type SecretPattern,
} from "./secret-patterns.ts";

/** What the redaction of one ledger knows, prepared once. */
export interface Redaction {
  /** Every way in which a known secret can be written, the longest first, and what stands for it. */
  readonly known: readonly { readonly spelling: string; readonly mark: string }[];
  readonly mark: (kind: string, secret: string) => string;
}

const MIN_KNOWN_CHARACTERS = 6;

/**
 * Prepares a redaction. `known`: values known to be secret; those shorter than six characters are ignored,
 * since ordinary text would be full of them. `digest`: a truncated keyed digest, so that two places that held
 * one secret can be seen to have held the same.
 */
export function redactionOf(known: readonly string[], digest?: (secret: string) => string): Redaction {
  const mark = (kind: string, secret: string) =>
    digest === undefined ? `‹secret:${kind}›` : `‹secret:${kind}:${digest(secret)}›`;
  const longEnough = [...new Set(known)].filter((value) => value.length >= MIN_KNOWN_CHARACTERS);
  const spelled = longEnough.flatMap((value) =>
    spellings(value).map((spelling) => ({ spelling, mark: mark("known", value) })),
  );
  return { known: spelled.sort((one, other) => other.spelling.length - one.spelling.length), mark };
}

/** Every provider's form holds such a run, and most members of events do not. */
const LONG_RUN = /[A-Za-z0-9_.+/=%~:-]{16}/;

/**
 * The text with every secret replaced by `‹secret:KIND›` or `‹secret:KIND:DIGEST›`: known values, private keys,
 * forms of providers, values that their name gives away, random-looking tokens. Total; the time grows with
 * the length of the text only, whoever wrote it. Text that is redacted already stays as it is.
 */
export function redactText(text: string, redaction: Redaction): string {
  const { mark } = redaction;
  let safe = replacePrivateKeys(replaceKnown(text, redaction), mark);
  const hasRun = LONG_RUN.test(safe) && !/^[0-9a-f]+$/.test(safe);
  if (hasRun && ANY_PROVIDER_SECRET.test(safe)) {
    for (const pattern of PROVIDER_SECRETS) safe = replacePattern(safe, pattern, mark);
  }
  if (SECRET_CONTEXT.test(safe)) {
    for (const pattern of CONTEXT_SECRETS) safe = replacePattern(safe, pattern, mark);
  }
  return hasRun ? replaceRandom(safe, mark) : safe;
}

/**
 * The value with every text in it redacted, names of members included. A member that is called like a secret
 * (`password`) and holds a text loses it whole. Members whose names become equal are numbered. Total for
 * values up to 64 levels deep; deeper ones are cut, as the ledger would refuse them.
 */
export function redactJson(value: Json, redaction: Redaction, depth = 0): Json {
  if (typeof value === "string") return redactText(value, redaction);
  if (value === null || typeof value !== "object") return value;
  if (depth > 64) return "‹too deep›";
  if (Array.isArray(value)) return value.map((item: Json) => redactJson(item, redaction, depth + 1));
  const members: { [name: string]: Json | undefined } = Object.create(null);
  for (const [name, member] of Object.entries(value as { readonly [name: string]: Json | undefined })) {
    const safe = unusedName(redactText(name, redaction), members);
    members[safe] = member === undefined ? undefined : redactMember(name, member, redaction, depth);
  }
  return members;
}

function redactMember(name: string, member: Json, redaction: Redaction, depth: number): Json {
  if (typeof member !== "string" || !/^[\w-]{1,64}$/.test(name))
    return redactJson(member, redaction, depth + 1);
  const safe = redactText(member, redaction);
  if (safe !== member) return safe;
  const prefix = `${name}=`;
  const together = redactText(prefix + JSON.stringify(member), redaction);
  const isSecret = together !== prefix + JSON.stringify(member) && together.startsWith(`${prefix}‹secret:`);
  return isSecret ? together.slice(prefix.length) : member;
}

function unusedName(name: string, members: { readonly [name: string]: unknown }): string {
  let free = name;
  for (let count = 2; free in members; count += 1) free = `${name}#${count}`;
  return free;
}

function replaceKnown(text: string, { known }: Redaction): string {
  return known.reduce((safe, { spelling, mark }) => safe.replaceAll(spelling, () => mark), text);
}

/** A value as it stands, inside JSON, and inside a URL. */
function spellings(value: string): readonly string[] {
  return [...new Set([value, JSON.stringify(value).slice(1, -1), percentEncoded(value)])];
}

function percentEncoded(value: string): string {
  return value.replace(/[^A-Za-z0-9_.!~*'()-]/g, (character) =>
    character.charCodeAt(0) < 128
      ? `%${character.charCodeAt(0).toString(16).toUpperCase().padStart(2, "0")}`
      : character,
  );
}

type Replace = (kind: string, secret: string) => string;

const KEY_BEGIN = /-----BEGIN (?:[A-Z0-9]{1,20} ){0,4}PRIVATE KEY(?: BLOCK)?-----/g;
const KEY_END = "-----END ";

/** A private key goes up to its end line; without one, up to the end of the text. */
function replacePrivateKeys(text: string, replace: Replace): string {
  if (!text.includes("PRIVATE KEY")) return text;
  let safe = "";
  let from = 0;
  for (const begin of text.matchAll(KEY_BEGIN)) {
    if (begin.index < from) continue;
    const end = text.indexOf(KEY_END, begin.index + begin[0].length);
    const closing = end < 0 ? -1 : text.indexOf("-----", end + KEY_END.length);
    const until = closing < 0 ? text.length : closing + 5;
    safe += text.slice(from, begin.index) + replace("private-key", text.slice(begin.index, until));
    from = until;
  }
  return safe + text.slice(from);
}

function replacePattern(text: string, { kind, pattern }: SecretPattern, replace: Replace): string {
  return text.replace(pattern, (match: string, ...rest: unknown[]) => {
    const groups = rest.at(-1);
    const hasGroups = typeof groups === "object" && groups !== null;
    if (!hasGroups) return replace(kind, match);
    const { secret } = groups as { readonly secret?: string };
    if (secret === undefined) return match;
    const at = match.lastIndexOf(secret);
    const before = match.slice(0, at);
    if (isHarmless(kind, secret, before)) return match;
    return before + replace(kind, secret) + match.slice(at + secret.length);
  });
}

/** What stands where a secret would stand without being one: a reference, a type, an example, a path, code. */
function isHarmless(kind: string, found: string, before: string): boolean {
  const isQuoted = /^\\?["']/.test(found);
  const value = isQuoted ? found.replace(/^\\?["']|\\?["']$/g, "") : found;
  if (value.startsWith("‹secret:") || PLACEHOLDER.test(value) || /^[x*•.#_-]+$/i.test(value)) return true;
  if (before.endsWith(":") && /^[-+=?]/.test(value)) return true;
  if (REFERENCE.test(value) || /^[\^~<>=v]*[\d.:%*]+[a-z]{0,3}$/i.test(value)) return true;
  if (kind === "authorization") return /^[a-z]+(?:[-_.][a-z]+)*[.]?$/i.test(value);
  if (isQuoted) return /\s/.test(value);
  return kind === "assignment" && isCode(value, before.endsWith("=") ? "environment" : "code");
}

/** Words alone, as in code and prose: `getToken`, `process.env.TOKEN`; `NAME=word` may well be a password. */
function isCode(value: string, style: "environment" | "code"): boolean {
  if (!/^[A-Za-z_]+(?:\??[.:][A-Za-z_]\w*)*[?!.:]*$/.test(value)) return false;
  return style === "code" || /[._]|[a-z][A-Z]/.test(value);
}

const REFERENCE =
  /^[$%<{]|^\.{0,2}\/|^~\/|^(?:file|env|op|vault|arn|ssm|secretsmanager|sha\d+|h1|https?|id|type):|^(?:id|type|src)=|^projects\//;

const PLACEHOLDER =
  /^(?:true|false|null|none|nil|undefined|string|number|boolean|str|int|bytes|any|text|secret|password|passwd|token|required|optional|redacted|hidden|masked|changeme|change-me|example|placeholder|dummy|test|prompt|stdin|auto|default|function|async|await|new|this|self|inherit|read|write|(?:your|my|the|some|a|an)[-_ ].*)$/i;

/** Runs of the characters that keys are written in; `/`, `.` and `-` part words and paths. */
const RUN = /[A-Za-z0-9+/_=-]{24,}/g;

function replaceRandom(text: string, replace: Replace): string {
  return text.replace(RUN, (run: string, at: number) => {
    if (run.length > MAX_KEY_CHARACTERS || isAnnounced(text, at)) return run;
    if (isRandom(run)) return replace("high-entropy", run);
    if (!/[/=]/.test(run)) return run;
    return run.replace(/[A-Za-z0-9_-]{24,}/g, (part: string) =>
      isRandom(part) ? replace("high-entropy", part) : part,
    );
  });
}

/** Longer runs are data: pictures, archives, compiled code. */
const MAX_KEY_CHARACTERS = 200;

/** Names that stand before digests, identifiers and encoded data, not before secrets. */
const ANNOUNCING =
  /(?:sha(?:1|224|256|384|512)[-:=]|h1:|md5[-:=]|base64,|integrity["']?[:=]\s?["']?|fingerprint[:=]?\s?["']?|nonce-|etag:\s?["']?|\.)$/i;

function isAnnounced(text: string, at: number): boolean {
  return ANNOUNCING.test(text.slice(Math.max(0, at - 24), at));
}

/** Identifiers that agents' own protocols are full of. */
const IDENTIFIER =
  /^(?:toolu|call|msg|req|resp|run|chatcmpl|sess|session|evt|acct|cus|price|prod|sub|thread|asst|file|batch|msgbatch|step|item|rs|fc|ws|cmpl|srvtoolu|conv|org|usr|user|proj)[_-]/;

const DIGEST = /^(?:sha(?:1|256|384|512)[-=_])/i;

/**
 * Whether a run was drawn at random rather than written: three kinds of characters that change as often as
 * chance makes them, and nearly as varied as it can be. Written names change kind at word ends only; digests
 * in hexadecimal, UUIDs and ULIDs have two kinds.
 */
function isRandom(run: string): boolean {
  const core = run.replace(/=+$/, "");
  if (core.length < 24 || IDENTIFIER.test(core) || DIGEST.test(core)) return false;
  if (!/[a-z]/.test(core) || !/[A-Z]/.test(core) || !/[0-9]/.test(core)) return false;
  const kinds = Array.from(core, kindOf);
  if (!["a", "A", "0"].every((kind) => kinds.filter((one) => one === kind).length >= 2)) return false;
  const changes = kinds.filter((kind, at) => at > 0 && kind !== kinds[at - 1]).length / (core.length - 1);
  const isSecretKeyLength = core.length === 40 && /^[A-Za-z0-9/+]+$/.test(core);
  if (changes < (isSecretKeyLength ? 0.4 : 0.45)) return false;
  return entropy(core) >= 3.6 && !isEncodedText(run);
}

function kindOf(character: string): string {
  if (character >= "a" && character <= "z") return "a";
  if (character >= "A" && character <= "Z") return "A";
  return character >= "0" && character <= "9" ? "0" : "-";
}

/** Shannon entropy in bits a character. */
function entropy(text: string): number {
  const counts = new Map<string, number>();
  for (const character of text) counts.set(character, (counts.get(character) ?? 0) + 1);
  let bits = 0;
  for (const count of counts.values()) bits -= (count / text.length) * Math.log2(count / text.length);
  return bits;
}

const ALPHABET = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
/** The beginnings, in base64, of PNG, gzip, JPEG, GIF, ZIP, PDF, WebAssembly, ELF, and of public SSH keys. */
const ENCODED_DATA =
  /^(?:iVBORw0KGgo|H4sI|\/9j\/|R0lGOD|UEsD|JVBERi|AGFzb|f0VMR|AAAA[A-Z]{1,2}[0-9A-Za-z]{0,2}[Nn]zaC|AAAAE2Vj)/;

/** Whether it is base64 of readable text, or of a file of a well-known kind. */
function isEncodedText(run: string): boolean {
  if (ENCODED_DATA.test(run)) return true;
  const digits = Array.from(run.replace(/=+$/, ""), (digit) => ALPHABET.indexOf(digit));
  if (digits.some((digit) => digit < 0)) return false;
  let readable = 0;
  let total = 0;
  for (let at = 0; at + 1 < digits.length; at += 1) {
    if (at % 4 === 3) continue;
    const shift = (at % 4) * 2 + 2;
    const byte = (((digits[at] ?? 0) << shift) | ((digits[at + 1] ?? 0) >> (6 - shift))) & 0xff;
    total += 1;
    if ((byte >= 0x20 && byte < 0x7f) || byte === 0x0a || byte === 0x09 || byte === 0x0d) readable += 1;
  }
  return readable >= total * 0.95;
}
