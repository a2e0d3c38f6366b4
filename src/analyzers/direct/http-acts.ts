import type { Verb } from "../../core/effect.ts";
import { verbOfName, wordsOf } from "../cloud/words.ts";
import type { HttpAddress } from "./http-address.ts";

/**
 * What a request does whose method says that it only reads: interfaces that take their order in the path or the
 * query. `undefined` when it reads.
 */
export function actOfRead(address: HttpAddress, service: string): Verb | undefined {
  return (
    methodPath(address, service) ??
    hook(address) ??
    jenkins(address) ??
    ACTING.find(
      ([path, query]) => path.test(address.path) && (query === undefined || query.test(address.query)),
    )?.[2]
  );
}

/** Interfaces that name a method in the path and answer GET like POST (Telegram Bot API, Slack Web API). */
function methodPath({ path }: HttpAddress, service: string): Verb | undefined {
  if (service === "telegram") {
    const method = /^\/bot[^/]+\/(?:test\/)?(\w+)\/?$/.exec(path)?.[1];
    return method === undefined || /^get/i.test(method) ? undefined : named(method, "send");
  }
  if (service !== "slack") return undefined;
  const method = /^\/api\/([\w.]+)\/?$/.exec(path)?.[1];
  if (method === undefined) return undefined;
  const last = method.slice(method.lastIndexOf(".") + 1);
  const reads =
    /^(list|info|history|replies|test|members|counts?|get\w*|lookup\w*|search|all|messages|files|identity|conversations|billableInfo|accessLogs|integrationLogs)$/;
  return reads.test(last) ? undefined : named(last, "send");
}

function named(method: string, otherwise: Verb): Verb {
  const verb = verbOfName(method);
  return verb === undefined || verb === "read" ? otherwise : verb;
}

/** Addresses whose mere call starts a deployment or a workflow. */
const HOOKS: readonly (readonly [host: RegExp, path: RegExp])[] = [
  [/^api\.render\.com$/, /^\/deploy\//],
  [/^api\.vercel\.com$/, /^\/v\d+\/integrations\/deploy\//],
  [/^api\.netlify\.com$/, /^\/build_hooks\//],
  [/^maker\.ifttt\.com$/, /^\/trigger\//],
  [/^hooks\.(zapier|slack)\.com$/, /./],
  [/(^|\.)duckdns\.org$/, /^\/update/],
];

function hook({ host, path }: HttpAddress): Verb | undefined {
  return HOOKS.some(([name, where]) => name.test(host) && where.test(path)) ? "execute" : undefined;
}

/** Jenkins takes orders as the last part of an object's address (Remote Access API). */
const JENKINS =
  /\/(build|buildWithParameters|polling|stop|term|kill|script|scriptText|doDelete|doDeleteAll|doWipeOutWorkspace|doConfirmedRename|disable|enable|toggleOffline|toggleLogKeep|quietDown|cancelQuietDown|restart|safeRestart|exit|safeExit|replay|rebuild|launchSlaveAgent|createItem|doCreateItem|cancelItem|reload|doFinishLogin)\/?$/;

function jenkins({ host, path }: HttpAddress): Verb | undefined {
  const order = JENKINS.exec(path)?.[1];
  const isJenkins =
    /(^|[.-])(jenkins|hudson|ci)([.-]|$)/.test(host) || /\/(job|computer|queue)\/[^/]+\//.test(path);
  if (order === undefined || !isJenkins) return undefined;
  if (/^do(Delete|Wipe)/.test(order)) return "delete";
  return /^(stop|term|kill|disable|quietDown|exit|safeExit|restart|safeRestart|cancelItem|toggleOffline)$/.test(
    order,
  )
    ? "stop"
    : "execute";
}

/** Administration interfaces that take orders by GET: Tomcat's manager, Solr, Flink, Hadoop. */
const ACTING: readonly (readonly [path: RegExp, query: RegExp | undefined, verb: Verb])[] = [
  [/\/manager\/text\/undeploy/, undefined, "delete"],
  [/\/manager\/text\/(deploy|start|reload|save|expire)/, undefined, "change"],
  [/\/manager\/text\/stop/, undefined, "stop"],
  [/\/solr\/admin\//, /[?&]action=(delete\w*|unload)/i, "delete"],
  [/\/solr\/admin\//, /[?&]action=(?!list|status|clusterstatus|requeststatus|overseerstatus)\w+/i, "change"],
  [/\/solr\/.*\/update/, /stream\.body=.*(<|%3c)delete/i, "delete"],
  [/\/solr\/.*\/update/, /[?&](stream\.|commit|rollback)/i, "change"],
  [/\/jobs\/[0-9a-f]+\/yarn-(cancel|stop)/, undefined, "stop"],
  [/\/webhdfs\/v1\//, /[?&]op=(delete|deletesnapshot)/i, "delete"],
  [
    /\/webhdfs\/v1\//,
    /[?&]op=(create|append|concat|mkdirs|rename\w*|set\w+|truncate|createsymlink)/i,
    "change",
  ],
];

/** Verbs that the last part of an address can name whatever the method is. */
const GRAVE: readonly Verb[] = ["delete", "replace", "stop", "send", "execute", "escalate", "expose"];

/** What the last part of a path says that a request does (`/orders/7/cancel`); `undefined` when it says nothing. */
export function actOfPath(path: string): Verb | undefined {
  const last = wordsOf(path.replace(/\/+$/, "").split("/").at(-1) ?? "");
  if (last.length === 0 || last.length > 4) return undefined;
  const verb = verbOfName(last.join("-"));
  return verb !== undefined && GRAVE.includes(verb) ? verb : undefined;
}
