import { BlockList, isIPv4, isIPv6 } from "node:net";

/**
 * Why an address is not an ordinary one on the internet; `public` when it is. A name that policy allows may be
 * answered with any address by whoever owns the name, so only `public` ones are connected for names.
 */
export type AddressClass = "public" | "loopback" | "link-local" | "private" | "special";

type Range = readonly [network: string, prefix: number];

/** IANA special-purpose address registries (RFC 6890), multicast, and metadata services outside of these. */
const IPV4: Readonly<Record<Exclude<AddressClass, "public">, readonly Range[]>> = {
  loopback: [["127.0.0.0", 8]],
  "link-local": [["169.254.0.0", 16]],
  private: [
    ["10.0.0.0", 8],
    ["100.64.0.0", 10],
    ["172.16.0.0", 12],
    ["192.168.0.0", 16],
  ],
  special: [
    ["0.0.0.0", 8],
    ["168.63.129.16", 32],
    ["192.0.0.0", 24],
    ["192.0.2.0", 24],
    ["192.88.99.0", 24],
    ["198.18.0.0", 15],
    ["198.51.100.0", 24],
    ["203.0.113.0", 24],
    ["224.0.0.0", 3],
  ],
};

/** Besides these, everything outside of 2000::/3 is special: only that block is given out on the internet. */
const IPV6: Readonly<Record<Exclude<AddressClass, "public">, readonly Range[]>> = {
  loopback: [["::1", 128]],
  "link-local": [["fe80::", 10]],
  private: [
    ["fc00::", 7],
    ["fec0::", 10],
  ],
  special: [
    ["2001::", 23],
    ["2001:db8::", 32],
    ["2002::", 16],
    ["3fff::", 20],
  ],
};

const CLASSES = ["loopback", "link-local", "private", "special"] as const;
const blocked4 = CLASSES.map((name) => [name, listOf(IPV4[name], "ipv4")] as const);
const blocked6 = CLASSES.map((name) => [name, listOf(IPV6[name], "ipv6")] as const);
const given6 = listOf([["2000::", 3]], "ipv6");

/** IPv4 inside IPv6: mapped (RFC 4291 §2.5.5.2), and translated by the network (RFC 6052, well-known prefix). */
const MAPPED = listOf([["::ffff:0:0", 96]], "ipv6");
const TRANSLATED = listOf([["64:ff9b::", 96]], "ipv6");

/** The class of an IP address; what is no address is `special`. */
export function classOf(address: string): AddressClass {
  if (isIPv4(address)) return find(address, blocked4, "ipv4") ?? "public";
  if (!isIPv6(address) || address.includes("%")) return "special";
  const inner = embedded(address);
  if (inner !== undefined) return classOf(inner);
  return find(address, blocked6, "ipv6") ?? (given6.check(address, "ipv6") ? "public" : "special");
}

function find(
  address: string,
  lists: readonly (readonly [AddressClass, BlockList])[],
  family: "ipv4" | "ipv6",
): AddressClass | undefined {
  return lists.find(([, list]) => list.check(address, family))?.[0];
}

function embedded(address: string): string | undefined {
  if (!MAPPED.check(address, "ipv6") && !TRANSLATED.check(address, "ipv6")) return undefined;
  const dotted = /[\d.]+\.[\d.]+$/.exec(address)?.[0];
  if (dotted !== undefined) return dotted;
  const [high, low] = new URL(`http://[${address}]/`).hostname.slice(1, -1).split(":").slice(-2);
  const bytes = [high, low].map((word) => Number.parseInt(word || "0", 16));
  return bytes.flatMap((word) => [word >> 8, word & 255]).join(".");
}

function listOf(ranges: readonly Range[], family: "ipv4" | "ipv6"): BlockList {
  const list = new BlockList();
  for (const [network, prefix] of ranges) list.addSubnet(network, prefix, family);
  return list;
}
