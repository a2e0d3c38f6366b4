import type { Analyzer, Command, Finding, Place, Scene } from "../analyzer.ts";
import { combine, fileEffects, found, NOTHING } from "../effects.ts";
import { parseOptions } from "../options.ts";
import { act, deedTable, runsCode, wordsOf } from "../project/deeds.ts";
import { classOfName, namedTask } from "../project/names.ts";

export const analyzer: Analyzer = {
  name: "apple-mobile",
  title: "Apple platforms, Flutter, Dart, Expo and Android",
  about:
    "Building and testing run the project's own code; simulators and emulators are this machine's; uploading to a store and publishing a package are named for what they do. `adb shell` judges the text on the device.",
  programs: wordsOf(`
    expo eas
    xcodebuild xcrun simctl swift swiftc swiftpm pod carthage tuist xcodegen fastlane flutter fvm
    dart melos adb emulator avdmanager sdkmanager fastboot ionic-native xcpretty xcbeautify
    xcode-select agvtool altool notarytool bundletool apkanalyzer aapt aapt2 zipalign apksigner
     ibtool actool lipo dsymutil genstrings idb scrcpy maestro react-native xctool mint
  `),
  analyze(command, scene) {
    return (JUDGES.get(command.program) ?? other)(command, scene);
  },
  examples: [
    { run: "xcodebuild -scheme App test", does: ["execute? workspace-code xcodebuild"], tier: 1 },
    { run: "swift build", does: ["execute? workspace-code swift build"], tier: 1 },
    { run: "pod install", does: ["change pods pod install"], tier: 1 },
    { run: "pod trunk push A.podspec", does: ["create pod.version pod trunk push @production"], tier: 4 },
    { run: "flutter test", does: ["execute? workspace-code flutter test"], tier: 1 },
    { run: "flutter pub publish", does: ["create pub.version flutter pub publish @production"], tier: 4 },
    { run: "fastlane release", does: ["unknown? task fastlane release @unknown"], tier: 3 },
    { run: "adb devices", does: [], tier: 0 },
    { run: "adb shell pm list packages", does: ["execute device pm list packages @development"], tier: 1 },
    { run: "xcrun simctl list", does: [], tier: 0 },
  ],
};

type Judge = (command: Command, scene: Scene) => Finding;

const JUDGES: ReadonlyMap<string, Judge> = new Map<string, Judge>([
  ["xcodebuild", xcodebuild],
  ["xcrun", xcrun],
  ["simctl", simulator],
  ["swift", swift],
  ["pod", pod],
  ["fastlane", fastlane],
  ["flutter", flutter],
  [
    "fvm",
    (command, scene) =>
      command.args.length === 0
        ? NOTHING
        : ["flutter", "dart", "exec"].includes(command.args[0]?.text ?? "")
          ? scene.argv(command.args[0]?.text === "exec" ? command.args.slice(1) : command.args)
          : act("outside", scene, { kind: "toolchain", name: "fvm", by: command.source }),
  ],
  ["dart", flutter],
  ["expo", expo],
  ["eas", expo],
  ["adb", adb],
  ["sdkmanager", toolchain],
  ["avdmanager", toolchain],
  ["xcode-select", toolchain],
  [
    "react-native",
    (command, scene) => runsCode(scene, `react-native ${command.args[0]?.text ?? ""}`.trim(), command.source),
  ],
  ["altool", uploads],
  ["notarytool", uploads],
  ["fastboot", flash],
]);

