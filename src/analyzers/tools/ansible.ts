import type { Analyzer, Command, Finding, Scene } from "../analyzer.ts";
import { asksHelp, localEffect } from "../cloud/grammar.ts";
import { shown, targetOf } from "../cloud/target.ts";
import { effect, found, NOTHING } from "../effects.ts";
import { literal, parseOptions } from "../options.ts";

const VALUES =
  "-i --inventory --inventory-file -l --limit -e --extra-vars -t --tags --skip-tags -u --user -m --module-name -a --args --vault-password-file --vault-id --private-key --key-file -f --forks -c --connection -T --timeout --become-method --become-user --ssh-common-args --ssh-extra-args -M --module-path --start-at-task -B --background -P --poll -o --output --host --role-file -r --requirements-file -p --roles-path --playbook-dir --url -U -d --directory -C --checkout".split(
    " ",
  );

/** Modules that only look (Ansible collection index, ansible.builtin). */
const READ_MODULES =
  /^(ansible\.builtin\.)?(ping|setup|gather_facts|debug|stat|find|slurp|fail|assert|service_facts|package_facts|getent|wait_for|wait_for_connection)$/;

export const analyzer: Analyzer = {
  name: "ansible",
  title: "Ansible",
  about:
    "A playbook may do anything on every host of its inventory; --check, --syntax-check and --list-* only look. Shell modules are judged by their command.",
  programs: [
    "ansible",
    "ansible-playbook",
    "ansible-galaxy",
    "ansible-inventory",
    "ansible-doc",
    "ansible-config",
    "ansible-lint",
    "ansible-pull",
    "ansible-console",
    "molecule",
  ],
  analyze,
  examples: [
    { run: "ansible-playbook -i hosts site.yml --check --diff", does: [], tier: 0 },
    {
      run: "ansible-playbook -i inventories/prod site.yml",
      does: ["execute? ansible.playbook site.yml @production"],
      tier: 4,
    },
    { run: "ansible all -m ping", does: [], tier: 0 },
    { run: "ansible all -i prod -m shell -a 'df -h'", does: [], tier: 0 },
    {
      run: "ansible web -b -m ansible.builtin.apt -a 'name=nginx state=absent'",
      does: ["execute? ansible.module ansible.builtin.apt @unknown"],
      tier: 4,
    },
    { run: "ansible-inventory --list", does: [], tier: 0 },
    { run: "ansible-galaxy install -r requirements.yml", does: ["execute ansible.local install"], tier: 1 },
    { run: "ansible-lint site.yml", does: [], tier: 0 },
    {
      run: "ansible-playbook -i localhost, -c local setup.yml",
      does: ["execute? ansible.playbook setup.yml @local"],
      tier: 2,
    },
  ],
};

function analyze(command: Command, scene: Scene): Finding {
  if (asksHelp(command.args)) return NOTHING;
  const options = parseOptions(command.args, {
    values: VALUES,
    long: ["--check", "--syntax-check", "--list-hosts", "--list-tasks", "--list-tags", "--diff", "--become"],
  });
  const [first, _second] = options.operands;
  const by = command.source;
  const inventory = options.value("-i", "--inventory", "--inventory-file");
  const here =
    options.value("-c", "--connection")?.text === "local" ||
    /^(localhost|127\.0\.0\.1),?$/.test(inventory?.text ?? "");
  const names = [inventory, options.value("-l", "--limit"), ...options.operands].map((word) =>
    word ? shown(word) : undefined,
  );
  const target = here ? { environment: "local" as const, local: true } : targetOf(undefined, names, scene);
  const run = (kind: string, name: string) =>
    found([
      effect({
        verb: "execute",
        kind: `ansible.${kind}`,
        name,
        environment: target.environment,
        reversibility: here ? "R3" : "R4",
        count: null,
        certain: false,
        advice: "run it with --check --diff first, and limit it to one host with --limit",
        by,
      }),
    ]);
  switch (command.program) {
    case "ansible-playbook":
      return options.has("--check", "-C", "--syntax-check", "--list-hosts", "--list-tasks", "--list-tags")
        ? NOTHING
        : run("playbook", options.operands.map(shown).join(" ") || "*");
    case "ansible":
      return adHoc(
        shown(first),
        options.value("-m", "--module-name")?.text,
        options.value("-a", "--args")?.text,
        options.has("--check", "-C", "--list-hosts"),
        target.environment,
        scene,
        run,
      );
    case "ansible-galaxy":
      return /^(list|info|search|verify)$/.test(
        shown(options.operands.find((word) => !["role", "collection"].includes(word.text ?? ""))),
      )
        ? NOTHING
        : found([localEffect("ansible", [first ?? literal("galaxy")], by)]);
    case "molecule":
      return /^(list|matrix|syntax|lint|drivers)$/.test(shown(first))
        ? NOTHING
        : found([localEffect("molecule", [first ?? literal("test")], by)]);
    case "ansible-pull":
    case "ansible-console":
      return run("playbook", command.program);
    default:
      return NOTHING;
  }
}

function adHoc(
  hosts: string,
  module: string | undefined,
  args: string | undefined,
  looks: boolean,
  environment: ReturnType<typeof targetOf>["environment"],
  scene: Scene,
  run: (kind: string, name: string) => Finding,
): Finding {
  if (looks || (module !== undefined && READ_MODULES.test(module))) return NOTHING;
  const shell = module === undefined || /^(ansible\.builtin\.)?(shell|command|raw)$/.test(module);
  if (!shell) return run("module", module);
  if (args === undefined) return run("module", module ?? "command");
  return scene.shell(args, { place: { host: `ansible ${hosts}`, environment }, cwd: undefined });
}
