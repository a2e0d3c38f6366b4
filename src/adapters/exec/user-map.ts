import { readFileSync, writeFileSync } from "node:fs";

/** Gives the user namespace of a process the identifiers that we have ourselves, each as it is (user_namespaces(7)). */
export function mapOwnUsers(process: number): void {
  for (const map of ["uid_map", "gid_map"]) {
    const own = readFileSync(`/proc/self/${map}`, "utf8").trim().split("\n");
    const same = own
      .map((line) => line.trim().split(/\s+/))
      .map(([inside, , count]) => `${inside} ${inside} ${count}`);
    writeFileSync(`/proc/${process}/${map}`, `${same.join("\n")}\n`);
  }
}
