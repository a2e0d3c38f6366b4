/** Statements by their first words, as SQL dialects spell them; free text hardly ever has these forms. */
const FORMS: readonly RegExp[] = [
  /^select\b[\s\S]*(\bfrom\s+["`[(\w]|\w\s*\(|^select\s+\d)/i,
  /^with\s+(recursive\s+)?["`\w]+\s*(\([^)]*\)\s*)?as\s*(not\s+materialized\s*|materialized\s*)?\(/i,
  /^(delete|remove)\s+from\s+["`[\w]/i,
  /^delete\s+["`\w.]+\s+(from|where)\b/i,
  /^truncate\s+(table\s+)?["`[\w.]+(\s*,\s*["`\w.]+)*(\s+(cascade|restrict|restart\b.*))?\s*$/i,
  /^drop\s+(table|database|schema|index|view|materialized|function|procedure|trigger|type|role|user|sequence|extension|column|collection|keyspace|warehouse|stage|pipe|task|stream|policy|owned|tablespace|measurement|series|retention|continuous|shard)\b/i,
  /^update\s+(only\s+)?["`[\w.\]]+(\s+(as\s+)?\w+)?\s+set\b/i,
  /^(insert|replace)\s+(ignore\s+|overwrite\s+)?(into|table)\b/i,
  /^(upsert|merge)\s+into\b/i,
  /^alter\s+(table|database|schema|role|user|system|type|view|index|sequence|function|warehouse|default|policy|publication|subscription|session|account)\b/i,
  /^create\s+(or\s+replace\s+)?(temp\w*\s+|unlogged\s+|global\s+|local\s+|unique\s+|materialized\s+|external\s+|transient\s+)*(table|database|schema|index|view|function|procedure|trigger|type|role|user|sequence|extension|policy|publication|subscription|warehouse)\b/i,
  /^(grant|revoke)\b[\s\S]+\b(to|from)\b/i,
  /^(call|exec|execute)\s+[\w."]+\s*(\(|;?\s*$)/i,
  /^(copy|unload)\b[\s\S]+\b(from|to|into)\b/i,
  /^(explain|vacuum|analyze|analyse|reindex|optimize|refresh|cluster|lock|do)\b[\s\S]*\b(select|insert|update|delete|table|tables|database|full|materialized)\b/i,
  /^(begin|commit|rollback|start\s+transaction|set\s+\w+\s*(=|to\b))/i,
];

/** True when one of the statements of a text has a form of SQL: it is then judged as SQL, wherever it stands. */
export function isSqlStatement(text: string): boolean {
  return text
    .slice(0, 100_000)
    .replace(/--[^\n]*|\/\*[\s\S]*?\*\//g, " ")
    .split(";")
    .map((statement) => statement.trim().replace(/^\(+\s*/, ""))
    .some((statement) => FORMS.some((form) => form.test(statement)));
}

/** What a Cypher query (Neo4j, Memgraph, Neptune) does; `undefined` when the text is none. */
export function cypherDeed(text: string): "read" | "change" | "delete" | undefined {
  const bare = text.replace(/'(?:[^'\\]|\\.)*'|"(?:[^"\\]|\\.)*"|\/\/[^\n]*/g, "''");
  const isCypher =
    /(^|\s)(optional\s+)?match\s*\(|^\s*(merge|create)\s*\(|^\s*unwind\b|\breturn\b[\s\S]*$|^\s*call\s+[\w.]+/i;
  if (!isCypher.test(bare)) return undefined;
  if (/\b(detach\s+delete|delete|drop)\b/i.test(bare)) return "delete";
  return /\b(set|remove|merge|create|load\s+csv|foreach)\b|\bapoc\.(?!meta|help|version)/i.test(bare)
    ? "change"
    : "read";
}
