import type { Call } from "../core/call.ts";
import type { Finding, Scene } from "./analyzer.ts";
import { judgeAwsRequest } from "./direct/aws-request.ts";
import { judgeChangeSet } from "./direct/cloudformation.ts";
import { judgeFileDelete, judgeFileWrite } from "./direct/file.ts";
import { judgeHttpCall } from "./direct/http.ts";
import { badInput } from "./direct/input.ts";
import { judgeKubernetesCall } from "./direct/kubernetes.ts";
import { judgeMcp } from "./direct/mcp.ts";
import { judgeSqlCall } from "./direct/sql-call.ts";
import { judgeTerraformPlan } from "./direct/terraform-plan.ts";

/** Judges a call that is no shell text (DESIGN §10). An input of the wrong shape is an unknown effect. */
export function judgeDirect(call: Call, scene: Scene): Finding {
  switch (call.tool) {
    case "sql":
      return judgeSqlCall(call.input, scene);
    case "http":
      return judgeHttpCall(call.input, scene);
    case "mcp":
      return judgeMcp(call.input, scene);
    case "file.write":
      return judgeFileWrite(call.input, scene);
    case "file.delete":
      return judgeFileDelete(call.input, scene);
    case "terraform.plan":
      return judgeTerraformPlan(call.input, scene);
    case "cloudformation.changeset":
      return judgeChangeSet(call.input, scene);
    case "kubernetes.request":
      return judgeKubernetesCall(call.input, scene);
    case "aws.request":
      return judgeAwsRequest(call.input, scene);
    default:
      return badInput(call.tool, "the input is no text", scene);
  }
}
