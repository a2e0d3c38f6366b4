import { wordsOf } from "./deeds.ts";

/**
 * Packages of the npm registry that are well-known developer tools: `npx NAME` runs them, so they are judged as
 * the programs that they are. Anything else that `npx` would fetch is code that nobody here has read.
 */
const NPM_TOOLS: ReadonlySet<string> = new Set(
  wordsOf(`
  acorn all-contributors-cli allure-commandline amplify ampx ava babel backstage-cli biome browserslist bun c8 cap 
  cdk cdktf cdk8s changeset changelogen check-dependency-version-consistency chokidar chromatic clasp claude clean-css-cli codex
  commitizen commitlint concurrently conventional-changelog convex copyfiles cpx cpy cross-env cross-env-shell csso
  cspell cucumber-js cz cypress danger del del-cli depcheck depcruise detox dotenv dpdm drizzle-kit dts-bundle-generator eas
  ejs electron electron-builder electron-forge elm env-cmd esbuild eslint eslint_d expo firebase fkill flow gatsby
  gemini gh-pages git-cliff gitmoji graphile-migrate graphql-code-generator graphql-codegen grunt gulp gts hardhat
  heroku html-minifier html-validate htmlhint http-server husky i18next is-ci jasmine javascript-obfuscator jest
  js-beautify jscodeshift jscpd jsdoc jsdoc2md json json-server json2ts jsonlint karma kill-port knex knip ladle
  lage lefthook lerna less lessc license-checker lighthouse lint-staged linkinator lite-server live-server localtunnel
   lt madge make-dir markdown-toc markdownlint markdownlint-cli2 marked marp maildev mikro-orm mintlify mjml mkdirp
  mocha mochawesome msw mprocs ncc ncp ncu neonctl nest netlify ng ng-packagr ngrok node-gyp node-pg-migrate nodemon
  npkill npm npm-check npm-run-all npm-run-all2 nps ntl nuxi nuxt nx nyc onchange openapi-generator-cli openapi-typescript
  openapi-zod-client oxfmt oxlint parcel patch-package pino-pretty playwright pkg pkgroll plop pm2 pnpm postcss prettier pretty-quick prisma
  publint pulumi pug purgecss pyright quicktype qunit quasar railway react-native react-scripts react-router redocly
  relay-compiler release-it remix remark renovate replace rescript rimraf rolldown rollup rspack run-p run-s
  sanity sass sb semantic-release sentry-cli sequelize sequelize-cli serve serverless shadcn shadcn-ui shx simple-git-hooks
  size-limit sls snowpack sort-package-json source-map-explorer spectral sst standard start-server-and-test storybook stryker
  stylelint supabase surge svelte-check svelte-kit svgo swagger-cli swagger-typescript-api swc syncpack tailwindcss tap tape
  taze terser testcafe ts-node ts-node-dev ts-prune ts-to-zod ts-unused-exports tsc tsc-alias tsc-watch tsdown tslint
  tsd tsoa tsup tsx turbo tree-cli typedoc typeorm typescript uglifyjs uvu vercel vite vite-bundle-visualizer
  vite-node vitepress vitest vsce vue-cli-service vue-tsc vuepress wait-on wait-port wdio web-ext webpack webpack-bundle-analyzer
  webpack-cli wireit wp-env wp-scripts wrangler wscat xo yalc yaml-lint yarn yo zx aws-cdk asc attw are-the-types-wrong
  stripe auto-changelog axe bundlesize bundlewatch create-react-app degit tiged firebase-tools forever  
  install-peerdeps next next-sitemap np orval pa11y pa11y-ci prettier-eslint protoc-gen-ts puppeteer
  sirv sku solhint solc standard-version style-dictionary tailwind truffle tsc-files tsx-watch tstyche type-coverage
  typechain typesync ultra updates vue yaml2json zenstack kysely-codegen payload astro lingui formatjs i18next-parser
  only-allow envinfo update-browserslist-db unimported cost-of-modules skott license-report jsr tauri ionic
  next-codemod svelte-migrate manypkg tsgo eslint-config-prettier pnpify
  openapi npm-groovy-lint dprint buf mcp-inspector qwen opencode copilot
  `),
);

