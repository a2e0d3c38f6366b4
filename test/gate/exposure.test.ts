import { describe, expect, it } from "vitest";
import { levelOf } from "../../src/core/call.ts";
import { actsOnMachine, exposureOf } from "../../src/gate/exposure.ts";
import { judgement, SETTING } from "../analyzers/check.ts";

const isolated = { ...SETTING, ...levelOf("linux-overlay") };

/** `open`, `closed`, or the tools whose credentials stay; `machine` when it cannot run isolated at all. */
async function check(line: string, expected: string) {
  const known = await judgement(line, { setting: isolated });
  const { network, credentials, tools, writes } = exposureOf(known, isolated);
  const kept = tools.length === 0 ? "network, no keys" : `tools: ${tools.join(" ")}`;
  const withheld = network === "closed" ? "closed" : kept;
  const words = writes === "refused" ? "reads" : credentials === "kept" ? "open" : withheld;
  expect(actsOnMachine(known, isolated) ? "machine" : words, line).toBe(expected);
}

describe("[X-exposure] what a command may reach follows from what is understood of it", () => {
  it.each([
    ["ls -la", "reads"],
    ["git status && git diff | head", "reads"],
    ["cd src && grep -rn x . | sort", "reads"],
    ["sort -o out in", "open"],
    ["ls > out", "open"],
    ["git stash list; ls", "open"],
    ["find . -name x -delete", "open"],
    ["git push", "open"],
    ["git push /srv/git/x.git main", "machine"],
    ["aws s3 ls", "open"],
    ["rm -rf build", "open"],
    ["docker ps", "open"],
    ["docker compose up -d", "open"],
    ["docker ps && ./tool", "network, no keys"],
    ["aws s3 ls && ./tool", "network, no keys"],
    ["kubectl get pods; make", "network, no keys"],
    ["touch ~/notes", "open"],
    ["python3 -m http.server 8000", "open"],
    ["make", "closed"],
    ["npm test", "closed"],
    ["./tool-nobody-knows --all", "closed"],
    ["sometool --x", "closed"],
    ["git commit -m x && make", "closed"],
    ["npm ci && npm test", "tools: npm"],
    ["npm install", "tools: npm"],
    ["git pull && make", "network, no keys"],
    ["git pull && sometool", "closed"],
    ["sudo make install", "machine"],
    ["sudo sometool", "machine"],
    ["apt-get install -y jq", "machine"],
    ["systemctl restart nginx", "machine"],
    ["kill -9 4711", "machine"],
    ["echo x > /etc/motd", "machine"],
    ["rm -rf /srv/other", "machine"],
    ["crontab -r", "machine"],
    ["ssh web-1 sometool", "open"],
  ])("%s", check);
});

describe("[X-exposure] folders that are renamed by the system call are known ahead", () => {
  it.each([
    ["git mv src lib", ["/home/dev/project/src"]],
    [`python3 -c 'import os; os.rename("src", "x")'`, ["/home/dev/project/src"]],
    ["mv src lib", []],
    ["rm -rf src", []],
    ["git mv src/a lib", []],
  ])("%s", async (line, expected) => {
    const known = await judgement(line, { setting: isolated, files: { "src/a": "" } });
    expect(exposureOf(known, isolated).renames).toEqual(expected);
  });
});
