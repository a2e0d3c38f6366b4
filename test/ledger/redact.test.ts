import fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { Json } from "../../src/core/json.ts";
import { redactionOf, redactJson, redactText } from "../../src/core/redact.ts";

/** Made up, and put together here so that no scanner of repositories takes the file for a leak. */
const MIXED = "x7Kp2mQ9vL4wT8nR3jF6hD1sG5bY0cZaE2uV9oW4";
const part = (length: number) => MIXED.repeat(8).slice(0, length);
const hexadecimal = (length: number) => "9f3a1c7e5b2d8046".repeat(8).slice(0, length);
const upper = (length: number) => "Q7ZK2M4PXW3RT6VN5YLJ".repeat(8).slice(0, length);

/** Text with a secret in `«»`, the kind that has to be found, and nothing else of the text may change. */
const SECRETS: readonly (readonly [kind: string, text: string])[] = [
  ["aws-access-key", `aws configure set aws_access_key_id «AKIA${upper(16).replace(/[019]/g, "A")}»`],
  ["aws-session-token", `export AWS_SESSION_TOKEN=«IQoJb3JpZ2lu${part(120)}»`],
  ["github", `git clone https://«ghp_${part(36)}»@github.com/o/r`],
  ["github", `gho «gho_${part(36)}» and so on`],
  ["github", `GH=«github_pat_11A${part(19)}_${part(59)}»`],
  ["gitlab", `curl -H 'PRIVATE-TOKEN: «glpat-${part(20)}»' https://gitlab.example`],
  ["slack", `notify «xoxb-123456789012-123456789012-${part(24)}»`],
  ["slack-webhook", `curl https://hooks.slack.com/services/«T0001/B0001/${part(24)}»`],
  ["stripe", `stripe login «sk_live_${part(24)}»`],
  ["anthropic", `claude «sk-ant-api03-${part(90)}»`],
  ["openai", `"«sk-proj-${part(100)}»"`],
  ["api-key", `legacy «sk-${part(48)}»`],
  ["google", `https://maps.example/api?q=1&k=«AIza${part(35)}»`],
  ["google", `refresh «ya29.${part(60)}»`],
  ["npm", `//registry.npmjs.org/:_auth=«npm_${part(36)}»`],
  ["pypi", `twine upload -p «pypi-AgEIcHlwaS5vcmc${part(80)}»`],
  ["docker", `docker login with «dckr_pat_${part(27)}»`],
  ["hugging-face", `hf auth «hf_${part(34)}»`],
  ["sendgrid", `mail «SG.${part(22)}.${part(43)}»`],
  ["twilio", `sid «SK${hexadecimal(32)}»`],
  ["digitalocean", `doctl «dop_v1_${hexadecimal(64)}»`],
  ["databricks", `host «dapi${hexadecimal(32)}»`],
  ["vault", `vault «hvs.${part(90)}»`],
  ["terraform", `cloud «${part(14)}.atlasv1.${part(67)}»`],
  ["telegram", `bot «123456789:AA${part(33)}»`],
  ["jwt", `session «eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxMjM0In0.${part(43)}»`],
  [
    "azure-storage",
    `DefaultEndpointsProtocol=https;AccountName=a;AccountKey=«${part(86)}==»;EndpointSuffix=x`,
  ],
  ["azure-sas", `https://a.blob.example/c?sv=2022&sig=«${part(43)}%3D»`],
  ["signed-url", `https://b.s3.example/k?X-Amz-Expires=60&X-Amz-Signature=«${hexadecimal(64)}»`],
  ["private-key", "a\n«-----BEGIN RSA PRIVATE KEY-----\nMIIabc\ndef==\n-----END RSA PRIVATE KEY-----»\nz"],
  ["private-key", "«-----BEGIN OPENSSH PRIVATE KEY-----\nb3BlbnNzaC1rZXk and the rest of the text»"],
  ["url-password", "psql postgres://app:«hunter2»@db.internal:5432/app"],
  ["url-password", "git remote add o https://bot:«s3cr3t-Pa55»@git.example/r.git"],
  ["url-password", "redis://:«swordfish»@cache:6379"],
  ["authorization", "curl -H 'Authorization: Bearer «abcdef0123456789abcd»' https://x"],
  ["authorization", "Authorization: Basic «dXNlcjpwYXNzd29yZDEyMw==»"],
  ["assignment", "DB_PASSWORD=«hunter22» npm start"],
  ["assignment", "export API_KEY=«letmein»"],
  ["assignment", `{"password": «"correct horse9"»}`.replace("correct horse9", "correct-horse9")],
  ["assignment", `client_secret = «"tr0ub4dor&3"»`],
  ["assignment", "  token: «9d7c-aa31-77»"],
  ["assignment", "aws_secret_access_key = «wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY»"],
  ["assignment", `-d "{\\"password\\":«\\"hunter22\\"»}"`],
  ["assignment", "GET /login?access_token=«abc123def456»&next=/home"],
  ["flag", "deploy --password «hunter2» --verbose"],
  ["flag", "gh-app --api-key=«k-12345678» run"],
  ["flag", "sshpass -p «hunter2» ssh host"],
  ["flag", "mysql -u root -p«hunter2» shop"],
  ["environment", "PGPASSWORD=«pw» psql -c 'select 1'"],
  ["environment", "SMTP_PASS=«mailpw1» node send.js"],
  ["user-password", "curl -s -u admin:«hunter2» https://x"],
  ["high-entropy", `the value was «${part(40)}» yesterday`],
  ["high-entropy", `header X-Thing «${part(32)}»`],
];

