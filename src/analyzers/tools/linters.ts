import type { Analyzer, Command, Finding, Scene } from "../analyzer.ts";
import { NOTHING } from "../effects.ts";
import { parseOptions } from "../options.ts";
import { act } from "../project/deeds.ts";
import { judgeSimple, simpleTools } from "../project/simple-tool.ts";

/** Linters, formatters and type checkers. `code`: their configuration is code of the project, so it runs. */
const LINTERS = simpleTools([
  [
    "eslint eslint_d xo standard ts-standard stylelint commitlint tslint prettier-eslint",
    {
      deed: "code",
      values:
        "--ext --max-warnings -f --format --rule --ignore-path --ignore-pattern --cache-strategy --parser --env --global --from --to --edit",
      changesWith: "--fix --fix-type",
      outputs: "-o --output-file --cache-location --cache-file",
      configuration: "-c --config --rulesdir --resolve-plugins-relative-to --parser-options",
      readsWith: "--print-config --env-info",
    },
  ],
  [
    "prettier prettierd pretty-quick oxfmt dprint",
    {
      deed: "code",
      values: "--parser --ignore-path --log-level --tab-width --print-width",
      changesWith: "-w --write fmt",
      outputs: "--cache-location",
      configuration: "-c --config --plugin",
    },
  ],
  [
    "biome rome oxlint quick-lint-js deno-lint",
    {
      deed: "code",
      changesWith: "--write --fix --apply --apply-unsafe",
      values: "--config-path --max-diagnostics --reporter",
      configuration: "-c --config --config-path",
    },
  ],
  [
    "tsc vue-tsc svelte-check tsgo flow attw publint type-coverage ts-prune ts-unused-exports knip depcheck madge depcruise dpdm unimported are-the-types-wrong api-extractor tsd-check typedoc-lint skott",
    {
      deed: "code",
      values: "-p --project -b --module --target --lib --jsx --types --moduleResolution",
      outputs: "--outDir --outFile --declarationDir --tsBuildInfoFile --rootDirs",
      readsWith: "--version -v --help --all --showConfig --listFilesOnly",
    },
  ],
  [
    "ruff",
    {
      deed: "code",
      values: "--select --ignore --extend-select --output-format --target-version --line-length",
      changesWith: "--fix --fix-only format",
      outputs: "-o --output-file",
      configuration: "--config",
    },
  ],
  [
    "black isort autopep8 yapf autoflake pyupgrade add-trailing-comma docformatter ssort usort djlint sqlfluff sqlfmt pyfmt blackdoc absolufy-imports reorder-python-imports unify",
    {
      deed: "change",
      kind: "source",
      values: "-l --line-length -t --target-version --profile --dialect --indent",
      readsWith: "--check --diff lint -c-only --check-only",
      configuration: "--config",
    },
  ],
  [
    "mypy dmypy pyright basedpyright pyre ty pyrefly pytype pylint flake8 pycodestyle pydocstyle pyflakes bandit vulture radon xenon mccabe prospector pylama refurb interrogate deptry vermin pyroma darglint safety pip-audit import-linter lint-imports wily semgrep codespell cspell typos proselint write-good alex vale textlint",
    {
      deed: "code",
      values: "--python-version --select --max-line-length -r -f --format --config-file --rcfile --severity",
      changesWith: "-w --write-changes --fix",
      outputs: "-o --output --html-report --junit-xml --cache-dir",
      configuration: "--config --config-file --rcfile",
    },
  ],
  [
    "rubocop standardrb erblint haml-lint reek brakeman fasterer slim-lint rufo srb steep sorbet htmlbeautifier bundler-audit solargraph",
    {
      deed: "code",
      changesWith: "-a -A --autocorrect --autocorrect-all --fix --auto-correct --write",
      outputs: "-o --out",
      configuration: "-c --config -r --require",
    },
  ],
  [
    "shellcheck hadolint actionlint markdownlint markdownlint-cli2 mdl remark htmlhint html-validate checkmake dotenv-linter editorconfig-checker ec zizmor ls-lint alejandra-check statix deadnix luacheck selene vint rpmlint lintian desktop-file-validate xmllint-check nginx-lint dockerfilelint cfn-lint cfn_nag checkov tfsec tflint terrascan kube-score datree conftest opa regal polaris pluto trivy-config spectral redocly swagger-cli openapi vacuum protolint graphql-schema-linter graphql-inspector sqllint squawk solhint slither mythril stylua-check gitlint commitizen-check detect-secrets gitleaks trufflehog ggshield typos-check lychee linkinator markdown-link-check muffet license-checker licensee reuse cargo-deny osv-scanner grype syft dive-ci snyk-test",
    {
      deed: "read",
      values: "-f --format -c --config -s --severity -e --exclude -x",
      changesWith: "--fix -f-ix --write",
      outputs: "-o --output --report-path",
    },
  ],
  [
    "shfmt stylua clang-format rustfmt-nightly buildifier swiftformat swiftlint swift-format ktfmt dart_style nixfmt nixpkgs-fmt alejandra treefmt taplo topiary prettypst mdformat json-sort sort-package-json fixjson yamlfmt jsonnetfmt hclfmt packer-fmt cue-fmt ormolu fourmolu stylish-haskell brittany hindent hlint purs-tidy elm-format elm-review crystal-format gersemi cmake-format astyle uncrustify indent perlcritic php-cs-fixer pint phpcbf rector ecs pg_format cljfmt zprint clj-kondo fantomas ocamlformat refmt gofumports js-beautify html-beautify css-beautify svgo syncpack",
    {
      deed: "change",
      kind: "source",
      values: "-style --style --config -i-size -ln --indent",
      readsWith: "-d --diff -l --list -n --dry-run --check --lint lint -Werror",
      configuration: "--config",
    },
  ],
  [
    "phpstan psalm phan phpcs phpmd phpcpd phpmetrics phploc deptrac php-parallel-lint parallel-lint larastan",
    {
      deed: "code",
      values: "-l --level --memory-limit --error-format --standard",
      outputs: "--report-file --generate-baseline --set-baseline",
      changesWith: "--alter",
      configuration: "-c --configuration -a --autoload-file --bootstrap",
    },
  ],
  [
    "clang-tidy cppcheck cpplint include-what-you-use iwyu scan-build splint sparse flawfinder infer",
    {
      deed: "code",
      values: "-p --std --enable --suppress -I -j",
      changesWith: "-fix --fix",
      outputs: "--output-file --export-fixes",
      configuration: "-load",
    },
  ],
  ["credo dialyxir slither-analyzer luau-analyze erlfmt elvis", { deed: "code", changesWith: "-w --write" }],
]);

