import { readdirSync, readFileSync, statSync } from "node:fs";
import { join } from "node:path";
import type { Layer } from "../../core/policy.ts";
import { BOUNDS, type PolicyFile, type Problem, problem } from "./rules.ts";

/** Where the files of each layer are. A folder that does not exist is an empty layer. */
export interface PolicyPlaces {
  readonly organisation: string;
  /** Undefined when the working directory belongs to no project. */
  readonly project: string | undefined;
  readonly person: string;
}

/** The organisation's rules are at a fixed place, so that no environment variable can point away from them. */
export const ORGANISATION_FOLDER = "/etc/countersign/policy";

/**
 * @param workspace root of the project, if there is one
 * @param configuration the person's configuration folder, `~/.config/countersign` by default
 */
export function policyPlaces(workspace: string | undefined, configuration: string): PolicyPlaces {
  return {
    organisation: ORGANISATION_FOLDER,
    project: workspace === undefined ? undefined : join(workspace, ".countersign", "policy"),
    person: join(configuration, "policy"),
  };
}

export interface ReadFiles {
  readonly files: readonly PolicyFile[];
  readonly problems: readonly Problem[];
}

/** The `*.cedar` files of all layers, in the order of their names. What cannot be read is a problem. */
export function readPolicyFiles(places: PolicyPlaces): ReadFiles {
  const read = [
    readFolder("organisation", places.organisation),
    ...(places.project === undefined ? [] : [readFolder("project", places.project)]),
    readFolder("person", places.person),
  ];
  return { files: read.flatMap(({ files }) => files), problems: read.flatMap(({ problems }) => problems) };
}

/** More files than this in one folder are a problem. */
const MAX_FILES = 100;

function readFolder(layer: Layer, folder: string): ReadFiles {
  let names: readonly string[];
  try {
    names = readdirSync(folder)
      .filter((name) => name.endsWith(".cedar"))
      .sort();
  } catch (error) {
    return isAbsent(error) ? { files: [], problems: [] } : failed(folder, error);
  }
  if (names.length > MAX_FILES) {
    return {
      files: [],
      problems: [problem({ file: folder }, 0, `folder holds more than ${MAX_FILES} files`, "join them")],
    };
  }
  const read = names.map((name) => readPolicyFile(layer, join(folder, name)));
  return { files: read.flatMap(({ files }) => files), problems: read.flatMap(({ problems }) => problems) };
}

/** One file. Its size is looked at before it is read: in a project, whoever wrote the repository controls it. */
export function readPolicyFile(layer: Layer, file: string): ReadFiles {
  try {
    const status = statSync(file);
    if (!status.isFile())
      return { files: [], problems: [problem({ file }, 0, "is not a regular file", "remove it")] };
    if (status.size > BOUNDS.fileBytes) {
      return {
        files: [],
        problems: [problem({ file }, 0, `file is larger than ${BOUNDS.fileBytes} bytes`, "split it")],
      };
    }
    const text = new TextDecoder("utf-8", { fatal: true }).decode(readFileSync(file));
    return { files: [{ layer, file, text }], problems: [] };
  } catch (error) {
    return failed(file, error);
  }
}

function failed(file: string, error: unknown): ReadFiles {
  const message = `cannot be read: ${error instanceof Error ? error.message : String(error)}`;
  return {
    files: [],
    problems: [problem({ file }, 0, message, "make it a readable UTF-8 text, or remove it")],
  };
}

/** Only a folder that is not there is an empty layer; one that cannot be opened may hold rules. */
function isAbsent(error: unknown): boolean {
  return error instanceof Error && "code" in error && error.code === "ENOENT";
}
