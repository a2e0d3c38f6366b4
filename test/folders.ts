import { disk } from "../src/adapters/journal/storage.ts";

const made: string[] = [];

/** Removes a folder when the test file that is running has ended. */
export function removeLater(folder: string): string {
  made.push(folder);
  return folder;
}

/** Removes what was made; called after each test file (`setup.ts`), since modules stay loaded from file to file. */
export function removeMade(): void {
  for (const folder of made.splice(0)) disk.removeTree(folder);
}
