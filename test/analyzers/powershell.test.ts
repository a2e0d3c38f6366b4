import { describe, it } from "vitest";
import { check, judged } from "./check.ts";
import { cmdHeld, cmdPasses } from "./code/cmd.ts";
import { powershellHeld, powershellPasses } from "./code/powershell.ts";
import { checkTables } from "./code/table.ts";

describe("powershell", () =>
  checkTables("A-powershell", powershellPasses, powershellHeld, { tool: "powershell" }));
describe("cmd.exe and Windows programs", () => checkTables("A-powershell", cmdPasses, cmdHeld));

describe("what cannot be read", () => {
  it.each([
    ["a text without its end", 'Write-Host "a'],
    ["a block without its end", "if ($x) { Get-Date"],
    ["a closing brace too many", "Get-Date }"],
    ["a command of a computed name", '& ("Remove" + $x) C:\\x'],
    ["a program that nobody knows", "frobnicate /x"],
    ["a cmdlet that nobody knows", "Set-Frobnication on"],
    ["code that is loaded", "[Reflection.Assembly]::Load($bytes)"],
    ["a type that is compiled", "Add-Type -TypeDefinition $source"],
  ])("[A-powershell] is never nothing: %s", async (_, line) => {
    await check(line, { atLeast: 2 }, { tool: "powershell" });
  });

  it("[A-powershell] every beginning of a line is judged without a crash", async () => {
    for (const line of [...powershellPasses, ...powershellHeld.map(([, held]) => held)]) {
      for (const part of [0.25, 0.5, 0.75])
        await judged(line.slice(0, Math.floor(line.length * part)), { tool: "powershell" });
    }
  });
});

describe("how PowerShell is spelled", () => {
  it.each([
    ["an alias", "ri /etc/x"],
    ["capitals", "REMOVE-ITEM /etc/x"],
    ["a module's name before it", "Microsoft.PowerShell.Management\\Remove-Item /etc/x"],
    ["a beginning of a parameter", "Remove-Item -Pat /etc/x"],
    ["a colon behind the parameter", "Remove-Item -Path:/etc/x"],
    ["a quoted name behind the call operator", "& 'Remove-Item' /etc/x"],
    ["a backtick in the name", "Rem`ove-Item /etc/x"],
    ["a variable", "$p = '/etc/x'; Remove-Item $p"],
    ["a put together name", "& ('Remove' + '-Item') /etc/x"],
    ["a formatted name", "& ('{0}-{1}' -f 'Remove','Item') /etc/x"],
    ["a splatted table", "$a = @{ Path = '/etc/x' }; Remove-Item @a"],
    ["a pipeline", "'/etc/x' | Remove-Item"],
    ["a loop", "'/etc/x' | ForEach-Object { Remove-Item $_ }"],
    ["a function", "function f($p) { Remove-Item $p }; f /etc/x"],
    ["an alias made on the line", "Set-Alias zap Remove-Item; zap /etc/x"],
    ["text that is run", "iex 'Remove-Item /etc/x'"],
    ["a continued line", "Remove-Item `\n  /etc/x"],
    ["a comment inside", "Remove-Item <# harmless #> /etc/x"],
    [".NET", "[System.IO.File]::Delete('/etc/x')"],
    ["a sub-expression", 'Write-Host "$(Remove-Item /etc/x)"'],
    [
      "decoded text",
      "iex ([Text.Encoding]::UTF8.GetString([Convert]::FromBase64String('UmVtb3ZlLUl0ZW0gL2V0Yy94')))",
    ],
  ])("[A-powershell] a deletion is the same by %s", async (_, line) => {
    await check(line, { does: ["delete file /etc/x @local"], tier: 3 }, { tool: "powershell" });
  });

  it("[A-powershell] -WhatIf only tells", async () => {
    await check("Remove-Item /etc/x -Recurse -WhatIf", { tier: 0 }, { tool: "powershell" });
  });
});
