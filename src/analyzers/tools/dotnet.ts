import type { Analyzer, Command, Finding, Scene, Word } from "../analyzer.ts";
import { combine, fileEffects, found, NOTHING } from "../effects.ts";
import { literal, type Options, parseOptions } from "../options.ts";
import { act, deedTable, publishes, runsCode, runsForeignCode, wordsOf } from "../project/deeds.ts";
import { namedTask } from "../project/names.ts";
import { isUsualRegistry } from "../project/sources.ts";

export const analyzer: Analyzer = {
  name: "dotnet",
  title: ".NET",
  about:
    "The dotnet command, MSBuild and NuGet. `dotnet publish` writes a folder; `dotnet nuget push` publishes a package and cannot be taken back. `dotnet ef` is judged as the database tool that it is.",
  programs: wordsOf(`
    dotnet msbuild nuget csc fsc paket cake dotnet-script dotnet-cake csharpier dotnet-csharpier
    dotnet-format dotnet-outdated reportgenerator nbgv gitversion vstest.console xunit.console
  `),
  analyze(command, scene) {
    if (command.program === "dotnet") return dotnet(command, scene);
    if (command.program === "nuget") return nuget(command.args, scene, command.source);
    return runsCode(scene, command.program, command.source);
  },
  examples: [
    { run: "dotnet test --no-build", does: ["execute? workspace-code dotnet test"], tier: 1 },
    {
      run: "dotnet publish -c Release -o out",
      does: ["execute? workspace-code dotnet publish", "create directory out"],
      tier: 1,
    },
    { run: "dotnet add package Serilog", does: ["change dotnet.packages dotnet add"], tier: 1 },
    {
      run: "dotnet nuget push a.nupkg --source https://api.nuget.org/v3/index.json",
      does: ["create nuget.version nuget push @production"],
      tier: 4,
    },
    { run: "dotnet tool install -g dotnet-ef", does: ["change dotnet.tool dotnet tool @local"], tier: 2 },
    { run: "dotnet --list-sdks", does: [], tier: 0 },
  ],
};

const VALUES = wordsOf(`
    -c --configuration -f --framework -r --runtime -o --output -v --verbosity --project -p --filter
    -l --logger -s --source --settings --launch-profile -n --name --version --tool-path --collect
    --results-directory --arch --os --version-suffix --api-key -k --configfile -e --environment
    --framework-version --id -lang --add-source --property --package-directory
  `);

const DEEDS = deedTable({
  read: "list --info --list-sdks --list-runtimes search help --version why",
  code: "build test run msbuild pack publish vstest watch fsi exec script aspire cake coverage stryker build-server",
  change:
    "add remove restore clean new sln solution reference package format store migrate tool-manifest csharpier outdated husky",
  outside: "workload sdk dev-certs user-secrets user-jwts",
});

function dotnet(command: Command, scene: Scene): Finding {
  const by = command.source;
  const separator = command.args.findIndex((word) => word.text === "--");
  const own = separator < 0 ? command.args : command.args.slice(0, separator);
  const options = parseOptions(own, { exact: true, values: VALUES });
  const [verb, ...operands] = options.operands;
  if (verb === undefined) return NOTHING;
  const name = verb.text ?? "";
  if (/\.(dll|exe)$/.test(name) || name === "exec") return runsCode(scene, `dotnet ${verb.source}`, by);
  if (name === "nuget") return nuget(operandsWithOptions(own, "nuget"), scene, by);
  if (name === "tool") return tool(options, operands, scene, by);
  if (name === "ef") return scene.argv([literal("dotnet-ef"), ...operandsWithOptions(own, "ef")]);
  if (name === "lambda" || name === "eb" || name === "ecs")
    return namedTask(scene, `dotnet ${name}`, operands[0]?.text ?? "deploy", by);
  if (name === "run" || name === "watch")
    return run(name, options, command.args.slice(separator + 1), scene, by);
  const source = options.value("-s", "--source", "--add-source");
  if (
    ["add", "restore", "package", "new"].includes(name) &&
    source &&
    !isUsualRegistry(source) &&
    /^https?:/.test(source.text ?? "http:")
  ) {
    return runsForeignCode(scene, source.source, by);
  }
  if (name === "user-secrets")
    return operands[0]?.text === "list"
      ? act("login", scene, { kind: "credentials", name: "user-secrets", by })
      : act("outside", scene, { kind: "credentials", name: "user-secrets", by });
  const target = options
    .values("-o", "--output", "--results-directory")
    .flatMap((word) => fileEffects("change", word, scene, { recursive: true, by }));
  return combine(
    act(DEEDS.get(name) ?? "unknown", scene, { kind: "dotnet.packages", name: `dotnet ${verb.source}`, by }),
    found(target),
  );
}

/** The arguments after a subcommand, its options included. */
function operandsWithOptions(args: readonly Word[], verb: string): readonly Word[] {
  return args.slice(args.findIndex((word) => word.text === verb) + 1);
}

function run(verb: string, options: Options, rest: readonly Word[], scene: Scene, by: string): Finding {
  const said = rest
    .slice(0, 2)
    .map((word) => word.text ?? "")
    .filter((text) => /^[\w:-]+$/.test(text));
  const after = rest.length < 20 && !rest.some((word) => word.text === "run") ? said : [];
  const project = options.value("--project", "-p")?.text?.split("/").at(-1) ?? "";
  return namedTask(scene, `dotnet ${verb}`, [project, ...after].join(" ").trim(), by);
}

function tool(options: Options, operands: readonly Word[], scene: Scene, by: string): Finding {
  const action = operands[0]?.text ?? "";
  if (action === "list" || action === "search" || action === "") return NOTHING;
  if (action === "run" || action === "exec" || action === "execute") {
    return operands[1] === undefined ? NOTHING : runsCode(scene, `dotnet tool ${operands[1].source}`, by);
  }
  const global = options.has("-g", "--global", "--tool-path");
  const source = options.value("--add-source", "-s", "--source");
  if (source && !isUsualRegistry(source) && /^https?:/.test(source.text ?? "http:"))
    return runsForeignCode(scene, source.source, by);
  return act(global ? "outside" : "change", scene, { kind: "dotnet.tool", name: "dotnet tool", by });
}

function nuget(args: readonly Word[], scene: Scene, by: string): Finding {
  const options = parseOptions(args, {
    exact: true,
    values: [...VALUES, "-Source", "-ApiKey"],
    singleDash: false,
  });
  const [verb, action] = options.operands;
  const name = verb?.text ?? "";
  const source = options.value("-s", "--source", "-Source")?.text;
  if (name === "push") return publishes(scene, { kind: "nuget.version", name: "nuget push", by }, source);
  if (name === "delete") return publishes(scene, { kind: "nuget.version", name: "nuget delete", by }, source);
  if (["", "locals", "list", "search", "verify", "why", "help"].includes(name))
    return options.has("-c", "--clear", "-clear")
      ? act("change", scene, { kind: "cache", name: "nuget locals", by })
      : NOTHING;
  if (name === "restore" || name === "install" || name === "pack" || name === "spec" || name === "update")
    return act("change", scene, { kind: "dotnet.packages", name: `nuget ${name}`, by });
  return act(action?.text === "list" ? "read" : "outside", scene, {
    kind: "nuget.config",
    name: `nuget ${name}`,
    by,
  });
}
