import type { CapturedChange } from "../../src/analyzers/captured.ts";

/** What else is known of a change, beyond its kind and path. */
export type Parts = Partial<Omit<CapturedChange, "path" | "kind">>;
/** `VERB PATH`, the path absolute, `~/…`, or relative to the workspace; a folder ends with a slash. */
export type Row = readonly [change: string, parts?: Parts];

/** What ordinary commands were seen to write beside their work. */
export const ORDINARY: Readonly<Record<string, readonly (string | Row)[]>> = {
  "npm ci": [
    "create ~/.npm/_logs/2026-01-01T00_00_00_000Z-debug-0.log",
    "delete ~/.npm/_logs/old.log",
    "create ~/.npm/_cacache/content-v2/sha512/aa/bb/cc",
    "create ~/.npm/_update-notifier-last-checked",
  ],
  "npx create-vite": [
    ["create ~/.npm/_npx/1415fe96/", { entries: 900, inside: [] }],
    "create ~/.config/configstore/update-notifier-npm-check.json",
  ],
  "pnpm install": [
    ["create ~/.local/share/pnpm/store/v10/", { entries: 3000, inside: [] }],
    "create ~/.cache/pnpm/metadata/registry/x.json",
    "modify ~/.local/state/pnpm/pnpm-state.json",
  ],
  "yarn install": [
    "create ~/.yarn/berry/cache/lodash-npm-4.zip",
    "create ~/.cache/yarn/v6/x",
    "modify ~/.yarn/berry/index/x",
  ],
  "bun install": ["create ~/.bun/install/cache/react@18.npm"],
  "next build": ["create ~/.config/nextjs-nodejs/config.json"],
  "npx playwright install": [["create ~/.cache/ms-playwright/chromium-1140/", { entries: 300, inside: [] }]],
  "npx cypress run": [
    ["create ~/.cache/Cypress/13/", { entries: 400, inside: [] }],
    "create ~/.config/Cypress/cy/production/cache",
  ],
  "node (REPL)": ["create ~/.node_repl_history", ["modify ~/.node_repl_history", { bytes: 90 }]],
  "pip install": [
    "create ~/.cache/pip/http-v2/a/b/c",
    "create ~/.cache/pip/selfcheck/x.json",
    [
      "create .venv/",
      {
        entries: 900,
        inside: [
          {
            path: "/home/dev/project/.venv/bin/python3",
            type: "link",
            mode: 0o777,
            target: "/usr/bin/python3",
          },
          {
            path: "/home/dev/project/.venv/bin/python",
            type: "link",
            mode: 0o777,
            target: "/home/dev/project/.venv/bin/python3",
          },
        ],
      },
    ],
  ],
  "python (REPL)": [
    ["modify ~/.python_history", { bytes: 4_000, before: { type: "file", entries: 1, bytes: 3_900 } }],
  ],
  ipython: ["modify ~/.ipython/profile_default/history.sqlite"],
  "jupyter nbconvert": ["create ~/.local/share/jupyter/runtime/kernel-1.json"],
  "uv sync": [
    "create ~/.cache/uv/wheels-v5/x",
    [
      "create ~/.local/share/uv/python/cpython-3.13.1-linux-x86_64-gnu/",
      {
        entries: 3,
        inside: [
          {
            path: "/home/dev/.local/share/uv/python/cpython-3.13.1-linux-x86_64-gnu/bin",
            type: "directory",
            mode: 0o755,
          },
          {
            path: "/home/dev/.local/share/uv/python/cpython-3.13.1-linux-x86_64-gnu/bin/python3.13",
            type: "file",
            mode: 0o755,
          },
        ],
      },
    ],
  ],
  "poetry install": ["create ~/.cache/pypoetry/cache/x", "create ~/.local/share/virtualenv/py_info/1/x.json"],
  "conda activate": ["modify ~/.conda/environments.txt"],
  "cargo build": [
    "modify ~/.cargo/.package-cache",
    "modify ~/.cargo/.global-cache",
    ["create ~/.cargo/registry/src/index.crates.io/serde-1/", { entries: 50, inside: [] }],
    "create ~/.cargo/git/db/x/HEAD",
  ],
  "rustup check": ["create ~/.rustup/tmp/x", "create ~/.rustup/update-hashes/stable"],
  "go build": [
    [
      "create ~/go/",
      {
        entries: 3,
        inside: [
          { path: "/home/dev/go/pkg", type: "directory", mode: 0o755 },
          { path: "/home/dev/go/pkg/mod", type: "directory", mode: 0o755 },
        ],
      },
    ],
    "create ~/go/pkg/mod/cache/download/x",
    "create ~/.cache/go-build/aa/x",
    "modify ~/.config/go/telemetry/local/x.count",
  ],
  "./gradlew test": [
    "create ~/.gradle/caches/modules-2/x.jar",
    "create ~/.gradle/daemon/8.5/registry.bin",
    [
      "create ~/.gradle/wrapper/dists/gradle-8.5-bin/",
      {
        entries: 2,
        inside: [
          { path: "/home/dev/.gradle/wrapper/dists/gradle-8.5-bin/gradle", type: "file", mode: 0o755 },
        ],
      },
    ],
    ["create ~/.gradle/native/x/libnative-platform.so", { seen: { mode: 0o755 } }],
  ],
  "mvn test": [
    "create ~/.m2/repository/junit/junit/4/junit.jar",
    "create ~/.m2/wrapper/dists/apache-maven-3.9/hash/x",
  ],
  "sbt compile": [
    "create ~/.ivy2/cache/x",
    "create ~/.cache/coursier/v1/x",
    "create ~/.sbt/boot/sbt.boot.lock",
  ],
  kotlinc: ["create ~/.kotlin/daemon/x.run"],
  "dotnet build": [
    "create ~/.dotnet/8.0.100.dotnetFirstUseSentinel",
    "create ~/.dotnet/TelemetryStorageService/x.trn",
    "create ~/.nuget/packages/x/1/x.nupkg",
    "create ~/.local/share/NuGet/http-cache/x",
    "create ~/.templateengine/dotnetcli/v8/x.json",
  ],
  "gradlew assembleDebug": [
    "create ~/.android/debug.keystore",
    "create ~/.android/analytics.settings",
    "create ~/.android/cache/x",
  ],
  "flutter test": ["create ~/.pub-cache/hosted/pub.dev/x/x.dart", "create ~/.dartServer/.analysis-driver/x"],
  "swift build": ["create ~/.swiftpm/cache/x", "create ~/.cache/org.swift.swiftpm/x"],
  "bundle install": ["create ~/.bundle/cache/compact_index/x", "create ~/.gem/specs/x"],
  irb: ["modify ~/.irb_history"],
  "composer install": ["create ~/.cache/composer/repo/x", "create ~/.composer/cache/x"],
  "mix deps.get": ["modify ~/.hex/cache.ets", "create ~/.hex/packages/x.tar"],
  "stack build": ["create ~/.stack/pantry/x", "create ~/.cabal/packages/x"],
  "julia -e": ["create ~/.julia/compiled/v1.10/x.ji", "create ~/.julia/logs/manifest_usage.toml"],
  "R -e": ["create ~/.Rhistory"],
  "make (ccache)": ["create ~/.ccache/a/b", "create ~/.cache/sccache/x"],
  "bazel build": [["create ~/.cache/bazel/_bazel_dev/x/", { entries: 100, inside: [] }]],
  "git commit": [
    "modify .git/index",
    "create .git/objects/aa/bb",
    "modify .git/logs/HEAD",
    "modify .git/refs/heads/main",
    "create .git/COMMIT_EDITMSG",
  ],
  "git fetch over ssh": [
    [
      "modify ~/.ssh/known_hosts",
      {
        seen: {
          mode: 0o600,
          before: "a.example ssh-ed25519 AAAA\n",
          after: "a.example ssh-ed25519 AAAA\ngithub.com ssh-ed25519 BBBB\n",
        },
      },
    ],
    "create ~/.ssh/known_hosts.old",
    "create .git/FETCH_HEAD",
  ],
  "git push -u": [
    [
      "modify .git/config",
      {
        seen: {
          mode: 0o644,
          before: "[core]\n\tbare = false\n",
          after: '[core]\n\tbare = false\n[branch "x"]\n\tremote = origin\n\tmerge = refs/heads/x\n',
        },
      },
    ],
    "create .git/refs/remotes/origin/x",
  ],
  "git merge --continue": [
    "delete .git/MERGE_HEAD",
    "delete .git/MERGE_MSG",
    "delete .git/MERGE_MODE",
    "delete .git/AUTO_MERGE",
  ],
  "git rebase --continue": ["delete .git/REBASE_HEAD", ["delete .git/rebase-merge/", { entries: 15 }]],
  "git branch -D x": [
    "delete .git/refs/heads/x",
    "delete .git/logs/refs/heads/x",
    ["modify .git/config", { seen: { mode: 0o644, before: '[branch "x"]\n\tremote = origin\n', after: "" } }],
  ],
  "git stash drop": [
    ["delete .git/refs/stash"],
    ["delete .git/logs/refs/stash", { seen: { mode: 0, before: "000 111 A <a@b> 1 +0000\tWIP on main\n" } }],
  ],
  "git gc": [
    "create .git/objects/pack/pack-1.pack",
    "delete .git/objects/pack/pack-0.pack",
    ["delete .git/objects/aa/", { entries: 3 }],
    "create .git/packed-refs",
    "delete .git/refs/heads/main",
    ["modify .git/logs/HEAD", { bytes: 10, before: { type: "file", entries: 1, bytes: 900 } }],
  ],
  "git init": [
    [
      "create .git/",
      {
        entries: 30,
        inside: [
          { path: "/home/dev/project/.git/hooks/pre-commit.sample", type: "file", mode: 0o755 },
          {
            path: "/home/dev/project/.git/config",
            type: "file",
            mode: 0o644,
            after: "[core]\n\trepositoryformatversion = 0\n\tfilemode = true\n",
          },
        ],
      },
    ],
  ],
  "git clone": [
    [
      "create other/",
      {
        entries: 40,
        inside: [
          { path: "/home/dev/project/other/.git", type: "directory", mode: 0o755 },
          {
            path: "/home/dev/project/other/.git/config",
            type: "file",
            mode: 0o644,
            after: '[core]\n\tbare = false\n[remote "origin"]\n\turl = https://github.com/a/b\n',
          },
          { path: "/home/dev/project/other/.vscode/settings.json", type: "file", mode: 0o644 },
          { path: "/home/dev/project/other/.husky/pre-commit", type: "file", mode: 0o755 },
        ],
      },
    ],
  ],
  "git submodule update": [
    [
      "create .git/modules/x/",
      {
        entries: 20,
        inside: [
          {
            path: "/home/dev/project/.git/modules/x/config",
            type: "file",
            mode: 0o644,
            after: "[core]\n\tworktree = ../../../x\n",
          },
        ],
      },
    ],
  ],
  "git lfs install --local (again)": [
    [
      "metadata .git/hooks/pre-push",
      {
        attributes: {
          before: { mode: 0o755, uid: 1, gid: 1 },
          after: { mode: 0o755, uid: 1, gid: 1 },
          extended: false,
        },
      },
    ],
  ],
  vim: [
    "modify ~/.viminfo",
    "create ~/.vim/swap/x.swp",
    "create ~/.vim/undo/%home%dev%x",
    "create ~/.local/state/nvim/shada/main.shada",
    "create ~/.local/share/nvim/swap/x.swp",
  ],
  less: ["create ~/.lesshst", "create ~/.local/state/lesshst"],
  psql: ["modify ~/.psql_history"],
  "sqlite3, mysql, redis-cli": [
    "create ~/.sqlite_history",
    "modify ~/.mysql_history",
    "modify ~/.rediscli_history",
  ],
  mongosh: [
    "modify ~/.mongodb/mongosh/mongosh_repl_history",
    "create ~/.mongodb/mongosh/65a1b2c3d4e5f60718293a4b_log",
  ],
  wget: ["create ~/.wget-hsts"],
  "docker build": [
    "create ~/.docker/buildx/activity/default",
    "create ~/.docker/buildx/.lock",
    "create ~/.docker/.token_seed",
  ],
  "kubectl get pods": ["create ~/.kube/cache/discovery/x/servergroups.json"],
  "helm template": ["create ~/.cache/helm/repository/x-index.yaml"],
  "aws s3 ls": ["create ~/.aws/cli/cache/abc.json", "create ~/.aws/sso/cache/abc.json"],
  "gcloud auth list": [
    "create ~/.config/gcloud/logs/2026.01.01/x.log",
    "modify ~/.config/gcloud/access_tokens.db",
    "create ~/.config/gcloud/.last_update_check.json",
  ],
  "az account show": [
    "modify ~/.azure/msal_token_cache.json",
    "create ~/.azure/commandIndex.json",
    "create ~/.azure/logs/x.log",
  ],
  "terraform plan": [
    "create ~/.terraform.d/checkpoint_cache",
    "create ~/.terraform.d/checkpoint_signature",
    ["create .terraform/", { entries: 10, inside: [] }],
  ],
  "pulumi preview": ["create ~/.pulumi/.cachedVersionInfo", "create ~/.pulumi/logs/x"],
  "ansible-playbook": ["create ~/.ansible/tmp/x"],
  "gh pr list": [
    "create ~/.cache/gh/x",
    "create ~/.local/state/gh/state.yml",
    "create ~/.config/gh/state.yml",
  ],
  "brew list": ["create ~/.cache/Homebrew/api/formula.jws.json"],
  "gpg --verify": [
    "modify ~/.gnupg/trustdb.gpg",
    "create ~/.gnupg/.#lk0x1.host.12",
    ["create ~/.gnupg/S.gpg-agent", { type: "other" }],
  ],
  code: ["create ~/.vscode-server/data/logs/x/remoteagent.log"],
  "a first configuration folder": [
    [
      "create ~/.config/",
      {
        entries: 3,
        inside: [
          { path: "/home/dev/.config/configstore", type: "directory", mode: 0o700 },
          { path: "/home/dev/.config/configstore/nodemon.json", type: "file", mode: 0o600 },
        ],
      },
    ],
    "create ~/.local/",
  ],
  "a moved folder": [
    ["create lib/", { entries: 9, inside: [], movedFrom: "/home/dev/project/src" }],
    ["delete src/", { entries: 9, movedTo: "/home/dev/project/lib" }],
  ],
  "a moved file": [
    ["create b", { movedFrom: "/home/dev/project/a" }],
    ["delete a", { movedTo: "/home/dev/project/b" }],
  ],
  "npm install": [
    ["create node_modules/", { entries: 12_000, inside: [] }],
    "create node_modules/x/.vscode/settings.json",
    "create node_modules/x/.husky/pre-commit",
  ],
  "touch of a hook": [
    [
      "metadata .husky/_/pre-commit",
      {
        attributes: {
          before: { mode: 0o755, uid: 0, gid: 0 },
          after: { mode: 0o755, uid: 0, gid: 0 },
          extended: false,
        },
      },
    ],
  ],
  "git checkout": [["delete src/", { entries: 9 }], "create docs.md"],
};
