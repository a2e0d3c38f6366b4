import { afterAll } from "vitest";
import { removeMade } from "./folders.ts";

afterAll(removeMade, 60_000);
