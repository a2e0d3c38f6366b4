import type { Effect } from "../../core/effect.ts";
import type { Analyzer, Command, Finding, Scene, Word } from "../analyzer.ts";
import { effect, fileEffects, found, NOTHING, unknownEffect } from "../effects.ts";
import { hostEnvironment, isLoopback } from "../environment.ts";
import { machineEffect } from "../machine.ts";
import { literal, parseOptions } from "../options.ts";
import { readEffects } from "../reading.ts";
import { OPAQUE, TAME } from "../words.ts";

export const analyzer: Analyzer = {
  name: "certificates",
  title: "Certificates, signatures and encryption of files",
  about:
    "openssl, cosign, htpasswd, mkcert and trust stores: files that are written, secrets that are shown, and whom the machine believes.",
  programs: [
    "openssl",
    "libressl",
    "rage",
    "age-keygen",
    "minisign",
    "signify",
    "cosign",
    "htpasswd",
    "codesign",
    "update-ca-certificates",
    "update-ca-trust",
    "trust",
    "mkcert",
  ],
  analyze,
  examples: [
    { run: "openssl rand -hex 32", does: [], tier: 0 },
    {
      run: "openssl req -x509 -newkey rsa:2048 -keyout key.pem -out cert.pem -days 1 -nodes",
      does: ["create file key.pem", "create file cert.pem"],
      tier: 1,
    },
    { run: "openssl x509 -in cert.pem -noout -text", does: [], tier: 0 },
    { run: "sudo update-ca-certificates", does: ["change trust update-ca-certificates @local"], tier: 3 },
    { run: "openssl s_client -connect example.com:443 </dev/null", does: [], tier: 0 },
    {
      run: "openssl rsa -in server.key -out plain.key",
      does: ["create file plain.key", "read file server.key"],
      tier: 2,
    },
    { run: "openssl enc -d -aes-256-cbc -in a.enc -out a.txt -k x", does: ["create file a.txt"], tier: 1 },
    { run: "minisign -Sm a.txt", does: [], tier: 0 },
    { run: "htpasswd -b users.htpasswd bob x", does: ["create file users.htpasswd"], tier: 1 },
  ],
};

function analyze(command: Command, scene: Scene): Finding {
  switch (command.program) {
    case "openssl":
    case "libressl":
      return openssl(command, scene);
    case "update-ca-certificates":
    case "update-ca-trust":
    case "trust":
    case "mkcert":
      return trusted(command, scene);
    default:
      return filesNamed(command, scene);
  }
}

function nameOf(command: Command): string {
  return [command.program, ...command.args.map((arg) => arg.source)].join(" ");
}

const OPENSSL_VALUES =
  "-in -out -inkey -key -keyout -CA -CAkey -CAfile -CApath -CAserial -cert -certfile -config -extfile -extensions -subj -days -newkey -passin -passout -pass -name -rand -writerand -engine -provider -inform -outform -connect -servername -port -accept -cipher -k -kfile -K -iv -S -md -sigfile -signature -verify -sign -prverify -pubin- -algorithm -pkeyopt -set_serial -addext -caname -iter -macalg -starttls -crl -untrusted -trusted -url -host -path -issuer -respout -reqout -checkhost -checkend -nameopt -text-"
    .split(" ")
    .filter((name) => !name.endsWith("-"));
const OPENSSL_WRITES = ["-out", "-keyout", "-writerand", "-respout", "-reqout", "-CAserial"];

