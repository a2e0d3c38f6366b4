import type { Analyzer, Command, Finding, Scene } from "../analyzer.ts";
import { combine, effect, found, NOTHING } from "../effects.ts";
import { parseOptions } from "../options.ts";
import { act, runsCode, wordsOf } from "../project/deeds.ts";
import { classOfName, namedTask } from "../project/names.ts";
import { judgeSimple, simpleTools } from "../project/simple-tool.ts";

const BUNDLER = {
  deed: "code",
  values: "-p --port --mode --host --base --env --target --format --platform --external",
  outputs: "-o --output-path --outDir --outdir --outfile --out-dir --dist-dir -d --file",
  configuration: "-c --config",
} as const;

/** Bundlers, frameworks and servers that run the project's own code. */
const SERVERS = simpleTools([
  [
    "vite next nuxt nuxi astro webpack webpack-dev-server rollup rolldown esbuild parcel snowpack rspack rsbuild farm tsup tsdown unbuild pkgroll ncc microbundle swc babel babel-watch sass sassc lessc postcss tailwindcss tsc-alias react-scripts react-router remix gatsby vue-cli-service craco svelte-kit quasar solid-start qwik waku redwood rw blitz eleventy @11ty/eleventy hexo docusaurus vitepress vuepress storybook sb start-storybook ladle histoire expo-web ionic cap preact ember-cli stencil aurelia lit-build rescript-build node-gyp prebuildify nexe electron electron-vite tauri neutralino wmr sst-dev terser uglifyjs cleancss html-minifier purgecss csso bundle-phobia source-map-explorer webpack-bundle-analyzer vite-bundle-visualizer lingui formatjs i18next-parser msw orval typedoc jsdoc documentation tsoa openapi-typescript swagger-typescript-api graphql-codegen relay-compiler json2ts quicktype ts-to-zod typechain hardhat truffle foundry-build",
    BUNDLER,
  ],
  ["node-dev esbuild-runner supervisor", { deed: "code" }],
  [
    "uvicorn gunicorn hypercorn daphne waitress-serve granian  fastapi streamlit gradio chainlit marimo celery dramatiq rq huey arq faust jupyter jupyter-lab jupyter-notebook bokeh panel voila tensorboard mlflow",
    {
      deed: "code",
      values: "--port -p --host -b --bind -w --workers --app -A --log-level --env-file -k",
      configuration: "-c --config --chdir --pythonpath",
    },
  ],
  [
    "puma unicorn thin rackup passenger shotgun guard sidekiq resque good_job solid_queue jekyll middleman bridgetown foreman-rb",
    {
      deed: "code",
      values: "-p --port -e --environment -b --bind -q",
      configuration: "-C --config -r --require",
    },
  ],
  [
    "http-server serve live-server lite-server browser-sync json-server sirv ws local-web-server simple-http-server miniserve darkhttpd caddy-file-server prism smocker wiremock mockoon-cli mailhog maildev mailpit ganache anvil",
    { deed: "code", values: "-p --port -a -d -c" },
  ],
  ["pywrangler miniflare workerd lambda-local serverless-offline sam-local func-local", { deed: "code" }],
]);

export const analyzer: Analyzer = {
  name: "dev-servers",
  title: "Bundlers and development servers",
  about:
    "Building and serving run the project's own code on this machine. A subcommand that deploys or publishes is named for what it does.",
  programs: [...SERVERS.keys()],
  analyze(command, scene) {
    const tool = SERVERS.get(command.program);
    if (tool === undefined)
      return act("unknown", scene, { kind: "program", name: command.program, by: command.source });
    return framework(command, scene) ?? judgeSimple(tool, command, scene);
  },
  examples: [
    { run: "vite build --outDir dist", does: ["execute? workspace-code vite", "create file dist"], tier: 1 },
    {
      run: "vite build --outDir /var/www/html",
      does: ["execute? workspace-code vite", "create file /var/www/html @local"],
      tier: 3,
    },
    { run: "next dev -p 3001", does: ["execute? workspace-code next"], tier: 1 },
    { run: "uvicorn app.main:app --reload", does: ["execute? workspace-code uvicorn"], tier: 1 },
    { run: "celery -A app purge -f", does: ["unknown? task celery purge @unknown"], tier: 3 },
    { run: "docusaurus deploy", does: ["unknown? task docusaurus deploy @unknown"], tier: 3 },
    { run: "http-server -p 8080 dist", does: ["execute? workspace-code http-server"], tier: 1 },
  ],
};

const READS = new Set(wordsOf("info telemetry check version help lint list inspect doctor events"));
const CHANGES = new Set(
  wordsOf("add create init new generate g scaffold sync prepare upgrade clean cleanup update i18n eject"),
);

const FRAMEWORK_VALUES = wordsOf(
  `${BUNDLER.values} ${BUNDLER.outputs} ${BUNDLER.configuration} -A --app -H --bind -b --loader --workers -w -k`,
);

/** Frameworks with subcommands: what the first operand says. */
function framework(command: Command, scene: Scene): Finding | undefined {
  const options = parseOptions(command.args, { exact: true, values: FRAMEWORK_VALUES });
  const by = command.source;
  /** Capistrano shares its name with Capacitor: `cap production deploy` names a stage and then a task. */
  const isCapistrano = command.program === "cap" && options.operands.length > 1;
  const said = options.operands.slice(0, isCapistrano ? 4 : 1).map((word) => word.text ?? "?");
  if (isCapistrano && classOfName(said.join(" ")) !== "ordinary")
    return namedTask(scene, "cap", said.join(" "), by);
  const verb = said[0] ?? "";
  if (READS.has(verb)) return NOTHING;
  if (CHANGES.has(verb))
    return act("change", scene, { kind: "source", name: `${command.program} ${verb}`, by });
  if (/^[\w:-]+$/.test(verb) && classOfName(verb) !== "ordinary")
    return namedTask(scene, command.program, verb, by);
  const shared = options.values("-b", "--bind", "--host", "-H").some((word) => word.text === "0.0.0.0");
  return shared ? combine(runsCode(scene, command.program, by), listens(scene, by)) : undefined;
}

/** A development server that the local network can reach: shown, not asked. */
function listens(scene: Scene, by: string): Finding {
  const here = scene.place.host === undefined;
  return found(
    here
      ? [
          effect({
            verb: "expose",
            kind: "port",
            name: "0.0.0.0",
            environment: "local",
            reversibility: "R1",
            by,
          }),
        ]
      : [],
  );
}
