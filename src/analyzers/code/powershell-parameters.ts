import { knownText, PLAIN, type PsValue } from "./powershell-state.ts";

/** A command's arguments, bound to parameters. */
export interface Bound {
  readonly positional: readonly PsValue[];
  /** What flows in through the pipeline; `undefined` when the command is its first element. */
  readonly input: PsValue | undefined;
  readonly source: string;
  has(name: string): boolean;
  value(...names: readonly string[]): PsValue | undefined;
  /** The value of a parameter, or the one at that position. */
  at(position: number, ...names: readonly string[]): PsValue | undefined;
}

export interface Argument {
  readonly parameter: string | undefined;
  readonly value: PsValue | undefined;
}

/** Parameters that take no value, the ones that matter most for a decision first. */
const SWITCHES =
  "recurse force whatif confirm verbose debug passthru append noclobber nonewline asjob wait nonewwindow usebasicparsing raw allmatches quiet list directory file hidden readonly system descending unique autosize wrap hidetableheaders casesensitive simplematch notmatch asplaintext asbytestream ashashtable compress sum average minimum maximum line word character all allusers global leaf parent resolve isvalid online full detailed examples showwindow nolisting listavailable loaded skippublishercheck acceptlicense allowclobber allowprerelease usedefaultcredentials skipcertificatecheck disablekeepalive noproxy preserveauthorizationonredirect skipheadervalidation resume notypeinformation asarray enumsastrings loaduserprofile useculture includeusername deletebucketcontent removedata removeoem skipfinalsnapshot deletevalidationonly nowait dead private stream2 followsymlink toclipboard noenumerate allstats exactmatch parallel2 exclusive exact yes purge permanent".split(
    " ",
  );
/** Parameters with a value. */
const VALUES =
  "path literalpath filter include exclude destination target value name newname itemtype inputobject filepath argumentlist verb workingdirectory scriptblock computername session command uri method body outfile headers contenttype credential pattern property expandproperty first last skip index encoding width depth delimiter header process begin end filterscript scope executionpolicy id processname processes query database serverinstance inputfile erroraction warningaction informationaction errorvariable outvariable outbuffer pipelinevariable warningvariable tail totalcount readcount seconds milliseconds minutes format uformat culture childpath additionalchildpath list2 groupby sortby typename comobject strict memberdefinition assembly typedefinition resourcegroupname bucketname region profilename identity throttlelimit parallel timeoutsec maximumredirection useragent sessionvariable websession form infile transferencoding token authentication certificate compressionlevel destinationpath replacement separator parent2 node stringdata activity status percentcomplete foregroundcolor backgroundcolor prompt object message variable option description volume driveletter number disknumber propertytype drive psprovider root newitem action trigger taskname user password logname source entrytype newest after before identity2 groupname member members searchbase server filterhashtable maxevents providername instanceid vmname nodename clustername stackname key keyname versionid functionname tablename dbinstanceidentifier instanceids snapshotid attributes stream".split(
    " ",
  );

/** Finds the parameter that a typed name abbreviates; PowerShell accepts any unambiguous beginning. */
function resolveName(typed: string): { readonly name: string; readonly takesValue: boolean | undefined } {
  const name = typed.toLowerCase();
  if (SWITCHES.includes(name)) return { name, takesValue: false };
  if (VALUES.includes(name)) return { name, takesValue: true };
  if (/^(rf|fr|r|rec)$/.test(name)) return { name: "recurse", takesValue: false };
  if (name === "ea") return { name: "erroraction", takesValue: true };
  const value = VALUES.find((one) => one.startsWith(name));
  const flag = SWITCHES.find((one) => one.startsWith(name));
  if (flag !== undefined && (value === undefined || SWITCHES.indexOf(flag) < 4))
    return { name: flag, takesValue: false };
  return value === undefined ? { name, takesValue: undefined } : { name: value, takesValue: true };
}

/** Binds arguments. A parameter that nobody knows may be a switch: its value then counts as an argument as well. */
export function bind(args: readonly Argument[], input: PsValue | undefined, source: string): Bound {
  const named = new Map<string, PsValue>();
  const positional: PsValue[] = [];
  for (let index = 0; index < args.length; index++) {
    const arg = args[index] as Argument;
    if (arg.parameter === undefined) {
      if (arg.value?.kind === "hash")
        for (const [key, value] of arg.value.entries) named.set(resolveName(key).name, value);
      if (arg.value) positional.push(arg.value);
      continue;
    }
    const { name, takesValue } = resolveName(arg.parameter);
    if (arg.value) named.set(name, arg.value);
    else if (takesValue === false) named.set(name, PLAIN);
    else {
      const next = args[index + 1];
      named.set(name, next?.parameter === undefined && next?.value ? next.value : PLAIN);
      if (takesValue && next?.parameter === undefined) index++;
    }
  }
  return {
    positional,
    input,
    source,
    has: (name) => named.has(name) && knownText(named.get(name))?.toLowerCase() !== "false",
    value: (...names) => names.map((name) => named.get(name)).find((value) => value !== undefined),
    at: (position, ...names) =>
      names.map((name) => named.get(name)).find((value) => value !== undefined) ?? positional[position],
  };
}
