import type { Setting } from "../core/call.ts";
import type { Effect, Environment } from "../core/effect.ts";
import type { FactFor, Need } from "../core/facts.ts";

/**
 * One word of a command after the shell's expansions, as far as they can be known ahead.
 * Controlled by the agent.
 */
export interface Word {
  /** The exact text, when every expansion in it is known; a glob stays as typed, see `glob`. */
  readonly text: string | undefined;
  /** The word as typed: for messages only, never for decisions. */
  readonly source: string;
  /** Literal text before the first unknown piece; equals `text` when everything is known. */
  readonly prefix: string;
  /** Literal text after the last unknown piece; empty when everything is known. */
  readonly suffix: string;
  /** The literal texts before, between and after the unknown pieces, when they can be told. */
  readonly between?: readonly string[];
  /** The unknown pieces cannot hold a `/` nor start an option (a date, a count, a process id). */
  readonly tame: boolean;
  /** Has an active (unquoted) glob character. */
  readonly glob: boolean;
  /** The processes that the unknown piece numbers. */
  readonly processes?: Processes;
}

/**
 * The processes that a number stands for, when they are more than one's own work: everybody's or one user's, those the
 * machine cannot do without, a server that others use, or the gate itself.
 */
export type Processes = "every" | "vital" | "service" | "gate";

/** What flows into a command's standard input, or out of its standard output, as far as known. */
export type Stream =
  | { readonly kind: "none" }
  | { readonly kind: "text"; readonly text: string }
  /** Names of things below these words (files found, listed, matched), one a line. */
  | { readonly kind: "paths"; readonly roots: readonly Word[] }
  /** Something else. `remote`: it came over the network. `tame`: numbers, dates, single names. */
  | {
      readonly kind: "opaque";
      readonly remote: boolean;
      readonly tame: boolean;
      /** The processes that it lists. */
      readonly processes?: Processes;
    };

/** One simple command: what `execve` would get, and from where. */
export interface Command {
  /** Last path segment of the program as resolved: `git` for `/usr/bin/git`. */
  readonly program: string;
  /** All words; the first is the program as written. */
  readonly words: readonly Word[];
  /** The words after the program. */
  readonly args: readonly Word[];
  readonly stdin: Stream;
  /** The command as typed, for messages. */
  readonly source: string;
}

/** Where commands act: on this machine, or somewhere reached through it. */
export interface Place {
  /** `undefined`: this machine. Else what it is reached as: `ssh web-1`, `container app`. */
  readonly host: string | undefined;
  readonly environment: Environment;
}

/** What an analyzer may ask and use. It is pure: the same scene and command give the same finding. */
export interface Scene {
  readonly setting: Setting;
  /** The working directory at this point of the line; `undefined` when a `cd` went somewhere unknown. */
  readonly cwd: string | undefined;
  readonly place: Place;
  /** Runs with more rights than the operator's (sudo, doas, su, privileged containers). */
  readonly privileged: boolean;
  /**
   * The fact for a need, or `undefined` when it is not known yet: the need is then noted, and the analysis
   * is run again once it was fetched. Write the rest of the analysis as if the answer were the worst.
   */
  need<N extends Need>(need: N): FactFor<N> | undefined;
  /** True for a path whose content came from elsewhere earlier in this request: cloned, downloaded and unpacked. */
  isForeign(path: string): boolean;
  /** The value of a variable set earlier on the line or in the environment; `undefined` when not known. */
  variable(name: string): string | undefined;
  /** Judges a further command: `env X=1 CMD`, `xargs CMD`, `find -exec CMD`. */
  argv(words: readonly Word[], change?: SceneChange): Finding;
  /** Judges a text as a shell script: `sh -c TEXT`, `eval TEXT`, `ssh host TEXT`. */
  shell(text: string, change?: SceneChange): Finding;
  /** Judges a text in another language: `python -c TEXT`, a here-document into `node`. */
  code(language: CodeLanguage, text: string, change?: SceneChange): Finding;
  /** Judges a script file by its text (a fact): `bash x.sh`, `python x.py`, `./x`. */
  script(path: Word, language: CodeLanguage | undefined, args: readonly Word[]): Finding;
}

export type CodeLanguage =
  | "shell"
  | "python"
  | "javascript"
  | "ruby"
  | "perl"
  | "php"
  | "powershell"
  | "cmd"
  | "sql";

export interface SceneChange {
  readonly cwd?: string | undefined;
  readonly place?: Place;
  readonly privileged?: boolean;
  readonly stdin?: Stream;
  /** Variables set for the nested command. */
  readonly variables?: ReadonlyMap<string, string | undefined>;
  /** Positional parameters for a script. */
  readonly args?: readonly Word[];
}

export interface Finding {
  readonly effects: readonly Effect[];
  /** What the command prints, when it can be told ahead. */
  readonly output?: Stream;
}

/** An example is a test of its analyzer, a line in the manual, and a promise to the user. */
export interface Example {
  readonly run: string;
  /** Every effect above a plain read, as `describeEffect` prints it, in order; `[]` when it only reads. */
  readonly does: readonly string[];
  /** The tier of the whole line. */
  readonly tier: 0 | 1 | 2 | 3 | 4 | "X";
  /** Files that exist for this example, by path relative to the workspace `/home/dev/project` or absolute. */
  readonly files?: Readonly<Record<string, string>>;
  readonly env?: Readonly<Record<string, string>>;
  readonly declared?: "development" | "staging" | "production";
}

/**
 * Understands one tool (or a family that shares one grammar).
 *
 * Contract: total and pure. Whatever it does not understand becomes an effect with `certain: false`.
 * An empty list of effects says "this changes nothing and reads nothing that matters".
 */
export interface Analyzer {
  /** The name of its file. */
  readonly name: string;
  readonly title: string;
  /** One or two sentences for the manual: what is understood, what is not. */
  readonly about: string;
  /** Program names (last path segment, no `.exe`) that it answers for. */
  readonly programs: readonly string[];
  analyze(command: Command, scene: Scene): Finding;
  readonly examples: readonly Example[];
}
