import type { Analyzer, Command, Finding, Scene } from "../analyzer.ts";
import { judgeGrammar } from "../cloud/grammar.ts";
import { SAAS } from "../cloud/saas-tools.ts";
import { found, NOTHING } from "../effects.ts";

export const analyzer: Analyzer = {
  name: "saas",
  title: "Services: payments, messages, monitoring, flags, tunnels",
  about:
    "Stripe, Twilio, Slack, Shopify, Auth0, Sentry, LaunchDarkly, PagerDuty, Datadog, ngrok and others. What is sent or paid does not come back; a tunnel opens this machine to others.",
  programs: Object.keys(SAAS),
  analyze,
  examples: [
    { run: "stripe customers list", does: [], tier: 0 },
    {
      run: "stripe listen --forward-to localhost:3000/webhook",
      does: ["execute stripe.local listen"],
      tier: 1,
    },
    {
      run: "stripe trigger payment_intent.succeeded",
      does: ["execute stripe.test payment_intent.succeeded @development"],
      tier: 1,
    },
    {
      run: "stripe refunds create --charge ch_1 --live",
      does: ["send stripe.payment ch_1 @production"],
      tier: 4,
    },
    {
      run: "twilio api:core:messages:create --to +49 --body hi",
      does: ["send twilio.message +49 @unknown"],
      tier: 4,
    },
    { run: "sentry-cli releases list", does: [], tier: 0 },
    { run: "sentry-cli releases delete 1.0", does: ["delete sentry.release 1.0 @unknown"], tier: 4 },
    { run: "ngrok http 3000", does: ["expose ngrok.tunnel 3000 @unknown"], tier: 3 },
    { run: "cloudflared tunnel list", does: [], tier: 0 },
    { run: "auth0 users delete u1", does: ["delete auth0.object u1 @unknown"], tier: 4 },
    { run: "shopify theme dev", does: ["execute shopify.local theme dev"], tier: 1 },
    {
      run: "ldcli flags toggle-off --flag new-ui --environment production",
      does: ["change launchdarkly.flag new-ui @production"],
      tier: 3,
    },
  ],
};

function analyze(command: Command, scene: Scene): Finding {
  const grammar = SAAS[command.program];
  if (grammar === undefined) return NOTHING;
  const finding = judgeGrammar(command, scene, grammar);
  const live = command.args.some((word) => word.text === "--live");
  return found(
    finding.effects.map((one) => {
      if (one.resource.kind === "stripe.test")
        return {
          ...one,
          resource: {
            ...one.resource,
            environment: live ? ("production" as const) : ("development" as const),
          },
        };
      return live ? { ...one, resource: { ...one.resource, environment: "production" as const } } : one;
    }),
  );
}
