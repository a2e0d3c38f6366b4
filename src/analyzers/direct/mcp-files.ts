import type { Finding, Scene } from "../analyzer.ts";
import { combine, effect, fileEffects, found, NOTHING } from "../effects.ts";
import { literal } from "../options.ts";
import { bodyText, judgeHttp, plainHeaders } from "./http.ts";
import { firstText, isRemoteRepository, type McpCall, PATHS } from "./mcp-call.ts";

/** Tools that read, write, move and delete files of this machine; `undefined` for other tools. */
export function fileTool(call: McpCall, scene: Scene): Finding | undefined {
  const match =
    /^(read|write|edit|create|delete|remove|move|rename|copy|append|patch|replace|insert|multi_edit|save|touch|make|update)_?(text_|multiple_|media_|in_|to_|new_)?(file|files|directory|dir|folder|path|text_file|block|lines|content|symbol_body)s?$/i.exec(
      call.tool,
    );
  if (
    match === null ||
    isRemoteRepository(call) ||
    !/file|dir|folder|path|edit|serena|text|code|workspace|desktop/i.test(`${call.tool} ${call.server}`)
  )
    return undefined;
  const verb = (match[1] ?? "").toLowerCase();
  const by = `${call.server} ${call.tool}`;
  const source = firstText(call, ["source", "from", "old_path", ...PATHS]);
  const target = firstText(call, ["destination", "to", "new_path", ...PATHS]);
  const listed = call.arguments.paths;
  if (verb === "read") {
    const paths = Array.isArray(listed)
      ? listed.filter((one) => typeof one === "string")
      : source === undefined
        ? []
        : [source];
    return found(paths.flatMap((path) => fileEffects("read", literal(bare(path)), scene, { by })));
  }
  if (target === undefined || source === undefined) return undefined;
  const moved =
    verb === "move" || verb === "rename" ? fileEffects("delete", literal(bare(source)), scene, { by }) : [];
  if (verb === "delete" || verb === "remove")
    return found(
      fileEffects("delete", literal(bare(source)), scene, {
        by,
        recursive: call.arguments.recursive === true,
      }),
    );
  return found([...moved, ...fileEffects("change", literal(bare(target)), scene, { by })]);
}

function bare(path: string): string {
  return path.replace(/^file:\/\//, "");
}

const FETCH =
  /^(\w+_)?(fetch|http_request|request|http|curl|make_request|send_request|fetch_\w+|web_fetch|read_url|get_url|open_url|load_url|scrape|scrape_\w+|crawl|crawl_\w+|navigate|goto|url_content|download_url)$/i;
const BROWSER_READS =
  /^(navigate|snapshot|take_screenshot|screenshot|console_messages|network_requests|wait_for|wait|tabs?|tab_\w+|resize|close|hover|navigate_back|navigate_forward|get_\w+|install|scroll|pdf_save|vision_\w+)$/i;

/** Tools that fetch a page, or drive a browser; `undefined` for other tools. */
export function webTool(call: McpCall, scene: Scene): Finding | undefined {
  const by = `${call.server} ${call.tool}`;
  const browser = /^(browser|page|playwright|puppeteer)_(\w+)$/i.exec(call.tool);
  if (browser === null && !FETCH.test(call.tool)) return undefined;
  const url = firstText(call, ["url", "uri", "href", "address"]);
  const requested =
    url === undefined
      ? NOTHING
      : judgeHttp(
          {
            method: browser === null ? (firstText(call, ["method"]) ?? "GET") : "GET",
            url,
            body: bodyText(call.arguments.body ?? call.arguments.data ?? call.arguments.json),
            headers: plainHeaders(call.arguments.headers),
          },
          by,
          scene,
        );
  if (browser === null) return url === undefined ? undefined : requested;
  const action = browser[2] ?? "";
  if (BROWSER_READS.test(action)) return requested;
  return combine(
    requested,
    found([
      effect({
        verb: "execute",
        kind: "browser.page",
        name: action,
        environment: "local",
        reversibility: "R3",
        certain: false,
        count: null,
        by,
      }),
    ]),
  );
}

/** What a reading tool reads here or fetches: secrets stay secrets. */
export function readEffectsOf(call: McpCall, scene: Scene, by: string): Finding {
  const texts = Object.values(call.arguments).flatMap((value) =>
    (Array.isArray(value) ? value : [value]).filter((one): one is string => typeof one === "string"),
  );
  const urls = texts.filter(
    (text) => /^(https?|file|ftp|gopher):\/\//i.test(text.trim()) && !/\s/.test(text.trim()),
  );
  const paths = isRemoteRepository(call)
    ? []
    : PATHS.map((name) => firstText(call, [name])).filter(
        (path): path is string => path !== undefined && /^[./~]|\//.test(path) && !/^[a-z]+:\/\//i.test(path),
      );
  return found([
    ...paths.flatMap((path) => fileEffects("read", literal(path), scene, { by })),
    ...urls.flatMap((url) => judgeHttp({ method: "GET", url }, by, scene).effects),
  ]);
}
