import { spawnSync } from "node:child_process";
import { createPublicKey, verify } from "node:crypto";
import fs from "node:fs";
import os from "node:os";
import path from "node:path";
import { type Ledger, type LedgerOptions, openLedger } from "../../src/adapters/ledger/ledger.ts";
import { type Verification, type VerifyOptions, verifyLedger } from "../../src/adapters/ledger/verify.ts";
import type { ActionEvent } from "../../src/core/event.ts";

/** Where a ledger of a test stands. */
export interface Place {
  readonly root: string;
  readonly directory: string;
  readonly keys: string;
}

export function newPlace(root = fs.mkdtempSync(path.join(os.tmpdir(), "countersign-ledger-"))): Place {
  return { root, directory: path.join(root, "log"), keys: path.join(root, "keys") };
}

export function removePlace(place: Place): void {
  fs.rmSync(place.root, { recursive: true, force: true });
}

/** A copy of everything, keys included. */
export function copyPlace(place: Place): Place {
  const copy = newPlace();
  fs.cpSync(place.root, copy.root, { recursive: true });
  return copy;
}

/** A clock that stands still a second after the other each time it is asked. */
export function steadyClock(): () => number {
  let now = Date.UTC(2026, 0, 1);
  return () => {
    now += 1_000;
    return now;
  };
}

export function openAt(place: Place, options: Partial<LedgerOptions> = {}): Promise<Ledger> {
  return openLedger({ directory: place.directory, keys: place.keys, clock: steadyClock(), ...options });
}

/** Opens, appends plain events, closes. */
export async function fill(place: Place, count: number, text = "something happened"): Promise<void> {
  const ledger = await openAt(place);
  for (let at = 0; at < count; at += 1) await ledger.append({ type: "test.noted", text: `${text} ${at}` });
  await ledger.close();
}

export function verifyAt(place: Place, options: VerifyOptions = { keys: place.keys }): Verification {
  return verifyLedger(place.directory, options);
}

export function verifyEd25519(text: string, signature: Uint8Array, publicKey: Uint8Array): boolean {
  const der = Buffer.concat([Buffer.from("302a300506032b6570032100", "hex"), publicKey]);
  return verify(
    null,
    Buffer.from(text),
    createPublicKey({ key: der, format: "der", type: "spki" }),
    signature,
  );
}

const VERIFIER = path.join(import.meta.dirname, "../../tools/verify/verify.py");
const hasPython = spawnSync("python3", ["--version"]).status === 0;
export const SKIP_PYTHON = !hasPython && process.env.COUNTERSIGN_REQUIRE_ALL !== "1";
if (SKIP_PYTHON) console.warn("skipped: the second verifier needs python3, which is not on PATH");

/** What the second verifier prints; `undefined` when this machine has no Python and need not have one. */
export function verifyInPython(place: Place, from?: string): PythonVerdict | undefined {
  const acknowledged = path.join(place.keys, "ledger.acknowledged");
  const words = [
    place.directory,
    "--key",
    path.join(place.keys, "ledger.pub"),
    "--acknowledged",
    acknowledged,
  ];
  return python(from === undefined ? words : [...words, "--from", from]);
}

export interface PythonVerdict {
  readonly ok: boolean;
  readonly size: number;
  readonly root: string;
  readonly problems: readonly { readonly rule: string; readonly file?: string; readonly seq?: number }[];
  readonly unknown: readonly number[];
  readonly entry: string;
}

export function python(words: readonly string[]): PythonVerdict | undefined {
  if (SKIP_PYTHON) return undefined;
  const run = spawnSync("python3", [VERIFIER, ...words], { encoding: "utf8" });
  if (run.error !== undefined) throw run.error;
  if (run.status !== 0 && run.status !== 1) throw new Error(`the second verifier failed: ${run.stderr}`);
  return JSON.parse(run.stdout) as PythonVerdict;
}

const digest = "d".repeat(64);
const operator = { kind: "person", person: "ada", account: "ada@example.org" } as const;
const agent = { kind: "agent", agent: "claude-code", operator: "ada" } as const;

/** The events of an action that is permitted, runs and ends; a test leaves some out or bends them. */
export function actionEvents(action: string, at = Date.UTC(2026, 0, 1)): readonly ActionEvent[] {
  const nonce = `nonce-of-${action}`;
  const fresh = { tier: 1, policyDigest: "p", eligible: [] } as const;
  return [
    {
      type: "action.proposed",
      action,
      at,
      session: "s1",
      requester: agent,
      editors: [],
      nonce,
      notBefore: at,
      notAfter: at + 60_000,
    },
    { type: "effects.analyzed", action, at, effects: [] },
    {
      type: "policy.decided",
      action,
      at,
      tier: 1,
      digest,
      policyDigest: "p",
      rules: ["base"],
      reason: "own workspace",
    },
    { type: "execution.intended", action, at, nonce, digest, fresh },
    { type: "execution.finished", action, at, nonce, exitCode: 0 },
  ];
}

export const people = { operator, agent };
