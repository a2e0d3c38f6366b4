import type { Analyzer, Command, Finding, Scene } from "../analyzer.ts";
import { combine, fileEffects, found, NOTHING } from "../effects.ts";
import { parseOptions } from "../options.ts";
import { act, runsCode, runsForeignCode, wordsOf } from "../project/deeds.ts";
import { classOfName, namedTask } from "../project/names.ts";
import { pathSource } from "../project/sources.ts";

export const analyzer: Analyzer = {
  name: "jvm",
  title: "Java, Kotlin, Scala and Clojure builds",
  about:
    "Maven goals and Gradle, sbt, Ant, Leiningen and Mill tasks run the project's own code; goals that deploy, publish, or empty a database (`flyway:clean`, `liquibase:dropAll`) are named for what they do.",
  programs: wordsOf(`
    mvn mvnw mvnd gradle gradlew sbt ant lein mill scala-cli amm cs java javac javap javadoc kotlinc
    scalac groovyc jps jstack jstat jinfo jdeps jlink jpackage jcmd jmap jfr ktlint detekt
    google-java-format scalafmt scalafix checkstyle pmd spotbugs jbang quarkus mn jreleaser-gradle
  `),
  analyze(command, scene) {
    return (JUDGES.get(command.program) ?? tool)(command, scene);
  },
  examples: [
    { run: "mvn -q clean verify", does: ["execute? workspace-code mvn clean verify"], tier: 1 },
    {
      run: "./gradlew :app:test --tests '*Cart*'",
      does: ["execute? workspace-code gradlew :app:test"],
      tier: 1,
    },
    { run: "mvn deploy -DskipTests", does: ["unknown? task mvn deploy @unknown"], tier: 3 },
    { run: "mvn flyway:clean", does: ["delete? sql.database mvn flyway:clean @unknown"], tier: 4 },
    { run: "gradle publish", does: ["unknown? task gradle publish @unknown"], tier: 3 },
    {
      run: "./gradlew publishToMavenLocal",
      does: ["execute? workspace-code gradlew publishToMavenLocal"],
      tier: 1,
    },
    { run: "mvn dependency:tree", does: [], tier: 0 },
    { run: "java -jar target/app.jar", does: ["execute? workspace-code java target/app.jar"], tier: 1 },
    { run: "java -jar /opt/other/x.jar", does: ["execute? foreign-code /opt/other/x.jar @local"], tier: 2 },
    { run: "javac -d out src/Main.java", does: ["create directory out"], tier: 1 },
  ],
};

type Judge = (command: Command, scene: Scene) => Finding;

const JUDGES: ReadonlyMap<string, Judge> = new Map<string, Judge>([
  ...["mvn", "mvnw", "mvnd"].map((name) => [name, maven] as const),
  ...["gradle", "gradlew", "sbt", "ant", "lein", "mill", "quarkus", "mn"].map(
    (name) => [name, tasks] as const,
  ),
  ...["java", "jbang"].map((name) => [name, java] as const),
  ...["javac", "kotlinc", "scalac", "groovyc", "javadoc", "jlink", "jpackage"].map(
    (name) => [name, compile] as const,
  ),
]);

const TASK_VALUES = wordsOf(`
    -f --file -pl --projects -P --activate-profiles -s --settings -t --toolchains -T --threads -l
    --log-file -rf --resume-from -p --project-dir -b --build-file -c --settings-file -g
    --gradle-user-home -I --init-script --tests -x --exclude-task --max-workers --console
    --include-build -buildfile -file -lib -logger -gs --warning-mode --priority -M --scan-id
    --configuration --dependency --task
  `);

/** Goals that only show something. */
const MAVEN_READS =
  /^((org\.apache\.maven\.plugins:)?(maven-)?(dependency|help|versions)(-plugin)?(:[\d.]+)?:(tree|list|analyze|resolve|effective-pom|effective-settings|describe|evaluate|active-profiles|all-profiles|display-[\w-]+|build-classpath|system))$/;
/** Goals that empty or drop the database that the build's configuration names. */
const EMPTIES_DATABASE =
  /(^|:)(flyway(-maven-plugin)?(:[\d.]+)?:clean|flywayClean|liquibase(-maven-plugin)?(:[\d.]+)?:(dropAll|drop-all|rollback\w*)|dropAll|liquibaseDropAll|hibernate:drop|hbm2ddl)$/i;

function maven(command: Command, scene: Scene): Finding {
  const options = parseOptions(command.args, { exact: true, values: TASK_VALUES, singleDash: true });
  const by = command.source;
  const goals = options.operands.map((word) => word.text ?? "?");
  const properties = command.args.filter((word) => (word.text ?? word.prefix).startsWith("-D"));
  const executes = properties.find((word) => /^-Dexec\.(executable|args)/.test(word.text ?? word.prefix));
  if (executes && goals.some((goal) => /exec/.test(goal)))
    return act("unknown", scene, { kind: "program", name: by, by });
  const rest = goals.filter((goal) => !MAVEN_READS.test(goal));
  return rest.length === 0 ? NOTHING : named(command.program, rest, scene, by);
}

