import type { Mark, Reversibility, Verb } from "../../core/effect.ts";
import { effect, unknownEffect } from "../effects.ts";
import { environmentOf } from "../environment.ts";
import { literal, unknownWord } from "../options.ts";
import {
  type Cmdlet,
  copyItems,
  getItem,
  getItems,
  makeItem,
  moveItems,
  onPaths,
  pathsOf,
  readContent,
  removeItems,
  renameItems,
  setLocation,
  setsProperty,
  writeContent,
} from "./powershell-files.ts";
import {
  knownText,
  note,
  noteFinding,
  noteUnknown,
  PLAIN,
  pathWord,
  REMOTE,
  UNKNOWN,
  wordOf,
} from "./powershell-state.ts";
import { noteRequestTo } from "./requests.ts";

const passes: Cmdlet = (bound) => bound.input ?? bound.positional[0] ?? PLAIN;

/** A change of the machine itself. */
function onMachine(verb: Verb, kind: string, marks: readonly Mark[], reversibility: Reversibility): Cmdlet {
  return (bound, state) => {
    if (bound.has("whatif")) return PLAIN;
    const target = bound.at(0, "name", "path", "id", "driveletter", "taskname", "displayname") ?? bound.input;
    const name = target ? wordOf(target, bound.source) : literal(bound.source);
    note(state, [
      effect({
        verb,
        kind,
        name: name.text ?? name.source,
        environment: state.scene.place.host === undefined ? "local" : state.scene.place.environment,
        reversibility,
        count: target === undefined || target.kind === "list" ? null : 1,
        certain: name.text !== undefined,
        marks: state.scene.privileged ? [...marks, "privileged"] : marks,
        by: bound.source,
      }),
    ]);
    return PLAIN;
  };
}

const stopProcess: Cmdlet = (bound, state) => {
  const given = bound.at(0, "name", "id", "processname", "inputobject");
  const everything =
    given === undefined &&
    (bound.input === undefined || (bound.input.kind === "item" && bound.input.at.text === "every process"));
  return onMachine("stop", "process", everything ? ["bulk"] : [], "R1")(bound, state);
};

const getProcesses: Cmdlet = (bound) => {
  const name = bound.at(0, "name", "id");
  return { kind: "item", of: "process", at: name ? wordOf(name, bound.source) : literal("every process") };
};

const getNamed =
  (of: string): Cmdlet =>
  (bound) => ({ kind: "item", of, at: wordOf(bound.at(0, "name", "displayname") ?? UNKNOWN, of) });

const request: Cmdlet = (bound, state) => {
  const url = bound.at(0, "uri");
  const word = url ? wordOf(url, bound.source) : unknownWord(bound.source);
  const given = bound.value("method");
  const method = given === undefined ? "GET" : knownText(given);
  const body = bound.value("body", "infile", "form");
  noteRequestTo(
    method,
    word,
    bound.source,
    state.scene,
    (effects) => note(state, effects),
    body === undefined ? undefined : (knownText(body) ?? "unknown"),
  );
  const file = bound.value("outfile");
  if (!file) return REMOTE;
  const path = pathWord(wordOf(file, bound.source), state);
  if (path.text !== undefined) state.downloaded.add(path.text);
  onPaths("change", [path], bound, state);
  return PLAIN;
};

const newObject: Cmdlet = (bound, state) => {
  const type = knownText(bound.at(0, "typename"))
    ?.toLowerCase()
    .replace(/^system\./, "");
  if (type === "net.webclient") return { kind: "item", of: "webclient", at: unknownWord("web client") };
  if (bound.value("comobject") !== undefined) {
    noteUnknown(state, `COM object ${knownText(bound.value("comobject")) ?? ""}`, bound.source);
    return UNKNOWN;
  }
  if (type === undefined || /^(net\.sockets|diagnostics\.process|directoryservices|data\.)/.test(type))
    noteUnknown(state, `New-Object ${type ?? ""}`, bound.source);
  return type === undefined ? UNKNOWN : PLAIN;
};

