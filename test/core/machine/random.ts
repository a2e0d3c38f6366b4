/** A source of choices that a seed repeats exactly (mulberry32). */
export interface Random {
  /** A whole number from 0 to `below - 1`. */
  under(below: number): number;
  /** True this many times in a hundred. */
  chance(percent: number): boolean;
  pick<T>(items: readonly [T, ...T[]]): T;
}

export function random(seed: number): Random {
  let state = seed | 0;
  const draw = () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4294967296;
  };
  const under = (below: number) => Math.floor(draw() * below);
  return {
    under,
    chance: (percent) => under(100) < percent,
    pick: (items) => items[under(items.length)] ?? items[0],
  };
}
