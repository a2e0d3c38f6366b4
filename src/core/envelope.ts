import { fromBase64, toBase64 } from "./base64.ts";
import type { Tool } from "./call.ts";
import { canonicalize, type Json } from "./json.ts";
import type { Principal } from "./principal.ts";

/** Bytes that are no text: a file name or an argument that is not valid UTF-8. Standard base64 (RFC 4648 §4). */
interface Bytes {
  readonly base64: string;
}

/** What the operating system takes as a string of bytes: text where it is text, else the bytes. */
type Text = string | Bytes;

/** SHA-256 as 64 lower-case hexadecimal digits. */
export type Digest = string;

export interface Read {
  readonly path: Text;
  readonly digest: Digest;
}

/** Something about the world that has to be the same when the action runs: `gitHead`, `etag`, `tfSerial`. */
interface Precondition {
  readonly kind: string;
  readonly value: string;
}

/**
 * Everything that decides what an action does, who wants it and under which rules. A yes covers the digest of
 * this and nothing else: one byte changes, the yes is gone. Lists without an order of their own are sorted.
 */
export interface Envelope {
  readonly kind: Tool;
  /** What is executed: an argument vector, or a tool with its arguments. Controlled by the agent. */
  readonly command: { readonly argv: readonly Text[] } | { readonly tool: string; readonly args: Json };
  readonly resolved: {
    /** The program after PATH and symbolic links; `null` when no program of this machine runs. */
    readonly executable: Read | null;
    /** What it acts on after symbolic links and expansions, with account, region, cluster, database. */
    readonly targets: readonly Text[];
  };
  readonly cwd: Text;
  /** The environment variables it gets, by name, each as the digest of its value. */
  readonly environment: Readonly<Record<string, Digest>>;
  /** `null` when it reads nothing from standard input. */
  readonly stdin: Digest | null;
  /** Files that decide what happens: scripts, modules, manifests. */
  readonly reads: readonly Read[];
  readonly effects: Digest;
  readonly preconditions: readonly Precondition[];
  readonly policy: Digest;
  readonly actor: Principal;
  /** The person who answers for it. */
  readonly onBehalfOf: string;
  readonly editors: readonly Principal[];
  readonly session: string;
  readonly nonce: string;
  /** Milliseconds since 1970: it may run from `notBefore` on and before `notAfter`. */
  readonly notBefore: number;
  readonly notAfter: number;
}

/** The first line of what is hashed: a digest of an action can never be taken for one of something else. */
const DOMAIN = "countersign/action/v1\n";

/**
 * The text whose UTF-8 bytes are hashed: the domain line, then the envelope as canonical JSON (RFC 8785).
 *
 * Text stands as text when it is in normalisation form C, and as the base64 of its UTF-8 bytes when it is not:
 * nothing is normalised, because two names that differ in form are two files. Arguments that hold a fraction,
 * or text in another form, stand as the base64 of their canonical JSON.
 *
 * Throws `TypeError` for what has no canonical form: a lone surrogate, a digest that is none, base64 that is
 * not canonical, two digests for one path, a time that is no whole number, nesting beyond the bound.
 */
export function actionPreimage(envelope: Envelope): string {
  const { command, resolved } = envelope;
  return `${DOMAIN}${canonicalize({
    kind: envelope.kind,
    command:
      "argv" in command
        ? { argv: command.argv.map(carried) }
        : { tool: plain(command.tool), args: carriedJson(command.args) },
    resolved: {
      executable: resolved.executable ? carriedRead(resolved.executable) : null,
      targets: sorted(resolved.targets.map(carried)),
    },
    cwd: carried(envelope.cwd),
    environment: carriedEnvironment(envelope.environment),
    stdin: envelope.stdin === null ? null : digest(envelope.stdin),
    reads: carriedReads(envelope.reads),
    effects: digest(envelope.effects),
    preconditions: sorted(
      envelope.preconditions.map(({ kind, value }) => ({ kind: plain(kind), value: plain(value) })),
    ),
    policy: digest(envelope.policy),
    actor: carriedPrincipal(envelope.actor),
    onBehalfOf: plain(envelope.onBehalfOf),
    editors: sorted(envelope.editors.map(carriedPrincipal)),
    session: plain(envelope.session),
    nonce: plain(envelope.nonce),
    notBefore: time(envelope.notBefore),
    notAfter: time(envelope.notAfter),
  })}`;
}