function openssl(command: Command, scene: Scene): Finding {
  const [verb, ...rest] = command.args;
  const options = parseOptions(rest, { values: OPENSSL_VALUES, singleDash: true });
  const by = command.source;
  if (verb?.text === undefined || options.dynamic)
    return found(verb ? [unknownEffect(scene, "key", nameOf(command), by)] : []);
  const written = options
    .values(...OPENSSL_WRITES)
    .flatMap((file) => fileEffects("change", file, scene, { by }));
  const loaded = options
    .values("-engine", "-provider")
    .map((word) => unknownEffect(scene, "program", word.source, by));
  const reads = readEffects(
    options
      .values("-in")
      .filter(
        () =>
          /^(enc|rsa|pkey|ec|dsa|pkcs12|pkcs8|cms|smime|base64)$/.test(verb.text ?? "") &&
          !options.has("-pubout", "-noout"),
      ),
    scene,
    { by },
  );
  const served =
    /^(s_server|ocsp)$/.test(verb.text) && options.has("-port", "-accept", "-www")
      ? [
          machineEffect(scene, {
            verb: "expose",
            kind: "network.port",
            name: nameOf(command),
            reversibility: "R1",
            by,
          }),
        ]
      : [];
  const sends =
    verb.text === "s_client" && command.stdin.kind !== "none"
      ? connection(options.value("-connect"), command, scene)
      : [];
  return found([...written, ...loaded, ...reads, ...served, ...sends], verb.text === "rand" ? TAME : OPAQUE);
}

/** Data that flows into `openssl s_client` goes to the other end; an empty input only asks for the certificate. */
function connection(target: Word | undefined, command: Command, scene: Scene): readonly Effect[] {
  const { stdin } = command;
  if (stdin.kind === "text" && /^\s*(Q|QUIT)?\s*$/i.test(stdin.text)) return [];
  const host = target?.text?.replace(/:\d+$/, "");
  const environment = hostEnvironment(host, scene);
  if (host !== undefined && isLoopback(host)) return [];
  return [
    effect({
      verb: "send",
      kind: "network.connection",
      name: target?.source ?? "s_client",
      environment,
      reversibility: "R3",
      marks: ["upload"],
      by: command.source,
    }),
  ];
}

function filesNamed(command: Command, scene: Scene): Finding {
  const by = command.source;
  const options = parseOptions(command.args, {
    values: [
      "-o",
      "-r",
      "-R",
      "-i",
      "-p",
      "-s",
      "-x",
      "-m",
      "-t",
      "-c-",
      "--output",
      "--output-file",
      "--key",
      "--recipient",
      "--identity",
      "--sign",
      "--output-signature",
      "--output-certificate",
    ],
  });
  if (command.program === "htpasswd") {
    const [file] = options.has("-n") ? [] : command.args.filter((arg) => !(arg.text ?? "").startsWith("-"));
    return found(file ? fileEffects("change", file, scene, { by }) : []);
  }
  if (
    command.program === "cosign" &&
    !/^(sign|attest|attach|upload|clean|copy|generate-key-pair|import-key-pair)$/.test(
      options.operands[0]?.text ?? "",
    )
  )
    return NOTHING;
  if (command.program === "cosign")
    return found([
      effect({
        verb: "send",
        kind: "signature",
        name: nameOf(command),
        environment: scene.setting.declared ?? "unknown",
        reversibility: "R3",
        by,
      }),
    ]);
  if (command.program === "codesign")
    return found(
      options.has("-s", "--sign", "--remove-signature")
        ? options.operands.flatMap((file) => fileEffects("change", file, scene, { by }))
        : [],
    );
  return found(
    [
      ...options
        .values("-o", "--output", "--output-file")
        .flatMap((file) => fileEffects("change", file, scene, { by })),
      ...readEffects(options.operands, scene, { by }),
    ],
    OPAQUE,
  );
}

/** Whom the machine believes: certificates of authorities. */
function trusted(command: Command, scene: Scene): Finding {
  const texts = command.args.map((arg) => arg.text ?? "?");
  const by = command.source;
  if (command.program === "mkcert" && !texts.some((text) => /^-(install|uninstall)$/.test(text))) {
    if (texts.some((text) => /^-(CAROOT|help|version)$/.test(text)) || texts.length === 0) return NOTHING;
    return found(fileEffects("create", { ...literal("./*.pem"), glob: true }, scene, { by }));
  }
  if (command.program === "trust" && /^(list|extract|dump|check-format)$/.test(texts[0] ?? ""))
    return NOTHING;
  return found([
    machineEffect(scene, {
      verb: "change",
      kind: "trust",
      name: nameOf(command),
      reversibility: "R1",
      marks: ["system"],
      by,
    }),
  ]);
}
