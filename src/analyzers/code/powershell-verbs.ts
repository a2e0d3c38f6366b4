import type { Reversibility, Verb } from "../../core/effect.ts";
import { effect, fileEffects } from "../effects.ts";
import { environmentOf } from "../environment.ts";
import type { Bound } from "./powershell-parameters.ts";
import {
  knownText,
  note,
  noteUnknown,
  PLAIN,
  type PsState,
  type PsValue,
  pathWord,
  UNKNOWN,
  wordOf,
  wordsOf,
} from "./powershell-state.ts";

/** Verbs after which nothing is different (Get-Verb, the groups Common, Data, Diagnostic). */
const READING =
  /^(get|test|select|measure|compare|convertto|convertfrom|convert|format|write|find|search|show|read|resolve|join|split|where|sort|group|out|wait|trace|debug|assert|watch|ping|import|import2|receive|skip|step|enter|exit|push|pop|limit2|checkpoint2|view|describe|list|use|tee|confirm|open|close|edit2|switch|undo2|unlock2)$/;
/** Commands whose verb sounds like a change, and which change at most the session. */
const SESSION_ONLY =
  /^(set-(strictmode|psdebug|psreadlineoption|psreadlinekeyhandler|tracesource|clipboard|psbreakpoint|poshprompt|azcontext|awscredential|awsdefaultregion|defaultawsregion|consoleencoding|psrepository2|markdownoption)|clear-(host|variable|history|clipboard|line)|new-(object|guid|timespan|variable|alias|psdrive|module|modulemanifest2|event|cimsession|pssession|pssessionoption|psobject|lineargument|mock|fixture)|remove-(variable|alias|job|module|pssession|psdrive|psbreakpoint|typedata|event|cimsession|mock)|start-(sleep|job|threadjob|stopwatch)|stop-(job|transcript)|disconnect-\w+|connect-\w+|update-(help|typedata|formatdata|list)|register-(objectevent|engineevent|argumentcompleter)|unregister-event|invoke-(pester|history|scriptanalyzer|formatter|gittools|build|psake|plaster)|enable-(psbreakpoint|azcontextautosave)|add-(member|content2|history|pssnapin)|save-help|export-modulemember|complete-transaction|request-\w+|should|describe|context|it|beforeall|afterall)$/;
/** Modules that reach beyond the machine, by the beginnings of their nouns. */
const CLOUD =
  /^(az|azurerm|azuread|mg|msol|ad|dfs|gpo|s3|ec2|rds|ddb|lm|iam|cfn|ecs|eks|ecr|sqs|sns|kms|sec|ssm|cw|r53|elb|asg|efs|ebs|cf|apigw|cognito|org|sts|ds|redshift|ddbtable|kube|k8s|vm|vmhost|vi|cluster|snapshot|datastore|mailbox|distributiongroup|transport|exo|spo|pnp|cs|team|dynamics|power|sql|dba|gcs|gce|gcsql|gcd|octopus|vsts|ado|github|gitlab|terraform|docker|container|dns|dhcp|iis|web|website|webapp)(?=[A-Z]|$|\d)/i;

/** A cmdlet that no table knows, judged by its verb. */
export function judgeByVerb(name: string, bound: Bound, state: PsState): PsValue {
  const [verb = "", ...rest] = name.split("-");
  const noun = rest.join("-");
  if (READING.test(verb) || SESSION_ONLY.test(name) || bound.has("whatif"))
    return {
      kind: "item",
      of: `cmdlet ${name}`,
      at: wordOf(bound.at(0, "name", "identity", "resourcegroupname", "bucketname", "id") ?? UNKNOWN, name),
    };
  if (verb === "export" || verb === "save") {
    const target = bound.value("path", "literalpath", "filepath", "destination");
    if (target)
      for (const word of wordsOf(target, bound.source))
        note(state, fileEffects("change", pathWord(word, state), state.scene, { by: bound.source }));
    return PLAIN;
  }
  if (CLOUD.test(noun)) note(state, [cloudEffect(verb, name, bound, state)]);
  else noteUnknown(state, name, bound.source);
  return PLAIN;
}

function cloudEffect(verb: string, name: string, bound: Bound, state: PsState) {
  const names = bound.positional
    .concat(
      [
        "name",
        "resourcegroupname",
        "bucketname",
        "identity",
        "region",
        "profilename",
        "dbinstanceidentifier",
        "clustername",
        "stackname",
        "server",
      ].flatMap((one) => bound.value(one) ?? []),
    )
    .map(knownText);
  const [does, reversibility]: readonly [Verb, Reversibility] =
    /^(remove|clear|unregister|uninstall|reset|revoke|purge)$/.test(verb)
      ? ["delete", "R4"]
      : /^(stop|disable|suspend|restart|dismount|deny)$/.test(verb)
        ? ["stop", "R1"]
        : /^(new|add|start|enable|register|copy|publish|grant|send)$/.test(verb)
          ? ["create", "R1"]
          : ["change", "R3"];
  return effect({
    verb: does,
    kind: "powershell.cloud",
    name: [name, ...names.filter((one) => one !== undefined)].join(" ").slice(0, 200),
    environment: environmentOf(names, state.scene),
    reversibility,
    count: bound.input === undefined ? 1 : null,
    certain: names.some((one) => one !== undefined),
    by: bound.source,
  });
}