/** Text that holds nothing secret and has to stay byte for byte. */
const ORDINARY: readonly string[] = [
  "",
  "fix the rounding bug in the cost service",
  "git show 3f786850e387550fdab836ed7e6dc881de23001b",
  "git checkout 3f78685",
  "sha256:e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855",
  "docker pull nginx@sha256:e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855",
  "123e4567-e89b-12d3-a456-426614174000",
  "action 01ARZ3NDEKTSV4RRFFQ69G5FAV was permitted",
  `"integrity": "sha512-z4PhNX7vuL3xVChQ1m2AB9Yg5AULVxXcg/SpIdNs6c5H0NE8XYXysP+DGNKHfuwvY7kxvUdBeoGlODJ6+SfaPg=="`,
  "github.com/pkg/errors v0.9.1 h1:FEBLx1zS214owpjy7qsBeixbURkuhQAwrK5UwLGTwt4=",
  "SHA256:uNiVztksCsDhcc0u9e8BgrJXVGDMlWUs2Y8Yx1hV8pM operator@host (ED25519)",
  "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIGtD5qVZ3Qw8sJx1mN4rT7uY2pL6kH9fB0cE3vXaWzRo me@host",
  "echo SGVsbG8sIHdvcmxkISBIb3cgYXJlIHlvdT8= | base64 -d",
  "data:image/png;base64,iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk",
  "/usr/lib/python3.11/site-packages/numpy/core/_multiarray_umath.so",
  "/nix/store/s66mzxpvicwk07gjbjfw9izjfa797vsw-hello-2.12.1/bin/hello",
  "node_modules/.pnpm/@babel+plugin-transform-react-jsx@7.23.4_@babel+core@7.23.6/node_modules",
  "src/components/Button2/IconButtonGroupWithTooltip3.test.tsx",
  "C:\\Users\\ada\\AppData\\Local\\Programs\\Python\\Python311\\python.exe",
  "const token = getToken();",
  "const password = process.env.DB_PASSWORD;",
  "function check(password: string, token: string): boolean",
  "password = getpass.getpass()",
  "export PATH=/usr/local/bin:/usr/bin PWD=/home/ada OLDPWD=/tmp",
  "DB_PASSWORD=$DB_PASSWORD ./run",
  "DB_PASSWORD=${DB_PASSWORD:-none}",
  "echo $(cat token.txt)",
  "docker login --password-stdin < pw.txt",
  "kubectl get secret db-credentials -o yaml",
  "kubectl create secret generic app --from-file=key.pem",
  "token: ${{ secrets.GITHUB_TOKEN }}",
  'password: "<your password>"',
  "API_KEY=changeme",
  "password=********",
  "max_tokens: 1024, tokens=5",
  "the word secret and the word token are words",
  "basic understanding of bearer authentication",
  "Authorization: Bearer $TOKEN",
  "curl https://api.example/v1/items?limit=10&page=2",
  'curl -u "$USER:$PASS" https://x',
  "postgres://app:$PGPASSWORD@db/app",
  "https://example.com:8443/path",
  "docker run -u 1000:1000 -v /a:/b alpine",
  "rsync -u host:/src/ /dst/",
  "toolu_01A09q90qw90lq917835lq9Xk3 called Bash",
  "call_x7Kp2mQ9vL4wT8nR3jF6hD1s finished",
  "arn:aws:iam::123456789012:role/DeployProductionServiceRole",
  "api-7d9f8b6c5-x2k4j 1/1 Running 0 3d",
  "ami-0abcdef1234567890 i-0123456789abcdef0 vpc-0a1b2c3d4e5f60718",
  "getUserByEmailAddressAndPasswordHash2FromDatabase3Replica",
  "AbstractSingletonProxyFactoryBeanImplementationV2Test",
  "Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 Chrome/120.0.0.0",
  "-----BEGIN CERTIFICATE-----",
  "-----BEGIN PUBLIC KEY-----",
  "2026-01-01T00:00:00.000Z 1735689600000 3.14159265358979323846",
  "v0.0.0-20240102150405-3f786850e387",
  "select password_hash from users where token is null",
  "npm run test -- --reporter=verbose --coverage.reporter=text",
  "privateKey: ./certs/server.key",
];