function xcodebuild(command: Command, scene: Scene): Finding {
  const options = parseOptions(command.args, {
    exact: true,
    values: wordsOf(`
    -scheme -project -workspace -destination -derivedDataPath -archivePath -exportPath
    -exportOptionsPlist -configuration -sdk -target -resultBundlePath
  `),
    singleDash: true,
  });
  const by = command.source;
  if (
    options.has(
      "-list",
      "-showsdks",
      "-showBuildSettings",
      "-showdestinations",
      "-version",
      "-checkFirstLaunchStatus",
    )
  )
    return NOTHING;
  if (options.has("-runFirstLaunch", "-license", "-downloadPlatform", "-downloadAllPlatforms"))
    return act("outside", scene, { kind: "software", name: "xcodebuild", by });
  const written = options
    .values("-derivedDataPath", "-archivePath", "-exportPath", "-resultBundlePath")
    .flatMap((word) => fileEffects("change", word, scene, { recursive: true, by }));
  return combine(runsCode(scene, "xcodebuild", by), found(written));
}

function xcrun(command: Command, scene: Scene): Finding {
  const options = parseOptions(command.args, {
    exact: true,
    values: ["-sdk", "--sdk", "-toolchain", "--toolchain"],
    singleDash: true,
    stopAtOperand: true,
  });
  if (
    options.has(
      "-f",
      "-find",
      "--find",
      "-show-sdk-path",
      "--show-sdk-path",
      "-show-sdk-version",
      "--show-sdk-version",
    )
  )
    return NOTHING;
  return options.operands.length === 0 ? NOTHING : scene.argv(options.operands);
}

/** Simulators are throw-away machines on this one; erasing every one of them is asked. */
function simulator(command: Command, scene: Scene): Finding {
  const [verb, target] = command.args;
  const by = command.source;
  if (
    ["list", "getenv", "get_app_container", "listapps", "appinfo", "help", "diagnose", "status"].includes(
      verb?.text ?? "",
    )
  )
    return NOTHING;
  const everything = (verb?.text === "erase" || verb?.text === "delete") && target?.text === "all";
  return everything
    ? act("outside", scene, { kind: "simulator", name: `${verb?.text} all`, by })
    : runsCode(scene, `simctl ${verb?.text ?? ""}`, by);
}

function swift(command: Command, scene: Scene): Finding {
  const [verb, action] = command.args;
  const by = command.source;
  if (verb === undefined || verb.text === "--version") return NOTHING;
  if (verb.text === "package") {
    if (
      ["describe", "show-dependencies", "dump-package", "tools-version", "completion-tool"].includes(
        action?.text ?? "",
      )
    )
      return NOTHING;
    return act("change", scene, { kind: "swift.packages", name: `swift package ${action?.text ?? ""}`, by });
  }
  if (/\.swift$/.test(verb.text ?? "")) return runsCode(scene, `swift ${verb.source}`, by);
  if (verb.text === "format") return act("change", scene, { kind: "source", name: "swift format", by });
  const known = ["build", "test", "run", "repl", "docc"].includes(verb.text ?? "");
  return known
    ? runsCode(scene, `swift ${verb.text}`, by)
    : act("unknown", scene, { kind: "program", name: `swift ${verb.source}`, by });
}

const PODS = deedTable({
  read: "list search env outdated spec-cat spec-which ipc plugins-list",
  change: "install update deintegrate init cache spec lib",
  outside: "repo setup plugins",
});

function pod(command: Command, scene: Scene): Finding {
  const [verb, action] = parseOptions(command.args, {}).operands;
  const by = command.source;
  if (verb === undefined) return NOTHING;
  if (verb.text === "trunk" || (verb.text === "repo" && action?.text === "push")) {
    const name = `pod ${verb.text} ${action?.text ?? ""}`;
    if (["me", "info"].includes(action?.text ?? "")) return NOTHING;
    return act(action?.text === "register" ? "login" : "publish", scene, { kind: "pod.version", name, by });
  }
  if (verb.text === "lib" && action?.text === "lint") return runsCode(scene, "pod lib lint", by);
  return act(PODS.get(verb.text ?? "") ?? "unknown", scene, { kind: "pods", name: `pod ${verb.source}`, by });
}

