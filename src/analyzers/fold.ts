/** How many entries of one folder are named each before the folder stands for all of them. */
const NAMED_IN_FOLDER = 12;

/** Folders that are one thing to a reader, however much is in them. */
const ONE_THING =
  /^(.*?(?:^|\/)(?:node_modules|site-packages|\.?venv|__pycache__|target|dist|build|vendor|\.git|\.next|\.gradle|\.tox|Pods|coverage))(?:\/|$)/;

/**
 * Puts items that lie in one folder together, when there are too many to name each. `merge` gets the folder that
 * stands for them, empty for the root of all, and two items at least. The time grows with their number.
 */
export function foldByFolder<T>(
  items: readonly T[],
  nameOf: (item: T) => string,
  merge: (folder: string, items: readonly T[]) => T,
): readonly T[] {
  const things = groupBy(items, (item) => ONE_THING.exec(nameOf(item))?.[1]);
  const rest = things.get(undefined) ?? [];
  const merged = [...things].flatMap(([folder, inside]) =>
    folder === undefined ? [] : inside.length <= 2 ? inside : [merge(folder, inside)],
  );
  return [...foldRest(rest, nameOf, merge), ...merged];
}

function foldRest<T>(
  items: readonly T[],
  nameOf: (item: T) => string,
  merge: (folder: string, items: readonly T[]) => T,
): readonly T[] {
  if (items.length <= NAMED_IN_FOLDER) return items;
  const folder = commonFolder(items.map(nameOf));
  const start = folder === "" || folder.endsWith("/") ? folder.length : folder.length + 1;
  const next = groupBy(items, (item) => nameOf(item).slice(start).split("/")[0] ?? "");
  if (next.size > NAMED_IN_FOLDER) return [merge(folder, items)];
  return [...next].flatMap(([name, inside]) =>
    inside.length === 1 ? inside : [merge(`${nameOf(items[0] as T).slice(0, start)}${name}`, inside)],
  );
}

/** The deepest folder that all paths lie in; empty when they have none in common. */
export function commonFolder(paths: readonly string[]): string {
  const [first = "", ...others] = paths;
  let length = first.lastIndexOf("/");
  for (const path of others) {
    while (length > 0 && !path.startsWith(first.slice(0, length + 1)))
      length = first.lastIndexOf("/", length - 1);
  }
  if (length < 0) return "";
  return length === 0 ? (paths.every((path) => path.startsWith("/")) ? "/" : "") : first.slice(0, length);
}

function groupBy<T, K>(items: readonly T[], keyOf: (item: T) => K): ReadonlyMap<K, readonly T[]> {
  const groups = new Map<K, T[]>();
  for (const item of items) {
    const group = groups.get(keyOf(item));
    if (group === undefined) groups.set(keyOf(item), [item]);
    else group.push(item);
  }
  return groups;
}
