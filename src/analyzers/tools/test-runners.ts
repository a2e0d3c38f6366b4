import type { Analyzer, Command, Finding, Scene } from "../analyzer.ts";
import { effect, found, NOTHING } from "../effects.ts";
import { environmentOf, isLoopback } from "../environment.ts";
import { literal, parseOptions } from "../options.ts";
import { act, hostOfUrl, runsCode, wordsOf } from "../project/deeds.ts";
import { judgeSimple, simpleTools } from "../project/simple-tool.ts";

/** Programs that run the project's tests, and what their command lines say besides that. */
const RUNNERS = simpleTools([
  [
    "pytest py.test pytest-3 ptw pytest-watch nosetests nose2 trial unit2 behave robot pabot mamba-test stestr green",
    {
      deed: "code",
      values:
        "-k -m -n -p -o -W --tb --maxfail --durations --cov --cov-report --cov-config --timeout --dist --log-level --ignore --deselect --variable --listener",
      readsWith: "--version --help --markers --fixtures --co --collect-only",
      outputs: "--junitxml --junit-xml --basetemp --outputdir -d",
      configuration: "-c --rootdir --confcutdir",
    },
  ],
  [
    "jest vitest mocha ava tap tape uvu jasmine karma qunit cucumber-js cucumber wdio testcafe detox bun-test tsd tstyche japa web-test-runner wtr lab zora vitest-ui stryker cypress playwright",
    {
      deed: "code",
      values:
        "-t --testNamePattern --project --reporter -w --maxWorkers --shard --workers --retries --grep -g --timeout --testPathPattern --environment --pool --browser --spec -s --env -e --watch-files --port",
      readsWith: "--listTests --showConfig --version --help",
      outputs: "--outputFile --coverageDirectory --output",
      configuration: "-c --config --globalSetup --require -r --import",
    },
  ],
  [
    "rspec minitest cucumber-rb m rspec-queue parallel_rspec parallel_test turbo_tests knapsack",
    {
      deed: "code",
      values: "-t --tag -e --example -f --format -P --pattern --seed --order",
      outputs: "-o --out",
      configuration: "-r --require -O --options",
    },
  ],
  [
    "phpunit pest paratest codecept behat phpspec infection kahlan atoum peridot",
    {
      deed: "code",
      values: "--filter --group --exclude-group --testsuite --coverage-text",
      outputs: "--log-junit --coverage-html --coverage-clover --coverage-xml",
      configuration: "-c --configuration --bootstrap",
      readsWith: "--list-tests --list-suites --list-groups",
    },
  ],
  [
    "ctest busted bats shunit2 shellspec luatest prove bashunit roundup clitest cram lit",
    { deed: "code", values: "-R -E -L -j -C -T --test-dir --output-junit -f -e", outputs: "--output-log" },
  ],
  ["nyc c8", { deed: "code" }],
  [
    "codecov codecov-cli coveralls codeclimate-test-reporter cc-test-reporter",
    { deed: "outside", kind: "report.upload" },
  ],
  [
    "k6 artillery locust autocannon gatling newman bruno bru hurl schemathesis dredd tavern-ci step-ci",
    { deed: "unknown", kind: "load" },
  ],
  ["coverage coverage3", { deed: "code" }],
]);

/** Programs that send requests somewhere: to this machine's loopback they are part of a test. */
const SENDERS = new Set(
  wordsOf(`
    k6 artillery locust autocannon gatling newman bruno bru hurl schemathesis dredd tavern-ci
    step-ci
  `),
);

