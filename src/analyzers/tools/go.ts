import type { Analyzer, Command, Finding, Scene, Word } from "../analyzer.ts";
import { combine, fileEffects, found, NOTHING } from "../effects.ts";
import { type Options, parseOptions } from "../options.ts";
import { act, deedTable, runsCode, runsForeignCode, wordsOf } from "../project/deeds.ts";
import { namedTask } from "../project/names.ts";

export const analyzer: Analyzer = {
  name: "go",
  title: "Go",
  about:
    "The go command and its companions. Building, testing and `go run ./…` run the project's own code; `go run` and `go install` of a module with a version fetch code from elsewhere.",
  programs: wordsOf(`
    go gofmt goimports gofumpt golangci-lint staticcheck gopls dlv govulncheck revive errcheck gosec
    gotestsum mockgen mockery stringer wire air gci ginkgo richgo godoc gomodifytags swag templ ko
    mage goconvey benchstat nilaway deadcode gocyclo golines goda xcaddy gvm tinygo wails gox
    gotests impl pkgsite callgraph godotenv
  `),
  analyze(command, scene) {
    return command.program === "go" || command.program === "tinygo"
      ? go(command, scene)
      : companion(command, scene);
  },
  examples: [
    { run: "go test ./... -race", does: ["execute? workspace-code go test"], tier: 1 },
    {
      run: "go build -o bin/app ./cmd/app",
      does: ["execute? workspace-code go build", "create file bin/app"],
      tier: 1,
    },
    {
      run: "go build -o /usr/local/bin/app .",
      does: ["execute? workspace-code go build", "create file /usr/local/bin/app @local"],
      tier: 3,
    },
    { run: "go run ./cmd/server", does: ["execute? workspace-code go run server"], tier: 1 },
    {
      run: "go run example.com/x@latest",
      does: ["execute? foreign-code example.com/x@latest @local"],
      tier: 2,
    },
    {
      run: "go install golang.org/x/tools/gopls@latest",
      does: ["change go.program golang.org/x/tools/gopls@latest @local"],
      tier: 2,
    },
    { run: "go mod tidy", does: ["change go.modules go mod"], tier: 1 },
    { run: "go env GOPATH", does: [], tier: 0 },
    { run: "go env -w GOFLAGS=-mod=mod", does: ["change go.config go env @local"], tier: 2 },
    { run: "gofmt -w .", does: ["change source gofmt"], tier: 1 },
    { run: "golangci-lint run", does: ["execute? workspace-code golangci-lint"], tier: 1 },
  ],
};

/** Flags of the build commands that take a value (`go help build`, `go help testflag`). */
const VALUES = wordsOf(`
    -C -o -p -asmflags -buildmode -buildvcs -compiler -gccgoflags -gcflags -installsuffix -ldflags
    -mod -modfile -overlay -pgo -pkgdir -tags -toolexec -exec -run -bench -benchtime -count -cpu
    -coverprofile -covermode -coverpkg -cpuprofile -memprofile -blockprofile -mutexprofile -trace
    -outputdir -parallel -timeout -fuzz -fuzztime -shuffle -skip -list -vet -vettool -f -target
    -scheduler -w- -reuse
  `);

const OUTPUTS = wordsOf(`
    -o -coverprofile -cpuprofile -memprofile -blockprofile -mutexprofile -trace -outputdir
  `);

const DEEDS = deedTable({
  read: "list version doc bug help telemetry",
  code: "build test vet generate tool fix",
  change: "mod get clean work fmt",
});