const joinPath: Cmdlet = (bound) => {
  const parts = [bound.at(0, "path"), bound.at(1, "childpath"), ...bound.positional.slice(2)].flatMap(
    (value) => (value ? [wordOf(value, bound.source)] : []),
  );
  const known = parts.every((part) => part.text !== undefined);
  if (known) return { kind: "text", word: literal(parts.map((part) => part.text).join("/")) };
  const first = parts[0] ?? unknownWord(bound.source);
  return {
    kind: "text",
    word: {
      ...unknownWord(bound.source),
      prefix: first.text === undefined ? first.prefix : `${first.text}/`,
    },
  };
};

const sql: Cmdlet = (bound, state) => {
  const text = knownText(bound.at(0, "query"));
  if (text === undefined)
    note(state, [
      effect({
        verb: "unknown",
        kind: "sql",
        name: bound.source,
        environment: environmentOf(
          [knownText(bound.value("serverinstance")), knownText(bound.value("database"))],
          state.scene,
        ),
        count: null,
        certain: false,
        by: bound.source,
      }),
    ]);
  else noteFinding(state, state.scene.code("sql", text));
  return PLAIN;
};

const executionPolicy: Cmdlet = (bound, state) => {
  if (/^process$/i.test(knownText(bound.value("scope")) ?? "")) return PLAIN;
  return onMachine("remove-protection", "windows.policy", ["system"], "R1")(bound, state);
};

const preference: Cmdlet = (bound, state) =>
  onMachine("remove-protection", "windows.defender", ["system"], "R1")(bound, state);

const importModule: Cmdlet = (bound, state) => {
  const word = wordOf(bound.at(0, "name") ?? UNKNOWN, bound.source);
  if (/[\\/]|\.(psm1|psd1|dll)$/i.test(word.text ?? word.prefix))
    noteFinding(
      state,
      /\.(psm1|ps1)$/i.test(word.text ?? "")
        ? state.scene.script(pathWord(word, state), "powershell", [])
        : {
            effects: [unknownEffect(state.scene, "powershell", `Import-Module ${word.source}`, bound.source)],
          },
    );
  return PLAIN;
};

const setVariable: Cmdlet = (bound, state) => {
  const name = knownText(bound.at(0, "name"));
  if (name !== undefined) state.variables.set(name.toLowerCase(), bound.at(1, "value") ?? PLAIN);
  return PLAIN;
};

const setAlias: Cmdlet = (bound, state) => {
  const name = knownText(bound.at(0, "name"));
  const value = knownText(bound.at(1, "value"));
  if (name !== undefined && value !== undefined) state.aliases.set(name.toLowerCase(), value.toLowerCase());
  return PLAIN;
};

const getVariable: Cmdlet = (bound, state) =>
  state.variables.get((knownText(bound.at(0, "name")) ?? "").toLowerCase()) ?? UNKNOWN;

const expandArchive: Cmdlet = (bound, state) => {
  onPaths(
    "change",
    [
      pathWord(
        wordOf(bound.at(1, "destinationpath") ?? { kind: "text", word: literal(".") }, bound.source),
        state,
      ),
    ],
    bound,
    state,
  );
  return PLAIN;
};

const teeObject: Cmdlet = (bound, state) => {
  if (bound.value("variable") === undefined)
    onPaths("change", pathsOf({ ...bound, input: undefined }, state), bound, state);
  return bound.input ?? PLAIN;
};

const selectObject: Cmdlet = (bound) => bound.input ?? PLAIN;

const clearContent: Cmdlet = (bound, state) => {
  onPaths("change", pathsOf(bound, state), bound, state);
  return PLAIN;
};

const install: Cmdlet = (bound, state) => {
  note(state, [
    effect({
      verb: "change",
      kind: "powershell.modules",
      name: wordOf(bound.at(0, "name") ?? UNKNOWN, bound.source).source,
      environment: "local",
      reversibility: "R1",
      marks: ["outside", "foreign-code"],
      by: bound.source,
    }),
  ]);
  return PLAIN;
};

