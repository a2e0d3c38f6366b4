import type { Analyzer, Command, Finding, Scene } from "../analyzer.ts";
import { judgeGrammar } from "../cloud/grammar.ts";
import { HOSTING } from "../cloud/hosting-tools.ts";
import { targetOf } from "../cloud/target.ts";
import { effect, found, NOTHING } from "../effects.ts";
import { parseOptions } from "../options.ts";

/** Other names of the same programs. */
const SAME: Readonly<Record<string, string>> = {
  sls: "serverless",
  osls: "serverless",
  vc: "vercel",
  now: "vercel",
  ntl: "netlify",
  flyctl: "fly",
  "firebase-tools": "firebase",
};

export const analyzer: Analyzer = {
  name: "serverless",
  title: "Hosting platforms: Serverless, Cloudflare, Vercel, Netlify, Fly, Heroku, Railway, Render, Firebase",
  about:
    "Listing, logs, local servers and emulators pass. Deployments change what others use; deleting a project, app, volume or database is named with what goes with it.",
  programs: [...Object.keys(HOSTING), ...Object.keys(SAME)],
  analyze,
  examples: [
    { run: "vercel ls", does: [], tier: 0 },
    { run: "vercel dev", does: ["execute vercel.local dev"], tier: 1 },
    { run: "vercel --prod", does: ["change vercel.production . @production"], tier: 3 },
    { run: "vercel", does: ["change vercel.deployment . @unknown"], tier: 3 },
    {
      run: "vercel env rm DATABASE_URL production -y",
      does: ["delete vercel.environment-variable DATABASE_URL @production"],
      tier: 4,
    },
    { run: "netlify deploy --prod", does: ["change netlify.production * @unknown"], tier: 3 },
    { run: "fly apps destroy api --yes", does: ["delete fly.app api @unknown"], tier: 4 },
    { run: "fly logs -a api", does: [], tier: 0 },
    {
      run: "heroku pg:reset DATABASE_URL --app api-prod --confirm api-prod",
      does: ["replace heroku.postgres DATABASE_URL @production"],
      tier: "X",
    },
    { run: "heroku logs --tail -a api", does: [], tier: 0 },
    { run: "heroku config -a api", does: ["read heroku.secret api @unknown"], tier: 2 },
    { run: "railway volume delete", does: ["delete railway.volume * @unknown"], tier: 4 },
    { run: "wrangler dev", does: ["execute cloudflare.local dev"], tier: 1 },
    { run: "wrangler d1 delete app-db -y", does: ["delete cloudflare.d1.database app-db @unknown"], tier: 4 },
    {
      run: "firebase emulators:start --only firestore",
      does: ["execute firebase.local emulators:start"],
      tier: 1,
    },
    {
      run: "firebase firestore:delete --all-collections --project prod",
      does: ["delete firebase.firestore prod @production"],
      tier: 4,
    },
    { run: "serverless remove --stage prod", does: ["delete serverless.service prod @production"], tier: 4 },
    { run: "sls offline start", does: ["execute serverless.local offline start"], tier: 1 },
  ],
};

/** Deploying is what these do without a subcommand. */
const DEPLOYS_ALONE = new Set(["vercel", "serverless"]);

function analyze(command: Command, scene: Scene): Finding {
  const program = SAME[command.program] ?? command.program;
  const grammar = HOSTING[program];
  if (grammar === undefined) return NOTHING;
  const options = parseOptions(command.args, {
    exact: true,
    values: grammar.values,
    long: grammar.flags?.filter((name) => name.startsWith("--")) ?? [],
  });
  const help = options.has("--help", "-h", "--version", "-v");
  if (DEPLOYS_ALONE.has(program) && options.operands.length === 0 && !help) {
    const production = options.has("--prod");
    const names = [
      ...options.values(...(grammar.names ?? [])).map((word) => word.text),
      production ? "production" : undefined,
    ];
    const { environment } = targetOf(undefined, names, scene);
    return found([
      effect({
        verb: "change",
        kind: `${grammar.tool}.${production ? "production" : "deployment"}`,
        name: ".",
        environment,
        reversibility: "R1",
        by: command.source,
      }),
    ]);
  }
  return judgeGrammar(command, scene, grammar);
}
