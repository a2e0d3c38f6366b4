import type { AwsParts } from "./aws-request.ts";
import type { HttpAddress } from "./http-address.ts";

/**
 * The AWS operation that a request asks for: the Query protocol (`Action=` in the query or in a form) or the JSON
 * protocol (`X-Amz-Target`). `undefined` when it is a request to a REST interface, which its method tells.
 */
export function awsOperationOf(
  address: HttpAddress,
  body: string | undefined,
  headers: Readonly<Record<string, string>>,
): AwsParts | undefined {
  const target = Object.entries(headers).find(([name]) => name.toLowerCase() === "x-amz-target")?.[1];
  const service = serviceOfHost(address.host, target);
  if (target !== undefined) {
    return {
      service,
      operation: target.slice(target.lastIndexOf(".") + 1).trim(),
      parameters: jsonObject(body),
    };
  }
  const parameters = new Map([...pairs(address.query.slice(1)), ...pairs(formOf(body))]);
  const action = [...parameters].find(([name]) => name.toLowerCase() === "action")?.[1];
  if (action === undefined || action === "") return undefined;
  parameters.delete("Action");
  return { service, operation: action, parameters: Object.fromEntries(parameters) };
}

/** `ec2.eu-west-1.amazonaws.com`, `eu-west-1.queue.amazonaws.com`, `vpce-….sqs.us-east-1.vpce.amazonaws.com`. */
function serviceOfHost(host: string, target: string | undefined): string {
  const labels = host
    .replace(/\.(amazonaws\.com(\.cn)?|api\.aws)$/, "")
    .split(".")
    .filter((label) => !/^(vpce(-.*)?|dualstack|fips|[a-z]{2}(-[a-z]+)+-\d)$/.test(label));
  const first = labels[0]?.replace(/-fips$/, "");
  if (first === "queue") return "sqs";
  if (first !== undefined && first !== "" && !/^(localhost|127|localstack)$/.test(first)) return first;
  return (target?.split("_")[0] ?? "service").toLowerCase();
}

function formOf(body: string | undefined): string {
  return body !== undefined && /^[\w.%-]+=/.test(body) ? body : "";
}

function pairs(text: string): readonly (readonly [string, string])[] {
  return text
    .split("&")
    .filter((pair) => pair !== "")
    .map((pair): readonly [string, string] => {
      const equals = pair.indexOf("=");
      const [name, value] = equals < 0 ? [pair, ""] : [pair.slice(0, equals), pair.slice(equals + 1)];
      return [plain(name), plain(value)];
    });
}

function plain(text: string): string {
  try {
    return decodeURIComponent(text.replace(/\+/g, " "));
  } catch {
    return text;
  }
}

function jsonObject(body: string | undefined): Readonly<Record<string, unknown>> {
  try {
    const json: unknown = JSON.parse(body ?? "{}");
    return typeof json === "object" && json !== null && !Array.isArray(json)
      ? (json as Record<string, unknown>)
      : {};
  } catch {
    return {};
  }
}
