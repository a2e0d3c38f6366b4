import { describe, it } from "vitest";
import type { Call, Tool } from "../../src/core/call.ts";
import type { Tier } from "../../src/core/ladder.ts";
import { check, type Expected } from "./check.ts";

type Request = { readonly method: string; readonly url: string; readonly body?: string };

/** One request as each client would send it: the same effect whoever sends it. */
const CLIENTS: readonly (readonly [name: string, tool: Tool, input: (one: Request) => Call["input"]])[] = [
  ["http", "http", (one) => one],
  [
    "curl",
    "shell",
    ({ method, url, body }) => `curl -s -X ${method} '${url}'${body === undefined ? "" : ` -d '${body}'`}`,
  ],
  ["mcp", "mcp", (one) => ({ server: "fetch", tool: "fetch", arguments: one })],
];

function everywhere(name: string, rows: readonly (readonly [Request, Expected])[]): void {
  for (const [client, tool, input] of CLIENTS)
    describe(`${name} (${client})`, () => {
      it.each(rows.map(([one, expected]) => [`${one.method} ${one.url}`, one, expected] as const))(
        "%s",
        (_, one, expected) => check(input(one), expected, { tool }),
      );
    });
}

const get = (url: string): Request => ({ method: "GET", url });
const at = (tier: Tier): Expected => ({ tier });

everywhere(
  "[A-direct] the machine's credentials are secrets, however their address is spelled",
  [
    "http://169.254.169.254/latest/meta-data/iam/security-credentials/role",
    "http://169.254.169.254/latest/meta-data/",
    "http://2852039166/latest/meta-data/",
    "http://0xA9FEA9FE/latest/meta-data/",
    "http://0xa9.0xfe.0xa9.0xfe/latest/user-data",
    "http://0251.0376.0251.0376/latest/meta-data/",
    "http://169.254.43518/latest/meta-data/",
    "http://[::ffff:169.254.169.254]/latest/meta-data/",
    "http://[::ffff:a9fe:a9fe]/latest/meta-data/",
    "http://[0:0:0:0:0:ffff:a9fe:a9fe]/",
    "http://[fd00:ec2::254]/latest/meta-data/",
    "http://[fd00:0ec2:0::0254]/latest/meta-data/",
    "http://user@169.254.169.254/latest/meta-data/",
    "http://169.254.169.254:80/latest/meta-data/",
    "http://169.254.169.254./latest/meta-data/",
    "http://%31%36%39.254.169.254/latest/meta-data/",
    "http://metadata.google.internal/computeMetadata/v1/instance/service-accounts/default/token",
    "http://METADATA.google.internal./computeMetadata/v1/",
    "http://100.100.100.200/latest/meta-data/ram/security-credentials/",
    "http://169.254.170.2/v2/credentials/x",
  ].map((url) => [get(url), at(2)] as const),
);

everywhere("[A-direct] a safe method is no read where the interface acts on it", [
  [get("https://ec2.amazonaws.com/?Action=TerminateInstances&InstanceId.1=i-1"), at(4)],
  [get("https://ec2.eu-west-1.amazonaws.com/?Action=DescribeInstances"), at(0)],
  [get("https://sqs.eu-west-1.amazonaws.com/1/orders?Action=PurgeQueue"), at(4)],
  [get("https://eu-west-1.queue.amazonaws.com/1/orders?Action=DeleteQueue"), at(4)],
  [get("https://iam.amazonaws.com/?Action=CreateAccessKey&UserName=x"), { atLeast: 2 }],
  [{ method: "POST", url: "https://rds.amazonaws.com/", body: "Action=DeleteDBInstance&X=y" }, at(4)],
  [{ method: "POST", url: "https://sts.amazonaws.com/", body: "Action=GetCallerIdentity" }, at(0)],
  [get("https://bucket.s3.amazonaws.com/key?X-Amz-Signature=1"), at(0)],
  [get("https://jenkins.acme.com/job/deploy-prod/build?token=x"), { atLeast: 3 }],
  [get("https://jenkins.acme.com/job/deploy/buildWithParameters?E=prod"), { atLeast: 3 }],
  [get("https://ci.acme.com/job/deploy/doDelete"), at(4)],
  [get("https://jenkins.acme.com/job/deploy/lastBuild/api/json"), at(0)],
  [get("https://api.telegram.org/bot1:x/sendMessage?chat_id=1&text=hi"), at(4)],
  [get("https://api.telegram.org/bot1:x/deleteWebhook"), at(4)],
  [get("https://api.telegram.org/bot1:x/getUpdates"), at(0)],
  [get("https://slack.com/api/chat.postMessage?channel=c&text=t"), at(4)],
  [get("https://slack.com/api/chat.delete?channel=c&ts=1"), at(4)],
  [get("https://slack.com/api/conversations.list"), at(0)],
  [get("https://slack.com/api/auth.test"), at(0)],
  [get("https://api.render.com/deploy/srv-1?key=x"), { atLeast: 3 }],
  [get("https://tomcat.acme.com/manager/text/undeploy?path=/app"), at(4)],
  [get("https://solr.acme.com/solr/admin/collections?action=DELETE&name=x"), at(4)],
  [get("https://solr.acme.com/solr/admin/collections?action=LIST"), at(0)],
  [get("https://k8s.acme.com:6443/api/v1/namespaces/prod/secrets/db"), at(2)],
  [get("https://app.acme.com/build"), at(0)],
]);

