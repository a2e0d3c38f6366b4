/** A map that forgets what was not asked for longest, so that no stream of requests can fill the memory. */
export interface Memo<V> {
  readonly get: (key: string) => V | undefined;
  readonly set: (key: string, value: V) => void;
}

/** @param limit most entries kept. Keys longer than `MAX_KEY` are not kept at all. */
export function createMemo<V>(limit: number): Memo<V> {
  const entries = new Map<string, V>();
  return {
    get: (key) => {
      const value = entries.get(key);
      if (value === undefined) return undefined;
      entries.delete(key);
      entries.set(key, value);
      return value;
    },
    set: (key, value) => {
      if (key.length > MAX_KEY) return;
      entries.set(key, value);
      if (entries.size <= limit) return;
      const oldest = entries.keys().next();
      if (!oldest.done) entries.delete(oldest.value);
    },
  };
}

const MAX_KEY = 4_000;
