import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { openRoom } from "../src/adapters/exec/network/room.ts";
import type { OverlayOptions } from "../src/adapters/exec/overlay/engine.ts";
import { probeOverlay } from "../src/adapters/exec/overlay/probe.ts";
import { makePlace, type Place, whereOverlaysWork } from "./isolated.ts";
import { type Measurement, measurement, time } from "./measure.ts";

const SMALL = "echo x>>a; echo n>m";

/** Milliseconds that an isolated run may take over a bare spawn. */
const BAR = 20;

/** Isolated runs beside bare ones, and what commit and undo of a large deletion cost. Empty where overlays do not work. */
export function run(short: boolean): Promise<readonly Measurement[]> {
  return whereOverlaysWork(async (folder) => [
    await probing(folder, short),
    await emptyFile(folder, short),
    ...(await smallRuns(folder, short)),
    ...(await largeDeletion(folder, short)),
  ]);
}

async function probing(folder: string, short: boolean): Promise<Measurement> {
  return measurement(
    "exec: probe of the overlay",
    await time(short ? 5 : 20, 2, () => probeOverlay(folder)),
    30,
  );
}

/**
 * A run makes some thirty files and folders, most of them by the overlay itself. Where many were deleted in the last
 * minutes, ext4 looks over all of those for each new one, and this is why a run takes longer there.
 */
async function emptyFile(folder: string, short: boolean): Promise<Measurement> {
  const durations = await time(short ? 20 : 100, 2, (round) =>
    writeFileSync(join(folder, `empty${round}`), ""),
  );
  return measurement("exec: an empty file, for comparison", durations);
}

/** All in turn, so that the load of the machine is the same for each. */
async function smallRuns(folder: string, short: boolean): Promise<readonly Measurement[]> {
  const networks = await reachableNetworks(folder);
  const places = networks.map(([name, network]) => ({ name, place: makePlace(folder, name, { network }) }));
  const bare: number[] = [];
  const isolated = places.map(() => [] as number[]);
  const withoutCommit: number[] = [];
  const first = places[0]?.place;
  await time(short ? 15 : 60, 3, async (round) => {
    const keep = (durations: number[], start: number) => {
      if (round >= 0) durations.push(performance.now() - start);
    };
    const begin = performance.now();
    first?.plain(SMALL);
    keep(bare, begin);
    for (const [index, { place }] of places.entries()) {
      const start = performance.now();
      const { layer } = await place.isolated(SMALL);
      if (index === 0) keep(withoutCommit, start);
      layer.commit(place.journal);
      keep(isolated[index] ?? [], start);
    }
  });
  const reference = { name: "bare spawn of the same command", durations: bare };
  const base = measurement("", bare).p50;
  return [
    ...places.flatMap(({ name }, index) => {
      const whole = isolated[index] ?? [];
      const over = whole.map((duration) => duration - base);
      return [
        measurement(`exec: isolated run with diff and commit, network ${name}`, whole, undefined, reference),
        measurement(`exec: isolated run over a bare spawn, network ${name}`, over, BAR),
      ];
    }),
    measurement("exec: isolated run with diff, without commit", withoutCommit, undefined, reference),
  ];
}

type Network = NonNullable<OverlayOptions["network"]>;

async function reachableNetworks(folder: string): Promise<readonly (readonly [string, Network])[]> {
  const room = await openRoom({ state: join(folder, "rooms"), allowed: [] });
  if (!("unavailable" in room))
    return [
      ["off", "off"],
      ["on", "on"],
      ["room", room],
    ];
  process.stderr.write(`isolated runs in a room are not measured: ${room.unavailable}\n`);
  return [
    ["off", "off"],
    ["on", "on"],
  ];
}

async function largeDeletion(folder: string, short: boolean): Promise<readonly Measurement[]> {
  const place = makePlace(folder, "large");
  const files = short ? 10_000 : 100_000;
  place.plain(
    `mkdir -p m && cd m && for d in $(seq ${files / 100}); do mkdir $d; (cd $d; for f in $(seq 100); do : > $f; done); done`,
  );
  const commits: number[] = [];
  const undos: number[] = [];
  for (let round = 0; round < (short ? 3 : 5); round++) await deleteAndUndo(place, commits, undos);
  return [
    measurement(`exec: commit of ${files} deleted files`, commits, 50),
    measurement(`exec: undo of ${files} deleted files`, undos, 5),
  ];
}

async function deleteAndUndo(
  { isolated, journal }: Place,
  commits: number[],
  undos: number[],
): Promise<void> {
  const { layer } = await isolated("rm -rf m");
  const start = performance.now();
  const result = layer.commit(journal);
  commits.push(performance.now() - start);
  if (result.outcome !== "committed" || result.step === undefined) throw new Error(JSON.stringify(result));
  const begin = performance.now();
  journal.undo(result.step);
  undos.push(performance.now() - begin);
}