everywhere("[A-direct] a file URL reads the file", [
  [get("file:///home/dev/.ssh/id_rsa"), at(2)],
  [get("FILE://localhost/home/dev/.aws/credentials"), at(2)],
  [get("file:///home/dev/project/README.md"), at(0)],
]);

everywhere("[A-direct] statements and mutations in a body decide", [
  [{ method: "POST", url: "https://db.acme.com/query", body: '{"query":"SELECT 1"}' }, at(0)],
  [{ method: "POST", url: "https://db.acme.com/query", body: '{"query":"DROP TABLE users"}' }, at(4)],
  [
    {
      method: "POST",
      url: "https://neo.acme.com/db/neo4j/tx/commit",
      body: '{"statements":[{"statement":"MATCH (n) DETACH DELETE n"}]}',
    },
    at(4),
  ],
  [{ method: "POST", url: "https://api.acme.com/graphql", body: '{"query":"{ me { id } }"}' }, at(0)],
  [
    {
      method: "POST",
      url: "https://api.acme.com/graphql",
      body: '{"query":"mutation { deleteUser(id: 1) { id } }"}',
    },
    at(4),
  ],
  [{ method: "POST", url: "https://api.acme.com/admin/purge" }, at(4)],
  [{ method: "DELETE", url: "http://0x7f.1:3000/users/1" }, at(1)],
  [{ method: "DELETE", url: "http://2130706433:3000/users/1" }, at(1)],
]);

describe("[A-direct] what stands in a header counts as much as the method", () => {
  it.each<readonly [string, Expected]>([
    ["curl -H 'X-HTTP-Method-Override: DELETE' https://api.acme.com/users/1", { tier: 4 }],
    [
      "curl -H 'X-Amz-Target: DynamoDB_20120810.DeleteTable' https://dynamodb.eu-west-1.amazonaws.com -d '{\"TableName\":\"t\"}'",
      { tier: 4 },
    ],
    [
      "curl -H 'X-Amz-Target: DynamoDB_20120810.ListTables' https://dynamodb.eu-west-1.amazonaws.com -d '{}'",
      { tier: 0 },
    ],
    [
      "curl --aws-sigv4 aws:amz:eu-west-1:ec2 'https://ec2.eu-west-1.amazonaws.com/?Action=TerminateInstances&InstanceId.1=i-0abc'",
      { tier: 4 },
    ],
    ["http https://api.acme.com/users/1 X-HTTP-Method-Override:DELETE", { tier: 4 }],
    ["wget --header='X-HTTP-Method-Override: DELETE' https://api.acme.com/users/1 -O -", { tier: 4 }],
    ["curl -H 'Accept: application/json' https://api.acme.com/users/1", { tier: 0 }],
    ["wget -qO- http://2852039166/latest/meta-data/", { tier: 2 }],
    ["http http://169.254.169.254/latest/meta-data/", { tier: 2 }],
    ["curl http://169.254.169.254/latest/meta-data/$KEY", { tier: 2 }],
    ["python3 -c \"import requests; requests.get('http://2852039166/latest/meta-data/')\"", { atLeast: 2 }],
    [
      "curl -X PUT http://169.254.169.254/latest/api/token -H 'X-aws-ec2-metadata-token-ttl-seconds: 60'",
      { tier: 2 },
    ],
  ])("%s", (line, expected) => check(line, expected));
});