const TASK_READS = new Set(
  wordsOf(
    "tasks projects properties dependencies dependencyInsight help components outgoingVariants javaToolchains dependencyUpdates model buildEnvironment --list deps deps-tree classpath show-java",
  ),
);

function tasks(command: Command, scene: Scene): Finding {
  const options = parseOptions(command.args, {
    exact: true,
    values: TASK_VALUES,
    singleDash: command.program === "ant",
  });
  const by = command.source;
  if (options.has("-m", "--dry-run", "-projecthelp", "--stop", "--status")) return NOTHING;
  const init = options.value("-I", "--init-script");
  if (init && pathSource(init.text ?? "/", scene) !== "workspace")
    return runsForeignCode(scene, init.source, by);
  const names = options.operands.map((word) => word.text ?? "?");
  const rest = names.filter((name) => !TASK_READS.has(name.split(":").at(-1) ?? ""));
  return names.length > 0 && rest.length === 0 ? NOTHING : named(command.program, rest, scene, by);
}

/** Judges every goal or task by its own name; all ordinary ones together are one run of the project's code. */
function named(program: string, names: readonly string[], scene: Scene, by: string): Finding {
  const emptying = names.filter((name) => EMPTIES_DATABASE.test(name));
  const others = names.filter((name) => !EMPTIES_DATABASE.test(name));
  const special = others.filter((name) => meaning(name) !== "ordinary");
  const ordinary = others.filter((name) => meaning(name) === "ordinary");
  return combine(
    ordinary.length > 0 || names.length === 0
      ? runsCode(scene, `${program} ${ordinary.join(" ")}`.trim(), by)
      : NOTHING,
    ...special.map((name) => namedTask(scene, program, name, by)),
    ...emptying.map((name) => emptiesDatabase(program, name, scene, by)),
  );
}

/** Publishing to the operator's own repository (`~/.m2`, `~/.ivy2`) is local; `bootRun` and the like are not deployments. */
function meaning(name: string): ReturnType<typeof classOfName> {
  if (
    /^:?([\w.-]+:)*(spotless\w*Apply|rewriteRun|publish\w*ToMavenLocal|publishLocal|publishM2|assemble\w*Release|bundle\w*Release|lint\w*Release|test\w*Release\w*|compile\w*Release\w*|install\w*Release|process\w*Release\w*)$/.test(
      name,
    )
  ) {
    return "ordinary";
  }
  return classOfName(name);
}

function emptiesDatabase(program: string, name: string, scene: Scene, by: string): Finding {
  const { effects } = namedTask(scene, program, "drop database", by);
  return found(
    effects.map((one) => ({
      ...one,
      verb: "delete" as const,
      reversibility: "R4" as const,
      wayBack: "none" as const,
      resource: { ...one.resource, kind: "sql.database", name: `${program} ${name}` },
    })),
  );
}

const JAVA_VALUES = wordsOf(`
    -cp -classpath --class-path -p --module-path --add-modules --add-opens --add-exports -jar -m
    --module -e
  `);

function java(command: Command, scene: Scene): Finding {
  const options = parseOptions(command.args, {
    exact: true,
    values: JAVA_VALUES,
    singleDash: true,
    stopAtOperand: true,
  });
  const by = command.source;
  const agent = command.args.find((word) =>
    /^-(javaagent|agentpath|agentlib):/.test(word.text ?? word.prefix),
  );
  if (
    agent &&
    pathSource(agent.text?.replace(/^-\w+:/, "").replace(/=.*$/, "") ?? "/", scene) !== "workspace"
  ) {
    return runsForeignCode(scene, agent.source, by);
  }
  const jar =
    options.value("-jar") ??
    options.operands.find((word) => /\.(jar|java|kts?|sc|scala|groovy)$/.test(word.text ?? word.suffix));
  const source = jar?.text === undefined ? (jar ? "unknown" : "workspace") : pathSource(jar.text, scene);
  const name = jar?.source ?? options.operands[0]?.source ?? "";
  if (name === "") return NOTHING;
  return source === "workspace"
    ? runsCode(scene, `${command.program} ${name}`, by)
    : runsForeignCode(scene, name, by);
}

function compile(command: Command, scene: Scene): Finding {
  const options = parseOptions(command.args, {
    exact: true,
    values: wordsOf(`
    -d --output --dest -cp -classpath --class-path -source -target --release -processorpath -h -s
  `),
    singleDash: true,
  });
  const by = command.source;
  const targets = options.values("-d", "--output", "--dest", "-h", "-s");
  if (targets.length === 0) return act("change", scene, { kind: "file", name: command.program, by });
  return found(targets.flatMap((word) => fileEffects("change", word, scene, { recursive: true, by })));
}

const READS = new Set(wordsOf("javap jps jstack jstat jinfo jdeps checkstyle pmd spotbugs jfr jcmd"));

function tool(command: Command, scene: Scene): Finding {
  if (READS.has(command.program)) return NOTHING;
  return runsCode(scene, command.program, command.source);
}