/** Lanes are Ruby of the project; the actions of fastlane that reach a store have names of their own. */
function fastlane(command: Command, scene: Scene): Finding {
  const words = parseOptions(command.args, {})
    .operands.map((word) => word.text ?? "?")
    .filter((text) => !text.includes(":"));
  const [first = ""] = words;
  const by = command.source;
  if (
    ["lanes", "list", "actions", "action", "env", "docs", "search_plugins", "enable_auto_complete"].includes(
      first,
    )
  )
    return NOTHING;
  if (
    words.some((word) =>
      /^(deliver|supply|pilot|upload_to_\w+|beta|alpha|distribute\w*|testflight|match|cert|sigh|produce|pem|appstore|firebase_app_distribution)$/.test(
        word,
      ),
    )
  ) {
    return namedTask(
      scene,
      "fastlane",
      `release ${words.join(" ")}`.replace(/^release release/, "release"),
      by,
    );
  }
  return namedTask(scene, "fastlane", words.join(" "), by);
}

const FLUTTER = deedTable({
  read: "doctor devices emulators logs analyze symbolize config-list info language-server mcp-server",
  code: "build test run drive attach assemble compile bump install screenshot widget-preview gen-l10n doc",
  change: "clean create format fix gen-localizations",
  outside: "upgrade downgrade channel precache config custom-devices",
});

function flutter(command: Command, scene: Scene): Finding {
  const { operands, has } = parseOptions(command.args, {
    exact: true,
    values: ["-d", "--device-id", "-t", "--target", "--flavor", "-o", "--output"],
  });
  const [verb, action] = operands;
  const by = command.source;
  const name = `${command.program} ${verb?.source ?? ""}`.trim();
  if (verb === undefined) return NOTHING;
  if (verb.text === "pub") {
    if (action?.text === "publish")
      return has("--dry-run", "-n")
        ? NOTHING
        : act("publish", scene, { kind: "pub.version", name: `${command.program} pub publish`, by });
    if (["deps", "outdated"].includes(action?.text ?? "")) return NOTHING;
    if (action?.text === "run") return runsCode(scene, `${name} run ${operands[2]?.source ?? ""}`, by);
    const outside =
      action?.text === "global" ||
      action?.text === "cache" ||
      action?.text === "token" ||
      action?.text === "login";
    return act(outside ? "outside" : "change", scene, {
      kind: "dart.packages",
      name: `${name} ${action?.source ?? ""}`,
      by,
    });
  }
  const deed = FLUTTER.get(verb.text ?? "");
  if (deed !== undefined) return act(deed, scene, { kind: "dart.packages", name, by });
  return /\.dart$/.test(verb.text ?? "")
    ? runsCode(scene, name, by)
    : act("unknown", scene, { kind: "program", name, by });
}

const EXPO = deedTable({
  read: "doctor config whoami diagnostics build:list build:view update:list channel:list device:list env:list project:info account:view login-status",
  code: "start run run:ios run:android prebuild export lint serve customize test",
  change: "install init upgrade",
  outside:
    "login logout register account:login build credentials device:create env:pull env:create env:push secret:create build:configure project:init",
});

/** Expo builds on this machine; EAS builds in the cloud, submits to stores and updates what users run. */
function expo(command: Command, scene: Scene): Finding {
  const { operands } = parseOptions(command.args, {
    exact: true,
    values: ["-p", "--platform", "--profile", "-e", "--port", "--branch", "--channel", "-m", "--message"],
  });
  const verb = operands[0]?.text ?? "";
  const by = command.source;
  const name = `${command.program} ${verb}`.trim();
  const deed = verb === "" ? "code" : EXPO.get(verb);
  if (deed !== undefined) return act(deed, scene, { kind: "mobile.build", name, by });
  return namedTask(scene, command.program, `release ${verb}`, by);
}

/** A connected device or an emulator: reached through this machine, not production, not undone by us. */
const DEVICE: Place = { host: "android device", environment: "development" };