/** The program that a package brings, where the two names differ. */
const PROGRAM_OF: ReadonlyMap<string, string> = new Map([
  ["typescript", "tsc"],
  ["@angular/cli", "ng"],
  ["@nestjs/cli", "nest"],
  ["@biomejs/biome", "biome"],
  ["@playwright/test", "playwright"],
  ["@openapitools/openapi-generator-cli", "openapi-generator-cli"],
  ["@redocly/cli", "redocly"],
  ["@stoplight/spectral-cli", "spectral"],
  ["@changesets/cli", "changeset"],
  ["@storybook/cli", "storybook"],
  ["@tailwindcss/cli", "tailwindcss"],
  ["@anthropic-ai/claude-code", "claude"],
  ["@openai/codex", "codex"],
  ["@google/gemini-cli", "gemini"],
  ["@qwen-code/qwen-code", "qwen"],
  ["@github/copilot", "copilot"],
  ["opencode-ai", "opencode"],
  ["@sentry/cli", "sentry-cli"],
  ["@railway/cli", "railway"],
  ["@capacitor/cli", "cap"],
  ["@vscode/vsce", "vsce"],
  ["@google/clasp", "clasp"],
  ["@commitlint/cli", "commitlint"],
  ["@cucumber/cucumber", "cucumber-js"],
  ["@graphql-codegen/cli", "graphql-codegen"],
  ["@swc/cli", "swc"],
  ["@babel/cli", "babel"],
  ["@lhci/cli", "lhci"],
  ["@arethetypeswrong/cli", "attw"],
  ["@mikro-orm/cli", "mikro-orm"],
  ["@stryker-mutator/core", "stryker"],
  ["@vue/cli", "vue"],
  ["@vue/cli-service", "vue-cli-service"],
  ["@wordpress/env", "wp-env"],
  ["@wordpress/scripts", "wp-scripts"],
  ["@modelcontextprotocol/inspector", "mcp-inspector"],
  ["@aws-amplify/backend-cli", "ampx"],
  ["@aws-amplify/cli", "amplify"],
  ["@remix-run/dev", "remix"],
  ["@react-router/dev", "react-router"],
  ["@rspack/cli", "rspack"],
  ["@sanity/cli", "sanity"],
  ["@bufbuild/buf", "buf"],
  ["@mermaid-js/mermaid-cli", "mmdc"],
  ["@marp-team/marp-cli", "marp"],
  ["@apidevtools/swagger-cli", "swagger-cli"],
  ["@rollup/cli", "rollup"],
  ["@lingui/cli", "lingui"],
  ["@formatjs/cli", "formatjs"],
  ["@dotenvx/dotenvx", "dotenvx"],
  ["@vercel/ncc", "ncc"],
  ["@microsoft/api-extractor", "api-extractor"],
  ["@electron-forge/cli", "electron-forge"],
  ["@wdio/cli", "wdio"],
  ["aws-cdk", "cdk"],
  ["firebase-tools", "firebase"],
  ["netlify-cli", "netlify"],
  ["vercel", "vercel"],
  ["eas-cli", "eas"],
  ["expo-cli", "expo"],
  ["npm-check-updates", "ncu"],
  ["markdownlint-cli", "markdownlint"],
  ["webpack-cli", "webpack"],
  ["less", "lessc"],
  ["dependency-cruiser", "depcruise"],
  ["dotenv-cli", "dotenv"],
  ["npm-run-all2", "npm-run-all"],
  ["del-cli", "del"],
  ["chokidar-cli", "chokidar"],
  ["uglify-js", "uglifyjs"],
  ["nuxi", "nuxi"],
  ["stripe-cli", "stripe"],
  ["localtunnel", "lt"],
  ["shadcn-ui", "shadcn"],
  ["cdktf-cli", "cdktf"],
  ["make-dir-cli", "make-dir"],
  ["@yarnpkg/sdks", "sdks"],
  ["@yarnpkg/doctor", "yarn-doctor"],
  ["@yarnpkg/pnpify", "pnpify"],
  ["@yarnpkg/builder", "yarn-builder"],
  ["@next/codemod", "next-codemod"],
  ["@tauri-apps/cli", "tauri"],
  ["@ionic/cli", "ionic"],
  ["@manypkg/cli", "manypkg"],
  ["@typescript/native-preview", "tsgo"],
  ["@cyclonedx/cyclonedx-npm", "cyclonedx-npm"],
]);

/**
 * The program that `npx PACKAGE` would run when it is a well-known tool; `undefined` for every other package.
 * `name` comes without a version.
 */
export function npmTool(name: string): string | undefined {
  const program = PROGRAM_OF.get(name);
  if (program !== undefined) return program;
  return NPM_TOOLS.has(name) ? name : undefined;
}

/** Initialisers (`npm create NAME`, `npx create-NAME`) that write a new project from a template of their own. */
const INITIALISERS: ReadonlySet<string> = new Set(
  wordsOf(`
  vite next-app react-app vue svelte sv astro nuxt nuxt-app t3-app expo expo-app remix react-router electron-app electron-vite
  solid qwik hono elysia fastify strapi-app strapi payload-app docusaurus vitepress storybook playwright wp-project tauri-app
  turbo nx-workspace lit preact rsbuild rspack react-native-app react-native-library medusa-app redwood-app convex cloudflare tsrouter-app
  tanstack-app tanstack sanity discord-bot gatsby express-app typescript-app node-app eslint-config eslint @eslint/config @vitejs/app
  @nestjs/app @tauri-apps/app @angular vuepress rslib waku video web-ext prisma llama mcp-server
  `),
);

/** True for the initialisers of well-known frameworks. `name` comes without `create-` and version. */
export function isInitialiser(name: string): boolean {
  return INITIALISERS.has(name);
}

/** Packages of PyPI that are well-known developer tools: `uvx NAME` and `pipx run NAME` run them. */
const PYTHON_TOOLS: ReadonlySet<string> = new Set(
  wordsOf(`
  ruff black isort flake8 mypy pylint pyright basedpyright pytest tox nox coverage bandit vulture radon pydocstyle autopep8 yapf
  pyupgrade autoflake codespell pre-commit cookiecutter copier httpie http https poetry pdm hatch uv twine build pip pip-audit pip-tools
  pip-compile pip-sync safety djlint sqlfluff mkdocs sphinx-build sphinx-quickstart jupyter jupyter-lab jupyterlab
  notebook nbconvert ipython marimo streamlit gradio uvicorn gunicorn hypercorn flask django-admin fastapi celery
  yamllint ansible-lint cfn-lint checkov semgrep deptry interrogate refurb ty pyrefly pylsp commitizen cz bump2version
  bumpver towncrier pyinstaller nuitka maturin cibuildwheel check-manifest validate-pyproject pytest-watch ptw locust
  datamodel-codegen grip tldr yt-dlp cloc pgcli litecli mycli vermin monkeytype pyproject-build aider pycodestyle
  `),
);

/** The program that `uvx PACKAGE` would run when it is a well-known tool; `undefined` otherwise. */
export function pythonTool(name: string): string | undefined {
  const plain = name
    .toLowerCase()
    .replace(/\[.*\]$/, "")
    .replace(/(==|>=|@).*$/, "");
  return PYTHON_TOOLS.has(plain) ? plain : undefined;
}
