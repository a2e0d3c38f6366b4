import type { Word } from "../analyzer.ts";
import { effect, fileEffects } from "../effects.ts";
import { unknownWord } from "../options.ts";
import { base64Bytes, utf16 } from "./decode.ts";
import {
  elementOf,
  elementsOf,
  knownText,
  note,
  noteUnknown,
  PLAIN,
  type PsState,
  type PsValue,
  pathWord,
  REMOTE,
  textValue,
  UNKNOWN,
  wordOf,
} from "./powershell-state.ts";
import type { Run } from "./powershell-values.ts";
import { noteRequestTo } from "./requests.ts";

type FileDeed = "read" | "create" | "change" | "delete";

function onFile(
  deed: FileDeed,
  value: PsValue | undefined,
  state: PsState,
  by: string,
  recursive = false,
): void {
  const word = pathWord(value ? wordOf(value, by) : unknownWord(by), state);
  note(state, fileEffects(deed, word, state.scene, { by, recursive }));
}

/** Types of .NET that only compute or tell something. */
const PURE_TYPES =
  /^(system\.)?(math|datetime|datetimeoffset|timespan|guid|string|int|int32|int64|long|double|decimal|bool|boolean|char|byte|byte\[\]|array|object|regex|text\.regularexpressions\.regex|version|uri|random|bitconverter|console|io\.path|text\.encoding|text\.stringbuilder|collections\..*|globalization\..*|net\.dns|net\.ipaddress|net\.servicepointmanager|net\.securityprotocoltype|diagnostics\.stopwatch|security\.cryptography\..*|management\.automation\.(semanticversion|pscredential|wildcardpattern|language\..*)|xml\..*|linq\..*|numerics\..*|activator|enum|nullable|type|tuple|environment|io\.stringreader|security\.principal\..*|runtime\.interopservices\.runtimeinformation|psobject|pscustomobject|ordered|hashtable|xml|securestring|switch|float|single|net\.webutility|web\.httputility|datetime\[\]|string\[\])$/;

/** A static method or property: `[IO.File]::Delete("x")`. */
export function callStatic(
  type: string,
  name: string,
  args: readonly PsValue[] | undefined,
  state: PsState,
): PsValue {
  const full = type.replace(/^system\./, "");
  const by = `[${type}]::${name}`;
  if (full === "io.file" || full === "io.directory") return onFileSystem(full, name, args ?? [], state, by);
  if (full === "scriptblock" && name === "create") return scriptOf(args?.[0], state, by);
  if (full === "convert") return name === "frombase64string" ? bytesOf(args?.[0]) : (args?.[0] ?? PLAIN);
  if (full.startsWith("text.encoding") && name !== "getstring")
    return { kind: "item", of: `encoding:${name}`, at: unknownWord(by) };
  if (full === "diagnostics.process" && name === "start") return startProcess(args ?? [], state, by);
  if (full === "environment") return environmentCall(name, args, state, by);
  if (full === "io.path") return pathCall(name, args ?? [], state);
  if (PURE_TYPES.test(type)) return name === "reverse" || name === "join" ? PLAIN : textOfUnknown(by);
  if (args !== undefined) noteUnknown(state, by, by);
  return UNKNOWN;
}

function textOfUnknown(by: string): PsValue {
  return { kind: "text", word: unknownWord(by) };
}

function onFileSystem(
  type: string,
  name: string,
  args: readonly PsValue[],
  state: PsState,
  by: string,
): PsValue {
  const [first, second] = args;
  if (/^(exists|get\w*|enumerate\w*|openread|opentext|read\w*)$/.test(name)) {
    if (/^(read|open)/.test(name)) onFile("read", first, state, by);
    if (/^(getfiles|getdirectories|enumerate\w+|getfilesystementries)$/.test(name))
      return {
        kind: "list",
        items: [
          {
            kind: "item",
            of: "file",
            at: {
              ...wordOf(first ?? UNKNOWN, by),
              text: undefined,
              prefix: `${wordOf(first ?? UNKNOWN, by).prefix}/`,
              tame: true,
            },
          },
        ],
        open: true,
      };
    return PLAIN;
  }
  if (name === "delete") onFile("delete", first, state, by, type === "io.directory");
  else if (name === "move") {
    onFile("delete", first, state, by);
    onFile("change", second, state, by);
  } else if (name === "copy" || name === "replace") onFile("change", second, state, by);
  else if (name === "createdirectory") onFile("create", first, state, by);
  else onFile("change", first, state, by);
  return PLAIN;
}

/** A script block made from text: what is known of the text is read when the block is called. */
function scriptOf(value: PsValue | undefined, state: PsState, by: string): PsValue {
  const text = knownText(value);
  if (text !== undefined) return { kind: "item", of: "script", at: wordOf(textValue(text), by) };
  noteUnknown(state, by, by, value?.kind === "remote" ? ["foreign-code"] : []);
  return UNKNOWN;
}

