import type { Word } from "../analyzer.ts";
import { fileEffects } from "../effects.ts";
import { literal, unknownWord } from "../options.ts";
import { decodeText } from "./decode.ts";
import { noteRequest } from "./requests.ts";
import {
  below,
  joinPaths,
  knownText,
  list,
  object,
  PLAIN,
  REMOTE,
  SOME_NAME,
  text,
  textWith,
  UNKNOWN,
  type Value,
  wordOf,
} from "./values.ts";
import { type Act, argumentAt, type Call, note, noteUnknown, type Walk } from "./walk.ts";

/** Where an act finds an argument: its position and the names it may also be given by; `self` is the receiver. */
export type At = number | "self" | readonly [number, ...string[]];

export function valueAt(call: Call, at: At): Value | undefined {
  if (at === "self") return call.self;
  return typeof at === "number"
    ? argumentAt(call, at)
    : argumentAt(call, at[0], ...(at.slice(1) as string[]));
}

export function wordAt(call: Call, at: At): Word {
  return wordOf(valueAt(call, at), call.source);
}

/** No effect; a harmless value. Functions among the arguments are called. */
export const pure: Act = (call, walk) => {
  runCallbacks(call, walk);
  return PLAIN;
};

/** No effect, and nothing is known of the text it gives. */
export const somehowText: Act = () => textWith(unknownWord("text"));

export function gives(value: Value): Act {
  return () => value;
}

/** The value of an argument goes through unchanged. */
export function same(at: At): Act {
  return (call) => valueAt(call, at) ?? PLAIN;
}

/** Calls functions that are handed over, with arguments nobody knows. */
export function runCallbacks(call: Call, walk: Walk, args: readonly Value[] = []): void {
  for (const value of [...call.args, ...call.named.values()]) {
    if (value.kind === "function") walk.call(value, args, call.source);
    if (value.kind === "reference" && walk.dialect.acts.get(walk.dialect.canonical(value.name)))
      walk.call(value, [UNKNOWN], call.source);
  }
}

export function reads(at: At, value: Value = PLAIN): Act {
  return (call, walk) => {
    note(walk, fileEffects("read", wordAt(call, at), walk.scene, { by: call.source }));
    runCallbacks(call, walk);
    return value;
  };
}

export function writes(at: At, value: Value = PLAIN): Act {
  return (call, walk) => {
    note(walk, fileEffects("change", wordAt(call, at), walk.scene, { by: call.source }));
    runCallbacks(call, walk);
    return value;
  };
}

/** Writes what comes over the network into a file: whoever runs that file later runs foreign code. */
export function downloads(at: At): Act {
  return (call, walk) => {
    const word = wordAt(call, at);
    if (word.text !== undefined) walk.downloaded.add(word.text);
    return writes(at)(call, walk);
  };
}

/** Writes into an open file: nothing new, unless the content was downloaded. */
export const writesContent: Act = (call, walk) => {
  if (
    call.args.some((value) => value.kind === "remote") &&
    call.self?.kind === "object" &&
    call.self.at.text !== undefined
  ) {
    walk.downloaded.add(call.self.at.text);
  }
  return PLAIN;
};

export function creates(at: At, value: Value = PLAIN): Act {
  return (call, walk) => {
    note(walk, fileEffects("create", wordAt(call, at), walk.scene, { by: call.source, kind: "directory" }));
    return value;
  };
}

export interface Deleting {
  readonly recursive?: boolean;
  /** Every argument is a path, or a list of them. */
  readonly every?: boolean;
}

export function deletes(at: At, how: Deleting = {}): Act {
  return (call, walk) => {
    const targets = how.every ? call.args : [valueAt(call, at) ?? UNKNOWN];
    for (const word of targets.flatMap((target) => pathWords(target, call.source))) {
      note(
        walk,
        fileEffects("delete", word, walk.scene, { by: call.source, recursive: how.recursive ?? false }),
      );
    }
    if (how.every && call.open) noteUnknown(walk, call.name, call.source);
    return PLAIN;
  };
}

