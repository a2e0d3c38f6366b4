import type { Effect } from "../core/effect.ts";
import type { Scene, Word } from "./analyzer.ts";
import { judgeHttp } from "./direct/http.ts";
import { parseAddress } from "./direct/http-address.ts";

/** One request as a client on the command line would send it. Controlled by the agent. */
export interface HttpRequest {
  /** `undefined` when it cannot be told. */
  readonly method: string | undefined;
  readonly url: Word;
  /** The body's text when it is known. */
  readonly body?: string | undefined;
  /** True when there is a body that cannot be read ahead. */
  readonly bodyUnknown?: boolean;
  /** Header lines as typed, `Name: value`. */
  readonly headers?: readonly Word[];
  /** Local files are sent with it. */
  readonly uploads?: boolean;
  /** The path of a Unix socket that takes the place of the network. */
  readonly socket?: string | undefined;
  readonly by: string;
}

/** What a request does at the other end, as far as its words can be told ahead. A plain read is no effect. */
export function requestEffects(request: HttpRequest, scene: Scene): readonly Effect[] {
  const { url, headers = [], by, ...rest } = request;
  const finding = judgeHttp(
    { ...rest, url: knownUrl(url), shown: addressOf(url).shown, headers: headersOf(headers) },
    by,
    scene,
  );
  return finding.effects.filter((one) => one.verb !== "read" || one.marks.length > 0);
}

function headersOf(lines: readonly Word[]): Readonly<Record<string, string>> {
  return Object.fromEntries(
    lines.map((line) => {
      const text = line.text ?? line.prefix;
      const colon = text.indexOf(":");
      return [text.slice(0, colon < 0 ? undefined : colon).toLowerCase(), text.slice(colon + 1).trim()];
    }),
  );
}

/** The URL with `…` for the pieces that are not known; `undefined` when its host cannot be told. */
function knownUrl(url: Word): string | undefined {
  if (url.text !== undefined) return url.text;
  const portUnknown = isPortUnknown(url);
  if (!portUnknown && parseAddress(url.prefix).path === "" && !url.prefix.includes("?")) return undefined;
  return portUnknown ? `${url.prefix.slice(0, -1)}${url.suffix}` : `${url.prefix}…${url.suffix}`;
}

function isPortUnknown(url: Word): boolean {
  return /^[^:]+:\/\/[^/?#@:]+:$/.test(url.prefix) && /^(\/|$)/.test(url.suffix);
}

/** The path and what is shown of an address, as far as they are known. */
export function addressOf(url: Word): { readonly path: string; readonly shown: string } {
  const known = knownUrl(url);
  if (known === undefined) return { path: "", shown: url.source.replace(/\/\/[^/@]*@/, "//") };
  const { path, shown } = parseAddress(known);
  return { path, shown };
}
