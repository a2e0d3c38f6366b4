/** A form that one kind of secret has. */
export interface SecretPattern {
  readonly kind: string;
  /**
   * Global. If it has a group `secret`, only that part is replaced. To stay linear on hostile input, it either
   * begins with fixed text and fails within a bounded number of characters, or it starts only at the edge of
   * a run of the characters that it repeats.
   */
  readonly pattern: RegExp;
}

/**
 * Secrets that can be told by their own form, as the providers document it: the prefixes were made for that.
 * Identifiers that merely look alike (account ids, call ids, digests) are not here.
 */
export const PROVIDER_SECRETS: readonly SecretPattern[] = [
  { kind: "aws-access-key", pattern: /(?<![A-Za-z0-9])(?:AKIA|ASIA|ABIA|ACCA)[A-Z2-7]{16}(?![A-Za-z0-9])/g },
  { kind: "aws-session-token", pattern: /(?:IQoJb3JpZ2lu|FwoGZXIvYXdz)[A-Za-z0-9+/=%]{40,}/g },
  { kind: "aws-bedrock-key", pattern: /ABSK[A-Za-z0-9+/]{100,}={0,2}/g },
  { kind: "github", pattern: /gh[pousr]_[A-Za-z0-9]{30,}/g },
  { kind: "github", pattern: /github_pat_[A-Za-z0-9_]{22,}/g },
  { kind: "gitlab", pattern: /gl(?:pat|dt|rt|cbt|ptt|ft|soat|agent|imt|oas|ffct)-[A-Za-z0-9_.-]{16,}/g },
  { kind: "slack", pattern: /xox[abeoprs]-[A-Za-z0-9-]{10,}/g },
  { kind: "slack", pattern: /xapp-\d-[A-Za-z0-9-]{20,}/g },
  {
    kind: "slack-webhook",
    pattern: /hooks\.slack\.com\/(?:services|workflows|triggers)\/(?<secret>[A-Za-z0-9/]{20,})/g,
  },
  {
    kind: "discord-webhook",
    pattern: /discord(?:app)?\.com\/api\/webhooks\/\d{1,25}\/(?<secret>[A-Za-z0-9_-]{40,})/g,
  },
  { kind: "stripe", pattern: /(?<![A-Za-z0-9])(?:sk|rk)_(?:live|test)_[A-Za-z0-9]{10,}/g },
  { kind: "stripe", pattern: /whsec_[A-Za-z0-9+/]{24,}={0,2}/g },
  { kind: "anthropic", pattern: /sk-ant-[A-Za-z0-9_-]{20,}/g },
  { kind: "openai", pattern: /(?<![A-Za-z0-9])sk-(?:proj|svcacct|admin|or-v1|lf)-[A-Za-z0-9_-]{20,}/g },
  { kind: "api-key", pattern: /(?<![A-Za-z0-9_-])sk-[A-Za-z0-9]{32,}/g },
  { kind: "google", pattern: /AIza[0-9A-Za-z_-]{35}/g },
  { kind: "google", pattern: /GOCSPX-[0-9A-Za-z_-]{20,}/g },
  { kind: "google", pattern: /(?<![A-Za-z0-9])ya29\.[0-9A-Za-z_-]{20,}/g },
  { kind: "npm", pattern: /(?<![A-Za-z0-9])npm_[A-Za-z0-9]{36}/g },
  { kind: "pypi", pattern: /pypi-AgE[A-Za-z0-9_-]{40,}/g },
  { kind: "rubygems", pattern: /rubygems_[a-f0-9]{48}/g },
  { kind: "docker", pattern: /dckr_(?:pat|oat)_[A-Za-z0-9_-]{20,}/g },
  { kind: "hugging-face", pattern: /(?<![A-Za-z0-9])hf_[A-Za-z0-9]{30,}/g },
  { kind: "sendgrid", pattern: /(?<![A-Za-z0-9])SG\.[A-Za-z0-9_-]{16,64}\.[A-Za-z0-9_-]{16,}/g },
  { kind: "twilio", pattern: /(?<![A-Za-z0-9])SK[0-9a-f]{32}(?![A-Za-z0-9])/g },
  { kind: "mailgun", pattern: /(?<![A-Za-z0-9])key-[0-9a-f]{32}(?![A-Za-z0-9])/g },
  { kind: "mailchimp", pattern: /(?<![A-Za-z0-9])[0-9a-f]{32}-us\d{1,2}(?![A-Za-z0-9])/g },
  { kind: "digitalocean", pattern: /do[opr]_v1_[a-f0-9]{64}/g },
  { kind: "databricks", pattern: /(?<![A-Za-z0-9])dapi[a-f0-9]{32}/g },
  { kind: "shopify", pattern: /shp(?:at|ca|pa|ss)_[a-fA-F0-9]{32}/g },
  { kind: "atlassian", pattern: /ATATT3[A-Za-z0-9_=-]{50,}/g },
  { kind: "linear", pattern: /lin_(?:api|oauth)_[A-Za-z0-9]{32,}/g },
  { kind: "notion", pattern: /(?<![A-Za-z0-9])ntn_[A-Za-z0-9]{40,}/g },
  { kind: "vault", pattern: /(?<![A-Za-z0-9])hv[sbr]\.[A-Za-z0-9_-]{20,}/g },
  { kind: "terraform", pattern: /(?<![A-Za-z0-9])[A-Za-z0-9]{14}\.atlasv1\.[A-Za-z0-9_-]{60,}/g },
  { kind: "pulumi", pattern: /(?<![A-Za-z0-9])pul-[a-f0-9]{40}/g },
  { kind: "doppler", pattern: /dp\.(?:pt|st|ct|sa|scim|audit)\.[A-Za-z0-9_.-]{40,}/g },
  { kind: "fly", pattern: /fm[12]_[A-Za-z0-9+/=_-]{40,}/g },
  { kind: "telegram", pattern: /(?<![A-Za-z0-9])\d{8,10}:AA[A-Za-z0-9_-]{32,}/g },
  { kind: "new-relic", pattern: /NRAK-[A-Z0-9]{27}/g },
  { kind: "sentry", pattern: /sntry[su]_[A-Za-z0-9+/=_-]{40,}/g },
  { kind: "grafana", pattern: /gl(?:sa|c)_[A-Za-z0-9_=+/-]{32,}/g },
  { kind: "supabase", pattern: /sbp_[a-f0-9]{40}|sb_secret_[A-Za-z0-9_-]{20,}/g },
  { kind: "groq", pattern: /(?<![A-Za-z0-9])gsk_[A-Za-z0-9]{40,}/g },
  { kind: "replicate", pattern: /(?<![A-Za-z0-9])r8_[A-Za-z0-9]{36,}/g },
  { kind: "perplexity", pattern: /pplx-[A-Za-z0-9]{40,}/g },
  { kind: "xai", pattern: /(?<![A-Za-z0-9])xai-[A-Za-z0-9]{60,}/g },
  { kind: "postman", pattern: /PMAK-[a-f0-9]{24}-[a-f0-9]{34}/g },
  { kind: "planetscale", pattern: /pscale_(?:tkn|pw|oauth)_[A-Za-z0-9_.=-]{32,}/g },
  { kind: "square", pattern: /(?<![A-Za-z0-9])(?:sq0csp-|EAAA)[A-Za-z0-9_-]{40,}/g },
  { kind: "azure", pattern: /(?<![A-Za-z0-9])[A-Za-z0-9_~.-]{3}8Q~[A-Za-z0-9_~.-]{31,34}/g },
  { kind: "azure-storage", pattern: /AccountKey=(?<secret>[A-Za-z0-9+/]{40,}={0,2})/g },
  { kind: "azure-sas", pattern: /[?&]sig=(?<secret>[A-Za-z0-9%+/_-]{20,})/g },
  { kind: "signed-url", pattern: /X-(?:Amz|Goog)-Signature=(?<secret>[0-9a-f]{40,})/g },
  { kind: "age", pattern: /AGE-SECRET-KEY-1[A-Z0-9]{40,}/g },
  { kind: "jwt", pattern: /(?<![A-Za-z0-9_-])eyJ[A-Za-z0-9_-]{8,}\.eyJ[A-Za-z0-9_-]{4,}\.[A-Za-z0-9_-]*/g },
];