/** Takes something away in one place and puts it in another. */
export function moves(from: At, to: At): Act {
  return (call, walk) => {
    for (const word of pathWords(valueAt(call, from) ?? UNKNOWN, call.source)) {
      note(walk, fileEffects("delete", word, walk.scene, { by: call.source }));
    }
    note(walk, fileEffects("change", wordAt(call, to), walk.scene, { by: call.source }));
    return valueAt(call, to) ?? PLAIN;
  };
}

export function copies(from: At, to: At): Act {
  return (call, walk) => {
    for (const word of pathWords(valueAt(call, from) ?? UNKNOWN, call.source)) {
      note(walk, fileEffects("read", word, walk.scene, { by: call.source }));
    }
    note(walk, fileEffects("change", wordAt(call, to), walk.scene, { by: call.source }));
    return valueAt(call, to) ?? PLAIN;
  };
}

export function pathWords(value: Value, source: string): readonly Word[] {
  if (value.kind === "list")
    return [
      ...value.items.map((item) => wordOf(item, source)),
      ...(value.open || value.items.length === 0 ? [unknownWord(source)] : []),
    ];
  if (value.kind === "choice") return value.options.flatMap((option) => pathWords(option, source));
  return [wordOf(value, source)];
}

/** Opens a file; the mode decides whether that reads or writes. */
export function opens(at: At, mode: At): Act {
  return (call, walk) => {
    const path = valueAt(call, at);
    const word = wordOf(path, call.source);
    const given = valueAt(call, mode);
    const how = given === undefined ? "r" : knownText(given);
    const writing = how === undefined || /[wax+c]/.test(how);
    if (path?.kind !== "number")
      note(
        walk,
        fileEffects(writing ? "change" : "read", word, walk.scene, {
          by: call.source,
          certain: how !== undefined,
        }),
      );
    const file = object("file", word);
    runCallbacks(call, walk, [file]);
    return file;
  };
}

/** Cannot be told ahead, whatever its arguments. */
export const unknown: Act = (call, walk) => {
  noteUnknown(walk, call.name, call.source);
  return UNKNOWN;
};

export function requests(method: string | At, url: At): Act {
  return (call, walk) => {
    const verb =
      typeof method === "string" && method !== "self" ? method : knownText(valueAt(call, method as At));
    return noteRequest(verb, valueAt(call, url), call, walk);
  };
}

export function decodes(encoding: "base64" | "hex" | "rot13" | "percent", at: At): Act {
  return (call) => {
    const value = valueAt(call, at);
    const known = knownText(value);
    if (known === undefined) return value?.kind === "remote" ? REMOTE : PLAIN;
    const decoded = decodeText(encoding, known);
    return decoded === undefined ? PLAIN : text(decoded);
  };
}

/** The names in a folder. */
export function lists(at: At, whole: "names" | "paths"): Act {
  return (call, walk) => {
    const folder = call.args.length === 0 && at !== "self" ? literal(".") : wordAt(call, at);
    runCallbacks(call, walk);
    return list([textWith(whole === "names" ? SOME_NAME : below(folder))], true);
  };
}

/** Files matching a pattern, below a folder if one is given. */
export function globs(pattern: At, folder?: At): Act {
  return (call, walk) => {
    const base = folder === undefined ? [] : [wordAt(call, folder)];
    const word = joinPaths([...base, wordAt(call, pattern)]);
    const found = textWith({ ...word, glob: word.text !== undefined && /[*?[{]/.test(word.text) });
    runCallbacks(call, walk, [found]);
    return list([found], true);
  };
}

/** Path segments joined. */
export const joinsPath: Act = (call) =>
  textWith(joinPaths(call.args.map((value) => wordOf(value, call.source))));

/** Prints its arguments: what the program writes is known as long as all of them are. */
export function prints(end: string, separator: string): Act {
  return (call, walk) => {
    const texts = call.args.map((value) =>
      value.kind === "text" && value.word.glob ? undefined : knownText(value),
    );
    if (call.named.size > 0 || call.open || texts.some((one) => one === undefined)) walk.printed = undefined;
    else walk.printed?.push(texts.join(separator) + end);
    runCallbacks(call, walk);
    return PLAIN;
  };
}
