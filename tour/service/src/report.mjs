/** Amounts are whole micro-dollars: 1,000,000 are one dollar. */
const MICROS_PER_CENT = 10_000;

/** What each service cost, and the total, in dollars. */
export function report(items) {
  const services = {};
  let total = 0;
  for (const { service, micros } of items) {
    const dollars = Math.floor(micros / MICROS_PER_CENT) / 100;
    services[service] = round((services[service] ?? 0) + dollars);
    total = round(total + dollars);
  }
  return { services, total };
}

function round(dollars) {
  return Math.round(dollars * 100) / 100;
}