/** What holds for a text exactly if one of them is in it; most texts are done after this one look. */
export const ANY_PROVIDER_SECRET = new RegExp(
  PROVIDER_SECRETS.map(({ pattern }) => pattern.source.replace("?<secret>", "")).join("|"),
);

/** Words that name a secret in `NAME=value`, `name: "value"`, `--name value`. */
const SECRET_WORD =
  "pass(?:wd|word|phrase|code)|secret|token|api[_-]?key|access[_-]?key|private[_-]?key|secret[_-]?key|" +
  "account[_-]?key|encryption[_-]?key|signing[_-]?key|auth[_-]?key|credentials?|connection[_-]?string";

/** A value in quotes; bounded, since the closing quote may be missing. */
const QUOTED = `\\\\?"[^‹›"\\n\\\\]{4,512}\\\\?"|'[^‹›'\\n\\\\]{4,512}'`;

/** What every text that one of the patterns below could match holds: a quick way to tell that none does. */
export const SECRET_CONTEXT =
  /pass|secret|token|key|credential|connection|:\/\/|bearer|basic|PWD=|_PAT=|AUTH=|curl|mysql/i;

/** Secrets that only their surroundings give away. The value is judged further by `isHarmless` of the redaction. */
export const CONTEXT_SECRETS: readonly SecretPattern[] = [
  {
    kind: "url-password",
    pattern:
      /(?<![A-Za-z0-9+.-])[a-z][a-z0-9+.-]{1,20}:\/\/[^‹›\s:/@"'`]{0,100}:(?<secret>[^‹›\s/@"'`]{1,256})@/gi,
  },
  {
    kind: "authorization",
    pattern: /(?<![A-Za-z])(?:bearer|basic)[ \t]{1,4}(?<secret>[A-Za-z0-9+/_.~=-]{12,4096})/gi,
  },
  {
    kind: "flag",
    pattern: new RegExp(
      `(?<![A-Za-z0-9_‹-])--?[A-Za-z-]{0,32}?(?:${SECRET_WORD})[ \\t=]{1,4}(?<secret>${QUOTED}|[^‹›\\s"'\`;&|<>(){}$-][^‹›\\s"'\`;&|<>(){}$]{3,512})`,
      "gi",
    ),
  },
  {
    kind: "assignment",
    pattern: new RegExp(
      `(?<![A-Za-z0-9_‹-])[A-Za-z0-9_-]{0,64}?(?:${SECRET_WORD})\\\\?["']?[ \\t]{0,4}(?:=|:|=>|:=)[ \\t]{0,4}(?<secret>${QUOTED})`,
      "gi",
    ),
  },
  {
    kind: "assignment",
    pattern: new RegExp(
      `(?<![A-Za-z0-9_‹-])[A-Za-z0-9_-]{0,64}?(?:${SECRET_WORD})(?:=|:[ \\t]{0,4}|[ \\t]=[ \\t])(?<secret>[^‹›\\s"'\`,;&|<>(){}\\[\\]$\\\\]{4,512})`,
      "gi",
    ),
  },
  {
    kind: "environment",
    pattern:
      /(?<![A-Za-z0-9_])(?:PGPASSWORD|MYSQL_PWD|SSHPASS|REDISCLI_AUTH|[A-Z0-9_]{1,40}_(?:PASS|PWD|PAT))=(?<secret>"[^‹›"\n]{1,512}"|'[^‹›'\n]{1,512}'|[^‹›\s"'`;&|$][^‹›\s"'`;&|]{0,512})/g,
  },
  {
    kind: "user-password",
    pattern:
      /(?<![A-Za-z0-9-])curl[ \t][^\n]{0,200}?[ \t](?:-u|--user)[ \t=]{0,2}["']?[^‹›\s:"']{1,100}:(?<secret>[^‹›\s"']{3,256})/g,
  },
  { kind: "flag", pattern: /(?<![A-Za-z0-9_‹-])sshpass[ \t]{1,4}-p[ \t]?(?<secret>[^‹›\s]{3,256})/g },
  {
    kind: "flag",
    pattern:
      /(?<![A-Za-z0-9_‹-])mysql(?:dump|admin)?(?:[ \t]{1,4}(?:-[^‹›\sp-]|--[^‹›\s]|[^‹›\s-])[^‹›\s]{0,60}){0,6}[ \t]{1,4}-p(?<secret>[^‹›\s-][^‹›\s]{2,256})/g,
  },
];