export const analyzer: Analyzer = {
  name: "test-runners",
  title: "Test runners",
  about:
    "Running tests is running the project's own code: contained, or undone by the restore point. nyc, c8 and coverage judge the command that they wrap; load generators are a question unless they aim at this machine.",
  programs: [...RUNNERS.keys()],
  analyze(command, scene) {
    const { program, args, source: by } = command;
    if (program === "nyc" || program === "c8")
      return wrapper(["report", "check-coverage", "merge", "instrument"], command, scene);
    if (program.startsWith("coverage")) return coverage(command, scene);
    if (program === "playwright" || program === "cypress") return browsers(command, scene);
    if (SENDERS.has(program)) return sender(command, scene);
    const tool = RUNNERS.get(program);
    if (tool === undefined) return act("unknown", scene, { kind: "program", name: program, by });
    return args[0]?.text === "init"
      ? act("change", scene, { kind: "file", name: program, by })
      : judgeSimple(tool, command, scene);
  },
  examples: [
    { run: "pytest -x tests/test_cart.py -k rounding", does: ["execute? workspace-code pytest"], tier: 1 },
    { run: "pytest --collect-only", does: [], tier: 0 },
    { run: "vitest run --coverage", does: ["execute? workspace-code vitest"], tier: 1 },
    { run: "jest --config /etc/evil.js", does: ["execute? foreign-code /etc/evil.js @local"], tier: 2 },
    { run: "coverage run -m pytest", does: ["execute? workspace-code pytest"], tier: 1 },
    { run: "coverage report -m", does: [], tier: 0 },
    { run: "nyc mocha", does: ["execute? workspace-code mocha"], tier: 1 },
    { run: "playwright install chromium", does: ["change test.browsers playwright install"], tier: 1 },
    { run: "playwright install-deps", does: ["change software playwright install-deps @local"], tier: 2 },
    { run: "autocannon http://localhost:3000", does: ["execute? workspace-code autocannon"], tier: 1 },
    { run: "autocannon https://api.example.com", does: ["unknown? load autocannon @unknown"], tier: 3 },
  ],
};

/** `nyc CMD`, `c8 CMD`: options of their own, then a command. */
function wrapper(reports: readonly string[], command: Command, scene: Scene): Finding {
  const { operands } = parseOptions(command.args, {
    exact: true,
    values: wordsOf(`
    -r --reporter --report-dir --reports-dir --temp-dir -x --exclude -n --include --cwd
    --temp-directory -o
  `),
    stopAtOperand: true,
  });
  const [first] = operands;
  if (first === undefined) return NOTHING;
  if (reports.includes(first.text ?? ""))
    return act("change", scene, { kind: "report", name: command.program, by: command.source });
  return scene.argv(operands);
}

/** coverage.py: `run` starts a script or a module, the rest reports. */
function coverage(command: Command, scene: Scene): Finding {
  const [verb, ...rest] = command.args;
  const by = command.source;
  if (verb === undefined || ["report", "debug", "help", "lcov-report"].includes(verb.text ?? ""))
    return NOTHING;
  if (verb.text !== "run")
    return act("change", scene, { kind: "report", name: `coverage ${verb.source}`, by });
  const options = parseOptions(rest, {
    exact: true,
    values: wordsOf("--source --omit --include --rcfile --data-file --context --concurrency -m"),
    stopAtOperand: true,
  });
  const module = options.value("-m");
  const args = module ? [literal("-m"), module, ...options.operands] : options.operands;
  return args.length === 0 ? NOTHING : scene.argv([literal("python"), ...args]);
}

function browsers(command: Command, scene: Scene): Finding {
  const { operands, has } = parseOptions(command.args, {
    exact: true,
    values: wordsOf(`
    -c --config -p --project -g --grep --reporter -o --output --spec -s --browser -b --record-key
    --key -k
  `),
  });
  const verb = operands[0]?.text ?? "";
  const by = command.source;
  const name = `${command.program} ${verb}`.trim();
  if (
    ["show-report", "show-trace", "verify", "info", "version", "cache", "help", "merge-reports", ""].includes(
      verb,
    )
  )
    return NOTHING;
  if (verb === "install-deps" || has("--with-deps"))
    return act("outside", scene, { kind: "software", name, by });
  if (verb === "install" || verb === "uninstall")
    return act("change", scene, { kind: "test.browsers", name, by });
  if (has("--record", "--record-key", "--key"))
    return act("outside", scene, { kind: "report.upload", name, by });
  return runsCode(scene, name, by);
}

/** A load generator or an API test: where it aims decides. */
function sender(command: Command, scene: Scene): Finding {
  const by = command.source;
  const texts = command.args.map((word) => word.text ?? word.prefix);
  const hosts = texts
    .map((text) => hostOfUrl(text) ?? (/^[\w.-]+:\d+(\/|$)/.test(text) ? text.split("/")[0] : undefined))
    .filter((host) => host !== undefined);
  if (hosts.length > 0 && hosts.every((host) => isLoopback(host)))
    return runsCode(scene, command.program, by);
  if (hosts.length === 0) return runsCode(scene, command.program, by);
  return found([
    effect({
      verb: "unknown",
      kind: "load",
      name: command.program,
      environment: environmentOf(hosts, scene),
      reversibility: "R3",
      count: null,
      certain: false,
      by,
    }),
  ]);
}