function adb(command: Command, scene: Scene): Finding {
  const { operands } = parseOptions(command.args, {
    exact: true,
    values: ["-s", "-t", "-H", "-P", "-L"],
    stopAtOperand: true,
  });
  const [verb, ...rest] = operands;
  const by = command.source;
  const onDevice = { ...scene, place: DEVICE };
  if (
    [
      "devices",
      "logcat",
      "version",
      "get-state",
      "wait-for-device",
      "start-server",
      "kill-server",
      "bugreport",
      "get-serialno",
      "help",
      "features",
      undefined,
    ].includes(verb?.text)
  )
    return NOTHING;
  if (verb?.text === "pull")
    return found(rest.slice(1).flatMap((word) => fileEffects("change", word, scene, { by })));
  if (verb?.text === "shell" || verb?.text === "exec-out")
    return deviceShell(
      rest.map((word) => word.text),
      scene,
      by,
    );
  if (
    [
      "install",
      "install-multiple",
      "push",
      "reverse",
      "forward",
      "connect",
      "pair",
      "tcpip",
      "usb",
      "emu",
      "sync",
      "disconnect",
      "remount",
      "attach",
      "detach",
    ].includes(verb?.text ?? "")
  ) {
    return runsCode(onDevice, `adb ${verb?.text}`, by);
  }
  return act("outside", onDevice, { kind: "device", name: `adb ${verb?.source ?? ""}`, by });
}

/** Android's own tools look and start things; everything else on the device is judged as a shell text there. */
function deviceShell(words: readonly (string | undefined)[], scene: Scene, by: string): Finding {
  const text = words.map((word) => word ?? "$UNKNOWN").join(" ");
  const looks =
    /^(getprop|dumpsys|wm (size|density)$|settings get|pm (list|path|dump)|am (start|broadcast|force-stop|instrument|startservice)|input|monkey|screencap|logcat|ps|ls|cat|df|id|date|service list|cmd package list)\b[^;&|`$<>]*$/;
  if (looks.test(text)) {
    return found(
      runsCode({ ...scene, place: DEVICE }, text, by).effects.map((one) => ({
        ...one,
        certain: true,
        resource: { ...one.resource, kind: "device" },
      })),
    );
  }
  return text === "" ? NOTHING : scene.shell(text, { place: DEVICE });
}

function toolchain(command: Command, scene: Scene): Finding {
  const first = command.args[0]?.text ?? "";
  const reads = ["--list", "--list_installed", "list", "-p", "--print-path", "--version", "-v"].includes(
    first,
  );
  return act(reads ? "read" : "outside", scene, {
    kind: "toolchain",
    name: `${command.program} ${first}`.trim(),
    by: command.source,
  });
}

function uploads(command: Command, scene: Scene): Finding {
  const texts = command.args.map((word) => word.text ?? "");
  if (
    texts.some((text) =>
      ["info", "log", "history", "--validate-app", "-v", "--list-providers"].includes(text),
    )
  )
    return NOTHING;
  return namedTask(scene, command.program, `publish ${texts[0] ?? ""}`, command.source);
}

function flash(command: Command, scene: Scene): Finding {
  if (["devices", "getvar", "--version"].includes(command.args[0]?.text ?? "")) return NOTHING;
  return act("remove", scene, { kind: "device", name: "fastboot", by: command.source });
}

const READS = new Set(wordsOf("xcpretty xcbeautify apkanalyzer aapt aapt2 emulator scrcpy idb"));

function other(command: Command, scene: Scene): Finding {
  if (READS.has(command.program)) return NOTHING;
  const verb = command.args.find((word) => !word.text?.startsWith("-"))?.text ?? "";
  if (/^[\w:-]+$/.test(verb) && classOfName(verb) !== "ordinary")
    return namedTask(scene, command.program, verb, command.source);
  return act("change", scene, { kind: "file", name: command.program, by: command.source });
}