const plain = redactionOf([]);

describe("[SECRET] secrets", () => {
  it.each(SECRETS)("%s: %s", (kind, marked) => {
    const text = marked.replace(/[«»]/g, "");
    expect(redactText(text, plain)).toBe(marked.replace(/«[\s\S]*»/, `‹secret:${kind}›`));
  });

  it("known to the gate go wherever they occur, in each spelling, the longest first", () => {
    const known = ["pa$$ word/1", "pa$$ word/1 and more", "short"];
    const redact = (text: string) => redactText(text, redactionOf(known));
    expect(redact("a pa$$ word/1 b")).toBe("a ‹secret:known› b");
    expect(redact("a pa$$ word/1 and more b")).toBe("a ‹secret:known› b");
    expect(redact("x=pa%24%24%20word%2F1")).toBe("x=‹secret:known›");
    expect(redact(JSON.stringify({ a: 'the "pa$$ word/1"' }))).not.toContain("word/1");
    expect(redact("a short text")).toBe("a short text");
  });

  it("are told apart by a digest when there is one", () => {
    const digest = (secret: string) => `d${secret.length}`;
    expect(redactText("PASSWORD=hunter22", redactionOf([], digest))).toBe("PASSWORD=‹secret:assignment:d8›");
  });
});

describe("[SECRET] ordinary text", () => {
  it.each(ORDINARY)("stays: %s", (text) => expect(redactText(text, plain)).toBe(text));

  it("stays when it is random digests, UUIDs or decimal numbers", () => {
    const harmless = fc.oneof(
      fc.uuid(),
      fc.bigInt({ min: 0n }).map(String),
      fc.uint8Array({ minLength: 20, maxLength: 64 }).map((bytes) => Buffer.from(bytes).toString("hex")),
    );
    fc.assert(
      fc.property(fc.array(harmless), (words) => {
        expect(redactText(words.join(" "), plain)).toBe(words.join(" "));
      }),
    );
  });

  it("that is redacted already stays as it is", () => {
    for (const [, marked] of SECRETS) {
      const once = redactText(marked.replace(/[«»]/g, ""), plain);
      expect(redactText(once, plain)).toBe(once);
    }
  });
});

describe("[SECRET] values", () => {
  const check = (value: Json, expected: Json) => expect(redactJson(value, plain)).toEqual(expected);

  it("are redacted at every depth, in names as well", () => {
    const secret = `ghp_${part(36)}`;
    check({ a: [{ b: secret }] }, { a: [{ b: "‹secret:github›" }] });
    check({ [secret]: 1, [`ghp_${part(35)}Z`]: 2 }, { "‹secret:github›": 1, "‹secret:github›#2": 2 });
    check([1, true, null, "text"], [1, true, null, "text"]);
  });

  it("called like a secret are one", () => {
    check({ password: "hunter22", user: "ada" }, { password: "‹secret:assignment›", user: "ada" });
    check(
      { tokenCount: 5, token: "none", secretName: "db" },
      { tokenCount: 5, token: "none", secretName: "db" },
    );
  });

  it("keep a member called __proto__", () => {
    const value = JSON.parse('{"__proto__":{"a":1}}') as Json;
    expect(JSON.stringify(redactJson(value, plain))).toBe('{"__proto__":{"a":1}}');
  });
});

describe("[SECRET] hostile input", () => {
  const SIZE = 200_000;
  const repeated = [
    "eyJ",
    "eyJa.",
    "sk-",
    "ghp_",
    "-----BEGIN PRIVATE KEY-----",
    "-----BEGIN ",
    "token=",
    'token="',
    "token='a",
    "token:",
    "a://",
    "https://a:",
    "http://x:y",
    "curl -u ",
    "curl ",
    "mysql -a ",
    "--token ",
    "bearer ",
    "SG.aaaaaaaaaaaaaaaa.",
    "x7Kp2mQ9",
    "A1b",
    "a/",
    "=",
    "‹secret:",
    "password",
    "_",
    "-",
    '\\"password\\":',
    "AKIA",
    "aB3+/",
  ];

  it.each(repeated)("takes time that grows with its length only: %s", (piece) => {
    const time = (size: number) => {
      const text = piece.repeat(Math.ceil(size / piece.length));
      const start = performance.now();
      redactText(text, plain);
      return performance.now() - start;
    };
    time(SIZE / 10);
    expect(time(SIZE)).toBeLessThan(1_000);
  });

  it("is answered whatever it is", () => {
    fc.assert(
      fc.property(
        fc.string({ unit: "binary", maxLength: 300 }),
        (text) => void redactText(text, redactionOf([text.slice(0, 8)])),
      ),
    );
    fc.assert(fc.property(fc.jsonValue(), (value) => void redactJson(value as Json, plain)));
  });
});