function go(command: Command, scene: Scene): Finding {
  const by = command.source;
  const [first, ...after] = command.args;
  const folder = first?.text === "-C" ? after[0] : undefined;
  const [verb, ...args] = folder ? after.slice(1) : command.args;
  if (verb === undefined) return NOTHING;
  const options = parseOptions(args, {
    exact: true,
    values: VALUES,
    singleDash: true,
    stopAtOperand: verb.text === "run",
  });
  const wrapper = options.value("-exec", "-toolexec", "-vettool");
  if (wrapper) return combine(runsCode(scene, `go ${verb.source}`, by), wrapped(wrapper, scene));
  if (options.has("-n") && verb.text !== "tool") return NOTHING;
  if (verb.text === "run") return run(options, scene, by);
  if (verb.text === "install") return install(options, scene, by);
  if (verb.text === "env")
    return options.has("-w", "-u")
      ? act("outside", scene, { kind: "go.config", name: "go env", by })
      : NOTHING;
  const deed = DEEDS.get(verb.text ?? "") ?? "unknown";
  if (verb.text === "mod" && ["graph", "why", "verify"].includes(options.operands[0]?.text ?? ""))
    return NOTHING;
  const kind = verb.text === "clean" ? "cache" : verb.text === "fmt" ? "source" : "go.modules";
  return combine(act(deed, scene, { kind, name: `go ${verb.source}`, by }), outputs(options, scene, by));
}

function outputs(options: Options, scene: Scene, by: string): Finding {
  return found(options.values(...OUTPUTS).flatMap((word) => fileEffects("change", word, scene, { by })));
}

/** `-exec PROG`, `-toolexec 'PROG ARGS'`: a program that go starts instead of, or around, what it built. */
function wrapped(word: Word, scene: Scene): Finding {
  return word.text === undefined ? runsForeignCode(scene, word.source, word.source) : scene.shell(word.text);
}

function run(options: Options, scene: Scene, by: string): Finding {
  const [target, ...args] = options.operands;
  if (target === undefined) return NOTHING;
  if (target.text === undefined || /@/.test(target.text)) return runsForeignCode(scene, target.source, by);
  const name = target.text.replace(/\/+$/, "").split("/").at(-1) ?? "";
  const said = [name, ...args.slice(0, 2).map((word) => word.text ?? "")].filter((text) =>
    /^[\w:-]+$/.test(text),
  );
  return namedTask(scene, "go run", said.join(" ") || target.text, by);
}

function install(options: Options, scene: Scene, by: string): Finding {
  const name = options.operands.map((word) => word.source).join(" ") || "go install";
  return act("outside", scene, { kind: "go.program", name, by });
}

const READS = new Set(
  wordsOf(`
    gopls benchstat gocyclo godoc pkgsite deadcode callgraph goda errcheck govulncheck
  `),
);
const FORMATS = new Set(["gofmt", "goimports", "gofumpt", "gci", "golines"]);

function companion(command: Command, scene: Scene): Finding {
  const { program, source: by } = command;
  const options = parseOptions(command.args, {
    exact: true,
    values: ["-destination", "-source", "-package", "-out", "-c", "-format", "-tags", "-formatter"],
    singleDash: true,
  });
  if (READS.has(program)) return NOTHING;
  if (FORMATS.has(program)) {
    const writes = options.has("-w", "--write", "write");
    const written = options.operands.flatMap((word) =>
      fileEffects("change", word, scene, { by, kind: "source" }),
    );
    return writes
      ? combine(
          found(written.filter((one) => one.marks.length > 0)),
          act("change", scene, { kind: "source", name: program, by }),
        )
      : NOTHING;
  }
  if (
    program === "ko" &&
    ["publish", "apply", "create", "resolve", "build", "run"].includes(options.operands[0]?.text ?? "")
  ) {
    return act("registry", scene, {
      kind: "container.image",
      name: `ko ${options.operands[0]?.text ?? ""}`,
      by,
    });
  }
  if (program === "mage")
    return namedTask(scene, "mage", options.operands.map((word) => word.text ?? "").join(" "), by);
  if (program === "godotenv")
    return scene.argv(
      parseOptions(command.args, { exact: true, values: ["-f"], stopAtOperand: true }).operands,
    );
  const written = options
    .values("-destination", "-out")
    .flatMap((word) => fileEffects("change", word, scene, { by }));
  return combine(runsCode(scene, program, by), found(written));
}