/** Cmdlets by their full name in lower case. */
export const CMDLETS: ReadonlyMap<string, Cmdlet> = new Map<string, Cmdlet>([
  ...all("get-childitem", getItems),
  ...all("get-item resolve-path convert-path", getItem),
  ...all("remove-item", removeItems),
  ...all(
    "set-content add-content out-file export-csv export-clixml export-json export-excel export-pfxcertificate export-certificate compress-archive start-transcript",
    writeContent,
  ),
  ...all(
    "get-content import-csv import-clixml import-powershelldatafile get-filehash select-xml",
    readContent,
  ),
  ...all("clear-content", clearContent),
  ...all("new-item", makeItem),
  ...all("move-item", moveItems),
  ...all("copy-item", copyItems),
  ...all("rename-item", renameItems),
  ...all(
    "set-itemproperty set-item rename-itemproperty move-itemproperty copy-itemproperty set-acl clear-item",
    setsProperty("change"),
  ),
  ...all("new-itemproperty", setsProperty("create")),
  ...all("remove-itemproperty clear-itemproperty", setsProperty("delete")),
  ...all("set-location push-location pop-location", setLocation),
  ...all("expand-archive", expandArchive),
  ...all("tee-object", teeObject),
  ...all("join-path", joinPath),
  ...all("invoke-webrequest invoke-restmethod", request),
  ...all("start-bitstransfer", (bound, state) =>
    request(
      {
        ...bound,
        value: (...names) => (names.includes("outfile") ? bound.at(1, "destination") : bound.value(...names)),
        at: (position, ...names) =>
          names.includes("uri") ? bound.at(0, "source") : bound.at(position, ...names),
      },
      state,
    ),
  ),
  ...all("new-object", newObject),
  ...all("get-process", getProcesses),
  ...all("get-service", getNamed("service")),
  ...all("stop-process", stopProcess),
  ...all("stop-computer restart-computer", onMachine("stop", "machine", ["system"], "R1")),
  ...all("start-service", onMachine("change", "service", [], "R1")),
  ...all(
    "stop-service restart-service suspend-service resume-service",
    onMachine("stop", "service", ["outside"], "R1"),
  ),
  ...all("new-service set-service", onMachine("change", "service", ["system", "control"], "R2")),
  ...all("remove-service", onMachine("delete", "service", ["system"], "R4")),
  ...all(
    "format-volume clear-disk initialize-disk remove-partition set-partition new-partition resize-partition set-disk remove-virtualdisk remove-storagepool optimize-volume repair-volume dismount-diskimage reset-physicaldisk",
    onMachine("delete", "device", ["device"], "R4"),
  ),
  ...all("set-executionpolicy", executionPolicy),
  ...all(
    "set-mppreference add-mppreference remove-mppreference set-netfirewallprofile disable-netfirewallrule remove-netfirewallrule set-netfirewallrule new-netfirewallrule disable-windowsoptionalfeature disable-bitlocker suspend-bitlocker disable-computerrestore",
    preference,
  ),
  ...all(
    "enable-windowsoptionalfeature enable-psremoting set-wsmaninstance set-date set-timezone rename-computer set-netipaddress new-netipaddress remove-netipaddress set-dnsclientserveraddress disable-netadapter enable-netadapter set-netadapter",
    onMachine("change", "machine", ["system"], "R2"),
  ),
  ...all(
    "clear-eventlog remove-eventlog limit-eventlog",
    onMachine("delete", "windows.eventlog", ["audit"], "R4"),
  ),
  ...all("clear-recyclebin", onMachine("delete", "recycle-bin", ["bulk", "outside"], "R4")),
  ...all(
    "register-scheduledtask set-scheduledtask new-scheduledtask register-scheduledjob enable-scheduledtask",
    onMachine("change", "windows.task", ["control"], "R1"),
  ),
  ...all(
    "unregister-scheduledtask disable-scheduledtask unregister-scheduledjob",
    onMachine("delete", "windows.task", ["system"], "R2"),
  ),
  ...all(
    "new-localuser set-localuser add-localgroupmember new-localgroup enable-localuser",
    onMachine("escalate", "windows.account", ["system", "control"], "R2"),
  ),
  ...all(
    "remove-localuser remove-localgroup remove-localgroupmember disable-localuser",
    onMachine("delete", "windows.account", ["system"], "R4"),
  ),
  ...all(
    "remove-appxpackage uninstall-package remove-windowsfeature remove-windowspackage remove-appxprovisionedpackage uninstall-windowsfeature",
    onMachine("delete", "windows.software", ["system"], "R2"),
  ),
  ...all(
    "install-module install-package install-script update-module save-module install-packageprovider install-psresource update-psresource uninstall-module",
    install,
  ),
  ...all("invoke-sqlcmd invoke-dbaquery", sql),
  ...all("import-module using-module", importModule),
  ...all("set-variable new-variable", setVariable),
  ...all("get-variable", getVariable),
  ...all("set-alias new-alias", setAlias),
  ...all("add-type", (bound, state) => {
    if (bound.value("assemblyname") === undefined) noteUnknown(state, "Add-Type", bound.source);
    return PLAIN;
  }),
  ...all("get-unique out-default", selectObject),
  ...all("write-output write-host out-host out-string", passes),
  ...all("get-location", (_bound, state) =>
    state.scene.cwd === undefined ? UNKNOWN : { kind: "text", word: literal(state.scene.cwd) },
  ),
  ...all("split-path", (bound) => ({
    kind: "text",
    word: {
      ...unknownWord(bound.source),
      prefix: wordOf(bound.at(0, "path") ?? UNKNOWN, bound.source).prefix.replace(/[^\\/]*[\\/]*$/, ""),
    },
  })),
  ...all("new-temporaryfile", (_bound, state) => ({
    kind: "item",
    of: "file",
    at: { ...unknownWord("*"), prefix: `${state.scene.setting.temporary[0] ?? "/tmp"}/`, tame: true },
  })),
  ...all("invoke-item", () => PLAIN),
]);

