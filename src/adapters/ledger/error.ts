/** What can go wrong with a ledger, for programs. */
export type LedgerErrorCode =
  | "ENTRY_INVALID"
  | "ENTRY_TOO_LARGE"
  | "LEDGER_ALTERED"
  | "LEDGER_BUSY"
  | "LEDGER_CLOSED"
  | "LEDGER_FULL"
  | "LEDGER_KEY_MISSING"
  | "LEDGER_READ_ONLY"
  | "LEDGER_TRUNCATED"
  | "LEDGER_WRITE_FAILED"
  | "PAYLOAD_ALTERED"
  | "PAYLOAD_ERASED"
  | "PAYLOAD_MISSING"
  | "PROOF_IMPOSSIBLE";

/** A refusal of the ledger. Whoever gets one must not act: what was to be recorded does not count as recorded. */
export class LedgerError extends Error {
  readonly code: LedgerErrorCode;
  /** What to do next, for a person. */
  readonly help: string;

  constructor(code: LedgerErrorCode, message: string, { help, cause }: { help: string; cause?: unknown }) {
    super(message, cause === undefined ? undefined : { cause });
    this.name = "LedgerError";
    this.code = code;
    this.help = help;
  }
}

/** The refusal for a failed operation of the file system on `path`; a `LedgerError` is passed through. */
export function fileError(error: unknown, doing: string, path: string): LedgerError {
  if (error instanceof LedgerError) return error;
  const reason = (error as NodeJS.ErrnoException).code ?? String(error);
  const [code, why, help] = explain(reason);
  return new LedgerError(code, `cannot ${doing} \`${path}\`: ${why}`, { help, cause: error });
}

function explain(reason: string): readonly [LedgerErrorCode, string, string] {
  switch (reason) {
    case "ENOSPC":
    case "EDQUOT":
    case "EFBIG":
      return [
        "LEDGER_FULL",
        `no space is left (${reason})`,
        "free space on that disk and try again; nothing was run",
      ];
    case "EROFS":
    case "EACCES":
    case "EPERM":
      return [
        "LEDGER_READ_ONLY",
        `it may not be written (${reason})`,
        "make the folder writable for this user, or point COUNTERSIGN_HOME elsewhere; nothing was run",
      ];
    default:
      return ["LEDGER_WRITE_FAILED", reason, "check that disk and try again; nothing was run"];
  }
}
