import { join } from "node:path";
import type { Json } from "../../../../core/json.ts";
import type { KeptPoint } from "../provider.ts";
import { type Members, members, unreadable } from "../shape.ts";
import { ID, REFERENCE } from "./store.ts";

/** A reference of a remote. `null`: there was none. */
export interface KeptReference {
  readonly name: string;
  readonly id: string | null;
}

/** One remote as it was before the push. */
export interface KeptRemote {
  /** Where the remote's name is configured. */
  readonly folder: string;
  /** The remote's name, or its address without a password. */
  readonly remote: string;
  /** The address without a password. */
  readonly shown: string;
  /** Bare repository with the objects, in the point's folder. */
  readonly store: string;
  /** Whether the remote has the backup references as well. */
  readonly hidden: boolean;
  readonly references: readonly KeptReference[];
}

/** What a reference is called where its backup is kept. */
export function backupName(action: string, name: string): string {
  return `refs/countersign/backup/${action}/${name.slice("refs/".length)}`;
}

/** The remotes that a point kept. Throws `UserError` when its record is damaged. */
export function remotesIn(kept: KeptPoint): readonly KeptRemote[] {
  return members(kept.data, kept.folder).list("remotes", (value) => {
    const one = members(value, kept.folder);
    return {
      folder: one.text("folder"),
      remote: one.text("remote"),
      shown: one.text("shown"),
      store: one.text("store"),
      hidden: one.value("hidden") === true,
      references: referencesOf(one, kept.folder),
    };
  });
}

/** What the action left at each remote: `undefined` when that is not known. */
export function leftAt(kept: KeptPoint): readonly (readonly KeptReference[])[] | undefined {
  if (kept.left === undefined) return undefined;
  return members(kept.left, kept.folder).list("remotes", (value) =>
    referencesOf(members(value, kept.folder), kept.folder),
  );
}

function referencesOf(one: Members, where: string): readonly KeptReference[] {
  return one.list("references", (value) => {
    const reference = members(value, where);
    const name = reference.text("name");
    const id = reference.value("id") === null ? null : reference.text("id");
    if (!REFERENCE.test(name) || (id !== null && !ID.test(id)))
      throw unreadable(where, `\`${name}\` is no reference`);
    return { name, id };
  });
}

/** As the record has it. */
export function toJson(remotes: readonly KeptRemote[]): Json {
  return {
    remotes: remotes.map((one) => ({ ...one, references: one.references.map((each) => ({ ...each })) })),
  };
}

/** The folder of a remote's store. */
export function storeOf({ folder }: Pick<KeptPoint, "folder">, { store }: KeptRemote): string {
  return join(folder, store);
}
