import type { Effect, Mark } from "../../core/effect.ts";
import type { Analyzer, Command, Finding, Scene, Word } from "../analyzer.ts";
import { effect, fileEffects, found, unknownEffect } from "../effects.ts";
import { machineEffect } from "../machine.ts";
import { literal, parseOptions } from "../options.ts";
import { readEffects } from "../reading.ts";
import { OPAQUE } from "../words.ts";

export const analyzer: Analyzer = {
  name: "keys",
  title: "Keys and password stores",
  about:
    "ssh-keygen, gpg, keychains and password stores: showing secret material, replacing keys and deleting them.",
  programs:
    "ssh-keygen ssh-add ssh-agent ssh-keyscan gpg gpg2 gpgconf gpg-agent gpg-connect-agent security keytool secret-tool certbot acme.sh step cfssl keyctl lpass keyring".split(
      " ",
    ),
  analyze,
  examples: [
    {
      run: "secret-tool lookup service db",
      does: ["read secret secret-tool lookup service db @local"],
      tier: 2,
    },
    { run: "keytool -list -keystore a.jks", does: [], tier: 0 },
    {
      run: "ssh-keygen -t ed25519 -f ./test_key -N ''",
      does: ["create file test_key", "create file test_key.pub"],
      tier: 1,
    },
    {
      run: "ssh-keygen -t ed25519",
      does: [
        "create file /home/dev/.ssh/id_ed25519 @local",
        "create file /home/dev/.ssh/id_ed25519.pub @local",
      ],
      tier: 2,
    },
    { run: "ssh-keygen -R old-host", does: ["create file /home/dev/.ssh/known_hosts @local"], tier: 4 },
    { run: "ssh-keygen -lf key.pub", does: [], tier: 0 },
    { run: "ssh-add -D", does: ["change agent.keys ssh-add -D @local"], tier: 2 },
    { run: "gpg --list-keys", does: [], tier: 0 },
    {
      run: "gpg --export-secret-keys me > k.asc",
      does: ["create file k.asc", "read secret gpg --export-secret-keys me @local"],
      tier: 2,
    },
    {
      run: "gpg --batch --yes --delete-secret-keys me",
      does: ["delete secret gpg --batch --yes --delete-secret-keys me @local"],
      tier: 3,
    },
    {
      run: "security find-generic-password -s x -w",
      does: ["read secret security find-generic-password -s x -w @local"],
      tier: 2,
    },
  ],
};

function analyze(command: Command, scene: Scene): Finding {
  switch (command.program) {
    case "ssh-keygen":
      return generateKey(command, scene);
    case "ssh-add":
      return addKey(command, scene);
    case "ssh-agent":
      return agent(command, scene);
    case "ssh-keyscan":
      return { effects: [], output: OPAQUE };
    case "gpg":
    case "gpg2":
      return gpg(command, scene);
    default:
      return store(command, scene);
  }
}

function nameOf(command: Command): string {
  return [command.program, ...command.args.map((arg) => arg.source)].join(" ");
}

function secretEffect(
  verb: Effect["verb"],
  command: Command,
  scene: Scene,
  more: readonly Mark[] = [],
): Effect {
  return machineEffect(scene, {
    verb,
    kind: "secret",
    name: nameOf(command),
    reversibility: verb === "delete" ? "R4" : verb === "read" ? "R1" : "R2",
    marks: ["secret", ...more],
    by: command.source,
  });
}

const KEYGEN_VALUES =
  "-a -b -C -D -E -F -f -G -I -J -j -K -M -m -N -n -O -P -R -r -S -s -T -t -V -w -W -Y -z -Z".split(" ");

