import type { Analyzer, Command, Finding, Scene } from "../analyzer.ts";
import { judgeWindows, type WindowsLine } from "../code/windows-programs.ts";
import { NOTHING } from "../effects.ts";

/** Programs that only tell something. */
const TELLS =
  "tasklist systeminfo ipconfig driverquery gpresult getmac tracert pathping nbtstat quser qwinsta where findstr comp chcp ver vol cls title clip choice doskey msinfo32 dxdiag winver tzutil w32tm openfiles explorer notepad mspaint calc start wt".split(
    " ",
  );

export const analyzer: Analyzer = {
  name: "windows",
  title: "Windows system programs",
  about:
    "Programs that come with Windows: backups and shadow copies, disks and boot data, registry, services, accounts, firewall, event logs, permissions, copying of whole trees. What only tells something passes; what is not recognised counts as a change of the machine.",
  programs: [
    "vssadmin",
    "wbadmin",
    "wevtutil",
    "bcdedit",
    "diskpart",
    "diskshadow",
    "format",
    "fsutil",
    "cipher",
    "reg",
    "regedit",
    "sc",
    "net",
    "net1",
    "netsh",
    "taskkill",
    "schtasks",
    "icacls",
    "cacls",
    "takeown",
    "attrib",
    "robocopy",
    "xcopy",
    "wmic",
    "dism",
    "sfc",
    "chkdsk",
    "msiexec",
    "rundll32",
    "regsvr32",
    "mshta",
    "cscript",
    "wscript",
    "certutil",
    "bitsadmin",
    "setx",
    "runas",
    "manage-bde",
    "reagentc",
    "bootrec",
    "bootsect",
    "powercfg",
    "gpupdate",
    "secedit",
    "auditpol",
    "logoff",
    "tsdiscon",
    "subst",
    "compact",
    "label",
    "mountvol",
    "defrag",
    "sdelete",
    "psexec",
    "forfiles",
    ...TELLS,
  ],
  analyze,
  examples: [
    {
      run: "vssadmin delete shadows /all /quiet",
      does: ["delete windows.backup vssadmin delete shadows /all /quiet @local"],
      tier: 3,
    },
    { run: "vssadmin list shadows", does: [], tier: 0 },
    { run: "wevtutil cl Security", does: ["delete windows.eventlog wevtutil cl Security @local"], tier: "X" },
    { run: "reg query HKCU\\\\Software", does: [], tier: 0 },
    {
      run: "reg delete HKLM\\\\Software\\\\X /f",
      does: ["delete windows.registry HKLM\\Software\\X @local"],
      tier: 3,
    },
    { run: "taskkill /F /IM node.exe", does: ["stop process node.exe @local"], tier: 1 },
    { run: "robocopy src dst /MIR", does: ["delete directory dst"], tier: 1 },
    {
      run: "net user mallory pw /add",
      does: ["escalate windows.account net user mallory pw /add @local"],
      tier: 4,
    },
    { run: "diskpart /s x.txt", does: ["change? device diskpart /s x.txt @local"], tier: 4 },
    { run: "ipconfig /all", does: [], tier: 0 },
  ],
};

function analyze(command: Command, scene: Scene): Finding {
  const words = command.args.map((word) =>
    (word.text ?? word.source).toLowerCase().replace(/^\/\/(?=[a-z])/, "/"),
  );
  const line: WindowsLine = {
    program: command.program.toLowerCase(),
    words,
    args: command.args,
    by: command.source,
    scene,
  };
  if (TELLS.includes(line.program) || words[0] === "/?" || words.includes("/?")) return NOTHING;
  return judgeWindows(line);
}
