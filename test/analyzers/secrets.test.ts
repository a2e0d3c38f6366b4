import { describe, it } from "vitest";
import { check, type Expected, type World } from "./check.ts";

type Row = readonly [line: string, expected: Expected, world?: World];

const reads = (lines: readonly string[]): readonly Row[] => lines.map((line) => [line, { atMost: 0 }]);
const asks = (tier: 2 | 3 | 4, lines: readonly string[]): readonly Row[] =>
  lines.map((line) => [line, { atLeast: tier }]);

function table(name: string, rows: readonly Row[]): void {
  describe(name, () => {
    it.each(rows.map((row) => [row[0], row] as const))("%s", (_, [line, expected, world]) =>
      check(line, expected, world),
    );
  });
}

table(
  "[A-files] what holds keys, tokens or passwords is a secret read by every reader",
  asks(2, [
    "cat .env.production",
    "cat deploy/prod.env",
    "cat ~/.bash_history",
    "grep -r AWS_SECRET ~/.bash_history ~/.zsh_history",
    "tail ~/.psql_history",
    "cat ~/.local/share/fish/fish_history",
    "sqlite3 ~/.mozilla/firefox/x.default/cookies.sqlite 'select * from moz_cookies'",
    'sqlite3 "$HOME/.config/google-chrome/Default/Login Data" .dump',
    "cat ~/.config/google-chrome/Default/Cookies",
    'cat "$HOME/.config/google-chrome/Local State"',
    "cp -r ~/.mozilla/firefox /tmp/profile",
    "tar czf /tmp/x.tgz ~/.config/google-chrome",
    "cat secrets/prod.yaml",
    "cat k8s/secrets/db.json",
    "cat secrets/*",
    "cat secrets/*.yaml",
    "cat terraform.tfstate",
    "jq .outputs infra/terraform.tfstate.backup",
    "cat kubeconfig",
    "cat prod.kubeconfig",
    "cat ~/.kube/config-prod",
    "cat test/fixtures/key.pem",
    "cat example.com.key",
    "cat ~/.config/rclone/rclone.conf",
    "cat ~/.m2/settings.xml",
    "cat ~/.cargo/credentials.toml",
    "getent shadow",
    "vim -es +'%p' +q ~/.netrc",
    "ex -s +%p +q ~/.netrc",
    "vim -es -c 'e ~/.netrc' -c '%p' -c q",
    "nvim --headless +'%print' +q .env",
    "emacs --batch --insert ~/.netrc",
    "less .env",
    "xxd .env",
    "strings .env",
    "openssl rsa -in server.key -text",
    "tar c .env",
    "zip a.zip .env",
    "cp .env /tmp/x",
    "cat 'C:\\Users\\dev\\AppData\\Roaming\\Mozilla\\Firefox\\Profiles\\x\\logins.json'",
    "cat 'C:\\Windows\\System32\\config\\SAM'",
    "cat 'C:\\Users\\dev\\AppData\\Roaming\\Microsoft\\Windows\\PowerShell\\PSReadLine\\ConsoleHost_history.txt'",
  ]),
);

table(
  "[A-files] a piece of a path that is not known counts as any",
  asks(2, [
    "cat /proc/$PPID/environ",
    "cat /proc/$$/environ",
    "cat /proc/*/environ",
    "cat /proc/[0-9]*/environ",
    "tr '\\0' '\\n' < /proc/$PID/environ",
    "for p in /proc/[0-9]*; do cat $p/environ; done",
    "cat ~/.ssh/$KEY",
    "cat ~/.ssh/id_$TYPE",
    "cat ~/.aws/$FILE",
    "cat .env.$STAGE",
    "cat .env$SUFFIX",
    "cat /srv/$APP/.env",
    "cat certs/$NAME.key",
    "cat secrets/$NAME.yaml",
  ]),
);

table(
  "[A-files] templates, certificates, public keys and code are none",
  reads([
    "cat .env.example",
    "cat .env.sample",
    "cat example.env",
    "cat .env.d.ts",
    "cat src/env.ts",
    "cat config.env.ts",
    "cat id_rsa.pub",
    "cat ~/.ssh/known_hosts",
    "cat ~/.ssh/config",
    "cat server.crt",
    "cat server.cer",
    "cat ca.pem",
    "cat fullchain.pem",
    "cat public.pem",
    "openssl x509 -in cert.pem -noout -dates",
    "cat credentials.go",
    "cat docs/credentials.md",
    "cat src/secrets/index.ts",
    "grep -rn x src/secrets",
    "grep -rn x src/cookies",
    "cat src/cookies.ts",
    "cat tokens.json",
    "cat k8s/sealed-secret.yaml",
    "cat secrets.example.yaml",
    "terraform show",
    "cat /proc/$PID/status",
    "cat /proc/self/maps",
    "cat logs/$DATE.log",
    "cat src/$NAME",
    "cat ~/$NAME.txt",
    "wc -l .env",
    "test -f .env && echo there",
    "for f in src/*.ts; do cat $f; done",
  ]),
);