function generateKey(command: Command, scene: Scene): Finding {
  const options = parseOptions(command.args, { values: KEYGEN_VALUES });
  const by = command.source;
  const file = options.value("-f");
  if (options.has("-R", "-H"))
    return found(
      fileEffects("change", file ?? literal(`${scene.setting.home}/.ssh/known_hosts`), scene, { by }),
    );
  if (options.has("-l", "-F", "-B", "-L", "-Q", "-r", "-v") && !options.has("-t"))
    return { effects: [], output: OPAQUE };
  if (options.has("-y", "-e")) return { effects: [], output: OPAQUE };
  if (options.has("-D", "-w")) return found([unknownEffect(scene, "program", nameOf(command), by)]);
  if (options.has("-Y"))
    return found(
      options
        .values("-Y")
        .some((word) => /^(verify|check-novalidate|find-principals|match-principals)$/.test(word.text ?? ""))
        ? []
        : options.operands.flatMap((word) => fileEffects("create", withEnding(word, ".sig"), scene, { by })),
    );
  const type = options.value("-t")?.text ?? "ed25519";
  const key = file ?? literal(`${scene.setting.home}/.ssh/id_${type}`);
  if (options.has("-p", "-c")) return found(fileEffects("change", key, scene, { by }));
  return found([
    ...fileEffects("change", key, scene, { by }),
    ...fileEffects("change", withEnding(key, ".pub"), scene, { by }),
  ]);
}

function withEnding(word: Word, ending: string): Word {
  return word.text === undefined ? word : literal(`${word.text}${ending}`);
}

function addKey(command: Command, scene: Scene): Finding {
  const options = parseOptions(command.args, { values: ["-t", "-E", "-e", "-s", "-S", "-T", "-h", "-H"] });
  if (options.has("-l", "-L", "-T")) return { effects: [], output: OPAQUE };
  const removes = options.has("-d", "-D", "-e");
  if (options.has("-s")) return found([unknownEffect(scene, "program", nameOf(command), command.source)]);
  return found([
    machineEffect(scene, {
      verb: "change",
      kind: "agent.keys",
      name: nameOf(command),
      reversibility: "R1",
      marks: removes ? ["secret"] : [],
      by: command.source,
    }),
  ]);
}

function agent(command: Command, scene: Scene): Finding {
  const options = parseOptions(command.args, { values: ["-a", "-E", "-O", "-P", "-t"], stopAtOperand: true });
  if (options.operands.length > 0) return scene.argv(options.operands);
  return { effects: [], output: OPAQUE };
}

const GPG_READS =
  /^--(list-.*|fingerprint|check-.*|verify|version|print-md|print-mds|export|export-ssh-key|dump-options|show-keys|gen-random|card-status|locate-keys|with-colons|search-keys|list-packets|export-ownertrust)$/;
const GPG_VALUES =
  "-u -r -R -o -z --output --recipient --local-user --homedir --keyring --keyserver --passphrase --passphrase-file --passphrase-fd --pinentry-mode --default-key --hidden-recipient --cipher-algo --digest-algo --compress-algo --trust-model --status-fd --status-file --logger-file --options --secret-keyring --photo-viewer --set-filename --trusted-key --s2k-cipher-algo --s2k-mode --s2k-count".split(
    " ",
  );

