import type { Setting } from "../../core/call.ts";
import type { Points } from "../restore/points/port.ts";
import { pointProviders } from "../restore/points/providers.ts";
import { pointsFolder } from "../restore/points/record.ts";

/** The restore points of what is not a file, in a state folder; `operator`: the person's own environment. */
export function pointsIn(place: {
  readonly state: string;
  readonly operator: NodeJS.ProcessEnv;
  readonly setting: Setting;
}): Points {
  const { workspace, temporary } = place.setting;
  const untrusted = [...(workspace === undefined ? [] : [workspace]), ...temporary];
  const providers = pointProviders({ environment: place.operator, untrusted });
  return { folder: pointsFolder(place.state), providers };
}