/** The digest that decisions, votes and executions name. `sha256Hex` hashes the UTF-8 bytes of a text. */
export function actionDigest(envelope: Envelope, sha256Hex: (text: string) => Digest): Digest {
  return sha256Hex(actionPreimage(envelope));
}

function carried(text: Text): Json {
  if (typeof text === "string") return isPlain(text) ? text : { base64: toBase64(utf8(text)) };
  if (fromBase64(text.base64) === undefined) throw new TypeError("bytes are not canonical base64");
  return { base64: text.base64 };
}

/** The tags keep arguments that look like carried bytes apart from bytes. */
function carriedJson(value: Json): Json {
  return isPlainJson(value) ? { json: value } : { base64: toBase64(utf8(canonicalize(value))) };
}

function isPlainJson(value: Json | undefined): boolean {
  if (value === null || value === undefined || typeof value === "boolean") return true;
  if (typeof value === "number") return Number.isSafeInteger(value);
  if (typeof value === "string") return isPlain(value);
  return Object.entries(value).every(([key, member]) => isPlain(key) && isPlainJson(member));
}

function carriedRead({ path, digest: of }: Read): Json {
  return { path: carried(path), digest: digest(of) };
}

function carriedReads(reads: readonly Read[]): Json {
  const byPath = new Map<string, Digest>();
  for (const read of reads) {
    const path = canonicalize(carried(read.path));
    const before = byPath.get(path);
    if (before !== undefined && before !== read.digest) throw new TypeError(`two digests for ${path}`);
    byPath.set(path, read.digest);
  }
  return sorted(reads.map(carriedRead));
}

function carriedEnvironment(environment: Envelope["environment"]): Json {
  return Object.fromEntries(Object.entries(environment).map(([name, value]) => [plain(name), digest(value)]));
}

function carriedPrincipal(principal: Principal): Json {
  const members = Object.entries(principal) as readonly (readonly [string, string | undefined])[];
  return Object.fromEntries(
    members.flatMap(([name, value]) => (value === undefined ? [] : [[name, plain(value)]])),
  );
}

/** Sorted by canonical form, each once: for lists whose order says nothing. */
function sorted(values: readonly Json[]): Json {
  const byForm = new Map(values.map((value) => [canonicalize(value), value]));
  return [...byForm.keys()].sort().flatMap((form) => byForm.get(form) ?? []);
}

/** Text that the gate itself wrote; there is no reason for it to be anything but plain. */
function plain(text: string): string {
  if (!isPlain(text)) throw new TypeError("text is not in normalisation form C");
  return text;
}

function isPlain(text: string): boolean {
  return text === text.normalize("NFC");
}

function digest(text: string): Digest {
  if (!/^[0-9a-f]{64}$/.test(text)) throw new TypeError("digest is not 64 lower-case hexadecimal digits");
  return text;
}

function time(value: number): number {
  if (!Number.isSafeInteger(value) || value < 0)
    throw new TypeError("time is not a whole number of milliseconds");
  return value;
}

/** UTF-8 (RFC 3629). */
function utf8(text: string): Uint8Array {
  return Uint8Array.from([...text].flatMap((character) => encoded(character.codePointAt(0) ?? 0)));
}

function encoded(point: number): readonly number[] {
  if (point < 0x80) return [point];
  const tail = (shift: number) => 0x80 | ((point >> shift) & 0x3f);
  if (point < 0x800) return [0xc0 | (point >> 6), tail(0)];
  if (point >= 0xd800 && point < 0xe000) throw new TypeError("text holds a lone surrogate");
  if (point < 0x10000) return [0xe0 | (point >> 12), tail(6), tail(0)];
  return [0xf0 | (point >> 18), tail(12), tail(6), tail(0)];
}