function gpg(command: Command, scene: Scene): Finding {
  const options = parseOptions(command.args, { values: GPG_VALUES });
  const by = command.source;
  const output = options
    .values("-o", "--output")
    .flatMap((file) => (file.text === "-" ? [] : fileEffects("change", file, scene, { by })));
  const starts = options
    .values("--photo-viewer")
    .map((word) => unknownEffect(scene, "program", word.source, by));
  if (options.names.some((name) => name.startsWith("--export-secret")))
    return found([...output, secretEffect("read", command, scene)], OPAQUE);
  if (options.names.some((name) => /^--delete-/.test(name))) {
    return found([
      options.names.some((name) => name.includes("secret"))
        ? secretEffect("delete", command, scene)
        : keyring("delete", command, scene),
    ]);
  }
  if (options.names.some((name) => GPG_READS.test(name)) || options.has("-k", "-K"))
    return found([...output, ...starts], OPAQUE);
  if (options.names.some((name) => /^--(send-keys|send-key)$/.test(name)))
    return found([
      effect({
        verb: "send",
        kind: "key",
        name: nameOf(command),
        environment: "unknown",
        reversibility: "R4",
        marks: ["upload"],
        by,
      }),
    ]);
  if (
    options.names.some((name) =>
      /^--(import|recv-keys|recv-key|receive-keys|refresh-keys|gen-key|full-gen.*|generate-key|full-generate-key|quick-.*|edit-key|sign-key|lsign-key|trust.*|import-ownertrust|update-trustdb|passwd|change-passphrase|generate-revocation|gen-revoke|fetch-keys)$/.test(
        name,
      ),
    )
  )
    return found([...output, keyring("change", command, scene)]);
  const decrypts = options.has("-d", "--decrypt");
  if (decrypts) return found([...output, ...starts, ...readEffects(options.operands, scene, { by })], OPAQUE);
  const makes = options.has(
    "-c",
    "-e",
    "-s",
    "-b",
    "-a",
    "--symmetric",
    "--encrypt",
    "--sign",
    "--detach-sign",
    "--clearsign",
    "--clear-sign",
    "--dearmor",
    "--enarmor",
    "--armor",
  );
  const beside =
    makes && output.length === 0
      ? options.operands.flatMap((file) =>
          fileEffects("create", { ...withEnding(file, ".*"), glob: true }, scene, { by }),
        )
      : [];
  return makes
    ? found([...output, ...beside, ...starts], OPAQUE)
    : found(
        [
          ...output,
          ...(options.operands.length > 0 ? [] : [unknownEffect(scene, "key", nameOf(command), by)]),
        ],
        OPAQUE,
      );
}

function keyring(verb: Effect["verb"], command: Command, scene: Scene): Effect {
  return machineEffect(scene, {
    verb,
    kind: "keyring",
    name: nameOf(command),
    reversibility: "R2",
    marks: ["outside"],
    by: command.source,
  });
}

const STORE_DELETES =
  /(^|-)(delete|rm|remove|destroy|revoke|purge|unlink|invalidate|clear|uninstall)($|-)|^-(delete|delete-certificate)$|^delete.*/;
const STORE_WRITES =
  /^(insert|generate|add.*|edit|set.*|import|create.*|init|mv|cp|rename|unlock.*|lock.*|store|certonly|renew|run|register|install|--install.*|--issue|--renew|-genkeypair|-genkey|-importcert|-import|-storepasswd|-keypasswd|-changealias|-importkeystore|encrypt|-e|--encrypt|rekey|rotate|updatekeys|-i|--in-place|put|update|sync|git|login|logout|authorizationdb|error|otp|add-trusted-cert|remove-trusted-cert|fscopy|config|serve|padd|request2)$/;
const STORE_LISTS =
  /^(ls|list|list-.*|find|search|-list|-printcert|-help|certificates|show-keychain-info|default-keychain|login-keychain|verify-cert|find-certificate|find-identity|status|help|version|--version|accounts|--list|--list-dirs|--check-programs|--reload|reloadagent|--kill|plugins|show-usage|inspect|verify)$/;

/** Keychains and password stores, by their verb: listing names, showing, storing, deleting. */
function store(command: Command, scene: Scene): Finding {
  const verb = command.args.find((arg) => /^[a-z]|^-{1,2}[a-zA-Z]/.test(arg.text ?? ""));
  const text = verb?.text ?? "";
  if (/^add-trusted-cert|^remove-trusted-cert|^trust-settings-import|^authorizationdb/.test(text))
    return found([
      machineEffect(scene, {
        verb: "change",
        kind: "trust",
        name: nameOf(command),
        reversibility: "R1",
        marks: ["system"],
        by: command.source,
      }),
    ]);
  if (STORE_LISTS.test(text) && !command.args.some((arg) => /^(-w|-g)$/.test(arg.text ?? "")))
    return { effects: [], output: OPAQUE };
  if (STORE_DELETES.test(text)) return found([secretEffect("delete", command, scene)]);
  if (STORE_WRITES.test(text)) return found([secretEffect("change", command, scene)]);
  return found([secretEffect("read", command, scene)], OPAQUE);
}