function bytesOf(value: PsValue | undefined): PsValue {
  const text = knownText(value);
  return text === undefined
    ? value?.kind === "remote"
      ? REMOTE
      : PLAIN
    : { kind: "item", of: "base64", at: wordOf(textValue(text), text) };
}

function startProcess(args: readonly PsValue[], state: PsState, by: string): PsValue {
  const [program, ...rest] = args;
  const name = knownText(program);
  if (name === undefined) noteUnknown(state, by, by);
  else
    note(
      state,
      state.scene.argv([wordOf(textValue(name), by), ...rest.map((value) => wordOf(value, by))]).effects,
    );
  return PLAIN;
}

function environmentCall(
  name: string,
  args: readonly PsValue[] | undefined,
  state: PsState,
  by: string,
): PsValue {
  if (name === "setenvironmentvariable" && /^(user|machine)$/i.test(knownText(args?.[2]) ?? "")) {
    note(state, [
      effect({
        verb: "change",
        kind: "windows.environment",
        name: knownText(args?.[0]) ?? by,
        environment: "local",
        reversibility: "R1",
        marks: ["outside"],
        by,
      }),
    ]);
  }
  if (name === "getfolderpath") return textOfUnknown(by);
  if (name === "getenvironmentvariable") {
    const value = state.scene.variable(knownText(args?.[0]) ?? "");
    return value === undefined ? textOfUnknown(by) : textValue(value);
  }
  return name === "currentdirectory" && state.scene.cwd !== undefined ? textValue(state.scene.cwd) : PLAIN;
}

function pathCall(name: string, args: readonly PsValue[], state: PsState): PsValue {
  if (name === "gettemppath") return textValue(`${state.scene.setting.temporary[0] ?? "/tmp"}/`);
  if (name === "gettempfilename")
    return {
      kind: "text",
      word: { ...unknownWord("*"), prefix: `${state.scene.setting.temporary[0] ?? "/tmp"}/`, tame: true },
    };
  if (name === "combine") {
    const texts = args.map(knownText);
    return texts.every((text) => text !== undefined)
      ? textValue(texts.join("/"))
      : {
          kind: "text",
          word: { ...unknownWord("path"), prefix: `${texts[0] ?? ""}${texts[0] === undefined ? "" : "/"}` },
        };
  }
  return name === "getfullpath" ? (args[0] ?? PLAIN) : textOfUnknown(name);
}

const NAMES =
  /^(name|basename|extension|length|count|mode|exists|creationtime\w*|lastwritetime\w*|lastaccesstime\w*|attributes|psiscontainer|isreadonly|id|processname|status|displayname|directoryname|parent|root|fullname|directory|path|value|line|linenumber|filename|version)$/;

/** A member of a value: a property when there are no arguments, else a method. */
export function callMember(
  on: PsValue,
  name: string,
  args: readonly PsValue[] | undefined,
  state: PsState,
  run: Run,
): PsValue {
  if (on.kind === "list" && (name === "foreach" || name === "where"))
    return eachOf(on, args?.[0], state, run);
  if (
    on.kind === "list" &&
    args !== undefined &&
    !/^(add|addrange|contains|indexof|sort|toarray|count|gettype|clear|remove\w*|insert|tostring|getenumerator|clone)$/.test(
      name,
    )
  ) {
    return {
      kind: "list",
      items: on.items.map((item) => callMember(item, name, args, state, run)),
      open: on.open,
    };
  }
  if (on.kind === "list")
    return {
      ...on,
      items: on.items.map((item) => (args === undefined ? callMember(item, name, args, state, run) : item)),
    };
  if (on.kind === "hash") return args === undefined ? (on.entries.get(name) ?? PLAIN) : PLAIN;
  if (on.kind === "item") return itemMember(on, name, args, state);
  if (on.kind === "block") return /^invoke/.test(name) && args !== undefined ? run(on.body, state) : PLAIN;
  if (on.kind === "text") return textMember(on.word, name, args);
  if (on.kind === "remote") return REMOTE;
  if (
    on.kind === "unknown" &&
    args !== undefined &&
    /^(delete\w*|kill|terminate|remove\w*|drop|invoke\w*|start|shutdown|win32shutdown|reboot|uninstall|create|put|format|copyto|moveto|downloadfile)$/.test(
      name,
    )
  ) {
    noteUnknown(state, `.${name}()`, name);
  }
  return on.kind === "unknown" ? UNKNOWN : PLAIN;
}

function eachOf(on: PsValue, block: PsValue | undefined, state: PsState, run: Run): PsValue {
  if (block?.kind !== "block") return on;
  const before = state.input;
  for (const item of elementsOf(on)) {
    state.input = item;
    run(block.body, state);
  }
  state.input = before;
  return on;
}