export const analyzer: Analyzer = {
  name: "linters",
  title: "Linters, formatters and type checkers",
  about:
    "Checking reads; a tool whose configuration is code runs the project's own code; fixing changes files of the project, which the restore point can put back. Files outside the project are named.",
  programs: [...LINTERS.keys()],
  analyze(command, scene) {
    const tool = LINTERS.get(command.program);
    if (tool === undefined)
      return act("unknown", scene, { kind: "program", name: command.program, by: command.source });
    return command.program === "ruff" ? ruff(command, scene) : judgeSimple(tool, command, scene);
  },
  examples: [
    { run: "eslint --fix src", does: ["execute? workspace-code eslint"], tier: 1 },
    {
      run: "eslint -c /tmp/../etc/evil.js .",
      does: ["execute? foreign-code /tmp/../etc/evil.js @local"],
      tier: 2,
    },
    {
      run: "prettier --write ../other/a.js",
      does: ["execute? workspace-code prettier", "create file /home/dev/other/a.js @local"],
      tier: 2,
    },
    { run: "tsc --noEmit", does: ["execute? workspace-code tsc"], tier: 1 },
    { run: "ruff check --fix .", does: ["execute? workspace-code ruff"], tier: 1 },
    { run: "black --check .", does: [], tier: 0 },
    { run: "black src tests", does: ["change source black"], tier: 1 },
    { run: "shellcheck scripts/*.sh", does: [], tier: 0 },
    { run: "rubocop -A", does: ["execute? workspace-code rubocop"], tier: 1 },
  ],
};

function ruff(command: Command, scene: Scene): Finding {
  const { operands } = parseOptions(command.args, {
    exact: true,
    values: ["--select", "--ignore", "--config", "--output-format"],
  });
  const verb = operands[0]?.text ?? "";
  if (["rule", "config", "linter", "version", "server", "analyze", "help"].includes(verb)) return NOTHING;
  const tool = LINTERS.get("ruff");
  return tool === undefined ? NOTHING : judgeSimple(tool, command, scene);
}
