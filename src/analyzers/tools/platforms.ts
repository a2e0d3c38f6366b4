import type { Analyzer, Command, Finding, Scene } from "../analyzer.ts";
import { DATA_TOOLS } from "../cloud/data-tools.ts";
import { judgeGrammar } from "../cloud/grammar.ts";
import { PLATFORMS } from "../cloud/platform-tools.ts";
import { shown, targetOf } from "../cloud/target.ts";
import { judgeSql } from "../direct/sql.ts";
import { effect, fileEffects, found, NOTHING } from "../effects.ts";
import { literal, parseOptions } from "../options.ts";

const SAME: Readonly<Record<string, string>> = {
  incus: "lxc",
  VBoxManage: "vboxmanage",
  "zookeeper-shell.sh": "zookeeper-shell",
};

/** Programs that only print, whatever their options are. */
const PRINTERS = ["mongostat", "mongotop", "bsondump"];
const TOOLS = { ...PLATFORMS, ...DATA_TOOLS };

export const analyzer: Analyzer = {
  name: "platforms",
  title: "Machines, clusters and data platforms",
  about:
    "containerd, CRI, libvirt, LXD and Incus, Multipass, Lima, Colima and VirtualBox on this machine; kubeadm, kops, Talos, Cilium, Tekton, Argo Workflows and CDK for Terraform; Databricks, Snowflake, Redpanda, RabbitMQ's and Cassandra's tools, Prometheus, Airflow, Gitea, Bitwarden; BFG. Reading passes, what destroys is named.",
  programs: [...Object.keys(TOOLS), ...Object.keys(SAME), ...PRINTERS, "bfg"],
  analyze,
  examples: [
    { run: "ctr images ls", does: [], tier: 0 },
    { run: "crictl ps -a", does: [], tier: 0 },
    { run: "crictl rmi --prune", does: ["delete cri.object * @local"], tier: 2 },
    { run: "virsh list --all", does: [], tier: 0 },
    {
      run: "virsh undefine db --remove-all-storage",
      does: ["delete libvirt.object db @local"],
      tier: 3,
    },
    { run: "incus delete -f web", does: ["delete lxd.object web @local"], tier: 3 },
    { run: "multipass list", does: [], tier: 0 },
    { run: "multipass purge", does: ["delete multipass.instance * @local"], tier: 3 },
    { run: "cdktf diff", does: [], tier: 0 },
    { run: "cdktf destroy --auto-approve", does: ["delete cdktf.stack * @unknown"], tier: 4 },
    { run: "databricks clusters list", does: [], tier: 0 },
    {
      run: "databricks bundle destroy -t prod",
      does: ["delete databricks.object prod @production"],
      tier: 4,
    },
    { run: 'snow sql -q "SELECT 1"', does: [], tier: 0 },
    { run: 'snow sql -q "DROP TABLE users"', does: ["delete sql.table users @unknown"], tier: 4 },
    { run: "tea issues list", does: [], tier: 0 },
    { run: "bw get password github", does: ["read bitwarden.secret password @unknown"], tier: 2 },
    { run: "bfg --delete-files id_rsa repo.git", does: ["replace git.history repo.git"], tier: 2 },
  ],
};

function analyze(command: Command, scene: Scene): Finding {
  const program = SAME[command.program] ?? command.program;
  if (PRINTERS.includes(program)) return printer(command, scene);
  if (program === "bfg") return bfg(command, scene);
  if (program === "snow") {
    const statements = snowStatements(command, scene);
    if (statements) return statements;
  }
  const grammar = (TOOLS as Readonly<Record<string, (typeof TOOLS)[keyof typeof TOOLS]>>)[program];
  return grammar === undefined ? NOTHING : judgeGrammar(command, scene, grammar);
}

/** `snow sql -q TEXT`: the statement decides. `undefined` when it comes from elsewhere. */
function snowStatements(command: Command, scene: Scene): Finding | undefined {
  const options = parseOptions(command.args, { exact: true, values: [...(DATA_TOOLS.snow?.values ?? [])] });
  const query = options.value("-q", "--query");
  if (options.operands[0]?.text !== "sql" || query?.text === undefined) return undefined;
  const names = options.values("-c", "--connection", "--database").map(shown);
  const { environment } = targetOf(undefined, names, scene);
  return judgeSql(query.text, { dialect: "ansi", environment, by: command.source }, scene);
}

/** `bsondump --outFile` writes a file. */
function printer(command: Command, scene: Scene): Finding {
  const file = parseOptions(command.args, { exact: true, values: ["--outFile"] }).value("--outFile");
  return found(file ? fileEffects("change", file, scene, { by: command.source }) : []);
}

/** The BFG Repo-Cleaner: rewrites every commit of a repository. */
function bfg(command: Command, scene: Scene): Finding {
  const { operands } = parseOptions(command.args, {
    exact: true,
    values: [
      "-b",
      "--strip-blobs-bigger-than",
      "-B",
      "--strip-biggest-blobs",
      "-bi",
      "--strip-blobs-with-ids",
      "-D",
      "--delete-files",
      "--delete-folders",
      "--convert-to-git-lfs",
      "-rt",
      "--replace-text",
      "-fi",
      "--filter-content-including",
      "-fe",
      "--filter-content-excluding",
      "-fs",
      "--filter-content-size-threshold",
      "-p",
      "--protect-blobs-from",
    ],
  });
  if (command.args.length === 0) return NOTHING;
  const repository = operands[0] ?? literal(".");
  const by = command.source;
  const [changed] = fileEffects("change", repository, scene, { by, recursive: true });
  return found([
    effect({
      verb: "replace",
      kind: "git.history",
      name: shown(repository),
      environment: changed?.resource.environment ?? "local",
      reversibility: changed?.reversibility ?? "R4",
      ...(changed ? { wayBack: changed.wayBack } : {}),
      marks: [...(changed?.marks ?? []), "history"],
      by,
    }),
  ]);
}