function itemMember(
  on: Extract<PsValue, { kind: "item" }>,
  name: string,
  args: readonly PsValue[] | undefined,
  state: PsState,
): PsValue {
  const by = `.${name}()`;
  if (on.of === "webclient") return webClient(name, args ?? [], state, by);
  if (on.of === "script" && /^invoke/.test(name)) {
    noteNested(on.at, state);
    return UNKNOWN;
  }
  if (on.of.startsWith("encoding:"))
    return name === "getstring"
      ? decoded(on.of.slice("encoding:".length), args?.[0])
      : args === undefined
        ? { ...on, of: `encoding:${name}` }
        : (args[0] ?? PLAIN);
  if (on.of === "file") return fileMember(on, name, args, state, by);
  if (args === undefined)
    return NAMES.test(name) ? { kind: "text", word: { ...on.at, source: on.at.source } } : PLAIN;
  if (
    /^(kill|delete|terminate|win32shutdown|reboot|shutdown|stop|uninstall|invoke\w*|run|exec|shellexecute|create|open)$/.test(
      name,
    )
  )
    noteUnknown(state, `${on.of}${by}`, by);
  return PLAIN;
}

function noteNested(word: Word, state: PsState): void {
  if (word.text !== undefined) note(state, state.scene.code("powershell", word.text).effects);
  else noteUnknown(state, "script block", word.source);
}

function fileMember(
  on: Extract<PsValue, { kind: "item" }>,
  name: string,
  args: readonly PsValue[] | undefined,
  state: PsState,
  by: string,
): PsValue {
  if (args === undefined) {
    if (/^(fullname|pspath|path|name|resolvedtarget|versioninfo)$/.test(name))
      return { kind: "text", word: on.at };
    return /^(directory|directoryname|parent|psparentpath)$/.test(name) ? textOfUnknown(name) : PLAIN;
  }
  if (name === "delete")
    note(state, fileEffects("delete", on.at, state.scene, { by, recursive: args.length > 0 }));
  else if (
    /^(moveto|copyto|replace|create\w*|settext|append\w*|open\w*|set\w+|encrypt|decrypt)$/.test(name)
  ) {
    note(state, fileEffects("change", on.at, state.scene, { by }));
    if (args[0] && /^(moveto|copyto)$/.test(name)) onFile("change", args[0], state, by);
  }
  return PLAIN;
}

function webClient(name: string, args: readonly PsValue[], state: PsState, by: string): PsValue {
  if (/^download(file|fileasync|filetaskasync)$/.test(name)) {
    const path = knownText(args[1]);
    if (path !== undefined) state.downloaded.add(path);
    onFile("change", args[1], state, by);
    return PLAIN;
  }
  if (/^upload/.test(name))
    noteRequestTo("POST", wordOf(args[0] ?? UNKNOWN, by), by, state.scene, (effects) => note(state, effects));
  return /^(download|openread|upload|get)/.test(name) ? REMOTE : PLAIN;
}

function decoded(encoding: string, value: PsValue | undefined): PsValue {
  if (value?.kind === "remote") return REMOTE;
  if (value?.kind !== "item" || value.of !== "base64") return PLAIN;
  const bytes = base64Bytes(value.at.text ?? "");
  if (!bytes) return PLAIN;
  const text = /unicode/.test(encoding) ? utf16(bytes) : String.fromCharCode(...bytes.slice(0, 100_000));
  return text === undefined ? PLAIN : textValue(text);
}

function textMember(word: Word, name: string, args: readonly PsValue[] | undefined): PsValue {
  const known = word.text;
  if (args === undefined) return /^(length|count)$/.test(name) ? PLAIN : { kind: "text", word };
  const [first, second] = args.map(knownText);
  if (known === undefined) return { kind: "text", word: unknownWord(word.source) };
  switch (name) {
    case "replace":
      return first === undefined
        ? textOfUnknown(name)
        : textValue(known.replaceAll(first, () => second ?? ""));
    case "tolower":
    case "tolowerinvariant":
      return textValue(known.toLowerCase());
    case "toupper":
    case "toupperinvariant":
      return textValue(known.toUpperCase());
    case "trim":
      return textValue(known.trim());
    case "tostring":
      return textValue(known);
    case "split":
      return { kind: "list", items: known.split(first ?? " ").map((part) => textValue(part)), open: false };
    case "tochararray":
      return { kind: "list", items: [...known].map((letter) => textValue(letter)), open: false };
    case "invoke":
      return elementOf(textValue(known));
    default:
      return /^(contains|startswith|endswith|indexof|equals|gettype)$/.test(name)
        ? PLAIN
        : textOfUnknown(name);
  }
}