function all(names: string, cmdlet: Cmdlet): readonly [string, Cmdlet][] {
  return names.split(" ").map((name): [string, Cmdlet] => [name, cmdlet]);
}

/** Aliases that come with PowerShell (Get-Alias), and the names of cmd.exe that it keeps. */
export const ALIASES: ReadonlyMap<string, string> = new Map(
  "ri=remove-item rm=remove-item del=remove-item erase=remove-item rd=remove-item rmdir=remove-item gci=get-childitem ls=get-childitem dir=get-childitem gi=get-item gc=get-content cat=get-content type=get-content sc=set-content ac=add-content clc=clear-content cli=clear-item ni=new-item mi=move-item mv=move-item move=move-item ci=copy-item cp=copy-item cpi=copy-item copy=copy-item rni=rename-item ren=rename-item sp=set-itemproperty gp=get-itemproperty rp=remove-itemproperty si=set-item sl=set-location cd=set-location chdir=set-location pushd=push-location popd=pop-location pwd=get-location gl=get-location iex=invoke-expression icm=invoke-command iwr=invoke-webrequest irm=invoke-restmethod saps=start-process start=start-process spps=stop-process kill=stop-process gps=get-process ps=get-process gsv=get-service sasv=start-service spsv=stop-service where=where-object ?=where-object foreach=foreach-object %=foreach-object select=select-object sort=sort-object group=group-object measure=measure-object tee=tee-object ft=format-table fl=format-list fw=format-wide oh=out-host ogv=out-gridview echo=write-output write=write-output sls=select-string cls=clear-host clear=clear-host h=get-history history=get-history r=invoke-history ihy=invoke-history ipmo=import-module gmo=get-module gcm=get-command gm=get-member gal=get-alias sal=set-alias nal=new-alias sv=set-variable gv=get-variable nv=new-variable rv=remove-variable clv=clear-variable ipcsv=import-csv epcsv=export-csv sleep=start-sleep diff=compare-object compare=compare-object rvpa=resolve-path cvpa=convert-path gwmi=get-wmiobject iwmi=invoke-wmimethod rwmi=remove-wmiobject gcim=get-ciminstance icim=invoke-cimmethod rcim=remove-ciminstance gerr=get-error ii=invoke-item gu=get-unique man=get-help help=get-help md=mkdir sajb=start-job rjb=remove-job gjb=get-job rcjb=receive-job wjb=wait-job gcb=get-clipboard scb=set-clipboard stz=set-timezone gtz=get-timezone gin=get-computerinfo shcm=show-command trcm=trace-command fhx=format-hex gpv=get-itempropertyvalue rsn=remove-pssession nsn=new-pssession etsn=enter-pssession exsn=exit-pssession"
    .split(" ")
    .map((pair): [string, string] => {
      const at = pair.indexOf("=");
      return [pair.slice(0, at), pair.slice(at + 1)];
    }),
);
