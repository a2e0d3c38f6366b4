import type { Finding, Scene } from "../analyzer.ts";
import { badInput, recordOf, textField } from "./input.ts";
import type { McpCall } from "./mcp-call.ts";
import { fileTool, webTool } from "./mcp-files.ts";
import { codeTool, commandTool, graphqlTool, redisTool, statementTool } from "./mcp-texts.ts";
import { byVerb } from "./mcp-verbs.ts";

/** Judges an `mcp` call: `{ server, tool, arguments, annotations? }`. The server wrote the annotations: they can only raise. */
export function judgeMcp(input: unknown, scene: Scene): Finding {
  const server = textField(input, "server");
  const tool = textField(input, "tool");
  if (server === undefined) return badInput("mcp", "`server` is no text", scene);
  if (tool === undefined || tool === "") return badInput("mcp", "`tool` is no text", scene);
  const record = recordOf(input) ?? {};
  const given = record.arguments === undefined || record.arguments === null ? {} : recordOf(record.arguments);
  if (given === undefined) return badInput("mcp", "`arguments` is no object", scene);
  const call: McpCall = {
    server,
    tool: tool.replace(/^mcp__\w+?__/, ""),
    arguments: given,
    annotations: recordOf(record.annotations) ?? {},
  };
  return (
    codeTool(call, scene) ??
    redisTool(call, scene) ??
    graphqlTool(call, scene) ??
    statementTool(call, scene) ??
    fileTool(call, scene) ??
    webTool(call, scene) ??
    commandTool(call, scene) ??
    byVerb(call, scene)
  );
}
