/** Programming interfaces by host, so that a person reads a name, not an address. The longest suffix counts. */
const HOSTS: readonly (readonly [string, string])[] = [
  ["api.github.com", "github"],
  ["uploads.github.com", "github"],
  ["gitlab.com", "gitlab"],
  ["api.bitbucket.org", "bitbucket"],
  ["backboard.railway.app", "railway"],
  ["backboard.railway.com", "railway"],
  ["api.vercel.com", "vercel"],
  ["api.netlify.com", "netlify"],
  ["api.machines.dev", "fly"],
  ["api.fly.io", "fly"],
  ["api.heroku.com", "heroku"],
  ["api.render.com", "render"],
  ["api.cloudflare.com", "cloudflare"],
  ["api.digitalocean.com", "digitalocean"],
  ["api.hetzner.cloud", "hetzner"],
  ["api.linode.com", "linode"],
  ["api.supabase.com", "supabase"],
  ["supabase.co", "supabase"],
  ["console.neon.tech", "neon"],
  ["api.planetscale.com", "planetscale"],
  ["api.turso.tech", "turso"],
  ["api.stripe.com", "stripe"],
  ["api.paypal.com", "paypal"],
  ["api-m.paypal.com", "paypal"],
  ["connect.squareup.com", "square"],
  ["slack.com", "slack"],
  ["hooks.slack.com", "slack"],
  ["discord.com", "discord"],
  ["api.telegram.org", "telegram"],
  ["api.twilio.com", "twilio"],
  ["api.sendgrid.com", "sendgrid"],
  ["api.mailgun.net", "mailgun"],
  ["api.postmarkapp.com", "postmark"],
  ["api.resend.com", "resend"],
  ["graph.microsoft.com", "microsoft"],
  ["api.linear.app", "linear"],
  ["api.notion.com", "notion"],
  ["atlassian.net", "atlassian"],
  ["api.trello.com", "trello"],
  ["api.airtable.com", "airtable"],
  ["sentry.io", "sentry"],
  ["api.datadoghq.com", "datadog"],
  ["api.pagerduty.com", "pagerduty"],
  ["app.launchdarkly.com", "launchdarkly"],
  ["auth0.com", "auth0"],
  ["okta.com", "okta"],
  ["myshopify.com", "shopify"],
  ["googleapis.com", "google"],
  ["amazonaws.com", "aws"],
  ["management.azure.com", "azure"],
  ["cloud.mongodb.com", "mongodb-atlas"],
  ["registry.npmjs.org", "npm"],
  ["upload.pypi.org", "pypi"],
  ["hub.docker.com", "dockerhub"],
  ["api.openai.com", "openai"],
  ["api.anthropic.com", "anthropic"],
  ["openrouter.ai", "openrouter"],
  ["api.mistral.ai", "mistral"],
  ["api.groq.com", "groq"],
  ["generativelanguage.googleapis.com", "google-ai"],
  ["api.cohere.com", "cohere"],
];

/** Hosts where a POST asks a model something: nothing there changes. */
const MODELS = new Set(["openai", "anthropic", "openrouter", "mistral", "groq", "google-ai", "cohere"]);
/** Hosts where what arrives is sent on to people or moves money. */
const SENDS = new Set([
  "slack",
  "discord",
  "telegram",
  "twilio",
  "sendgrid",
  "mailgun",
  "postmark",
  "resend",
  "stripe",
  "paypal",
  "square",
  "pagerduty",
]);

/** The short name of the service behind a host; `http` when it is none that we know. */
export function serviceOf(host: string): string {
  const lower = host.toLowerCase().replace(/:\d+$/, "");
  const best = HOSTS.filter(([suffix]) => lower === suffix || lower.endsWith(`.${suffix}`)).sort(
    ([a], [b]) => b.length - a.length,
  )[0];
  return best?.[1] ?? "http";
}

/** True when a POST to the service only computes an answer. */
export function onlyAnswers(service: string, path: string): boolean {
  if (MODELS.has(service))
    return /(completions|messages|embeddings|responses|generateContent|countTokens|chat|moderations|rerank)/.test(
      path,
    );
  return false;
}

/** True when what is posted reaches people or money at once. */
export function sendsOn(service: string): boolean {
  return SENDS.has(service);
}
