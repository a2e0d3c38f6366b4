import assert from "node:assert/strict";
import { test } from "node:test";
import { report } from "../src/report.mjs";

test("an empty month costs nothing", () => {
  assert.deepEqual(report([]), { services: {}, total: 0 });
});

test("each service has its own sum", () => {
  const items = [
    { service: "compute", micros: 2_000_000 },
    { service: "storage", micros: 500_000 },
  ];
  assert.deepEqual(report(items), { services: { compute: 2, storage: 0.5 }, total: 2.5 });
});

test("parts of a cent add up before they are rounded", () => {
  const items = [1, 2, 3, 4].map(() => ({ service: "network", micros: 15_500 }));
  assert.deepEqual(report(items), { services: { network: 0.06 }, total: 0.06 });
});
