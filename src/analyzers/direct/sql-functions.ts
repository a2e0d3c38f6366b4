import type { Verb } from "../../core/effect.ts";
import { verbOfName, wordsOf } from "../cloud/words.ts";

/** Functions of PostgreSQL and its extensions that change something although SELECT calls them. */
const CHANGING: Readonly<Record<string, Verb>> = Object.fromEntries(
  (
    [
      ["stop", "pg_terminate_backend pg_cancel_backend pg_promote pg_wal_replay_pause"],
      [
        "delete",
        "lo_unlink pg_drop_replication_slot pg_replication_origin_drop pg_file_unlink drop_chunks lo_truncate lo_truncate64 cleanup_metadata drop_hypertable delete_job",
      ],
      [
        "execute",
        "dblink dblink_exec dblink_send_query dblink_open lo_import lo_export query_to_xml query_to_xmlschema query_to_xml_and_xmlschema cursor_to_xml database_to_xml plpy_exec pg_file_write pg_file_rename pg_execute_server_program http_get http_post http_put http_delete http sys_eval sys_exec xp_cmdshell load_extension",
      ],
      [
        "change",
        "setval nextval pg_reload_conf pg_rotate_logfile pg_switch_wal pg_stat_reset pg_stat_reset_shared pg_stat_statements_reset set_config lo_put lo_from_bytea lowrite lo_create pg_advisory_lock pg_create_restore_point pg_create_physical_replication_slot pg_create_logical_replication_slot pg_logical_emit_message pg_replication_slot_advance pg_logical_slot_get_changes pg_restore_relation_stats pg_import_system_collations addgeometrycolumn dropgeometrycolumn",
      ],
      ["send", "pg_notify"],
      ["escalate", "pg_read_server_files"],
    ] as [Verb, string][]
  ).flatMap(([verb, names]) => names.split(" ").map((name): [string, Verb] => [name, verb])),
);

/** Functions whose changes end with the session, or that take nothing away. */
const MILD = new Set(
  "nextval set_config pg_advisory_lock pg_cancel_backend pg_stat_statements_reset pg_stat_reset pg_reload_conf pg_rotate_logfile".split(
    " ",
  ),
);

/** Functions that read files of the server or secrets. */
const READS_SECRET =
  /^(pg_read_file|pg_read_binary_file|pg_ls_dir|load_file|pgp_sym_decrypt|decrypt|vault_.*)$/;

/** Functions that come with the database and change nothing, as far as names tell: prefixes, then whole names. */
const BUILT_IN =
  /^(pg_|array_|json|jsonb_|to_|date_|regexp_|string_|text|ts_|st_|has_|current_|session_|inet_|row_|age|abs|avg|bit_|bool_|btrim|cast|ceil|char|chr|clock_|coalesce|col_|concat|convert|corr|cos|count|crosstab|cube|cume|database|decode|degrees|dense_|div|encode|enum_|every|exp|extract|earth_|levenshtein|soundex|metaphone|word_similarity|unaccent|cosine_|l2_|inner_product|vector_|ll_to|first_value|floor|format|from_|gen_|generate_|get_|greatest|group|hex|host|hour|if|in_|initcap|instr|is|justify|lag|last_|lead|least|left|length|ln|localtime|log|lower|lpad|ltrim|make_|masklen|max|md5|min|mod|mode|month|network|now|nth_|ntile|nullif|num|obj_|octet_|overlay|percent|pi|position|power|quote_|radians|random|rank|repeat|replace|reverse|right|round|rpad|rtrim|scale|sha|shobj_|sign|sin|split_|sqrt|starts_with|statement_|std|strpos|substr|sum|sys|tan|time|total|translate|trim|trunc|tsv|txid_|typeof|unicode|uniq|unnest|upper|user|uuid|var|version|websearch_|week|width_|word_|xml|year|sqlite_|strftime|julianday|printf|changes|quote|zeroblob|unixepoch|datetime|rowid|any_|bitcount|similarity|show_|phraseto|plainto|setweight|numnode|query|dist|hashtext|hll|int[248]|float|numeric|bigint|date)/;

/** What a call of a function in a query means: `undefined` when it only computes. */
export function functionVerb(
  qualified: string,
  statementIsCall: boolean,
): { readonly verb: Verb; readonly certain: boolean; readonly mild: boolean } | undefined {
  const name = qualified.toLowerCase().replace(/^(pg_catalog|public|extensions)\./, "");
  const known = Object.hasOwn(CHANGING, name) ? CHANGING[name] : undefined;
  if (known !== undefined) return { verb: known, certain: true, mild: MILD.has(name) };
  const last = name.slice(name.lastIndexOf(".") + 1);
  const verb = verbOfName(last);
  if (BUILT_IN.test(last) && !/^(delete|drop|truncate|purge)/.test(last)) return undefined;
  if (verb !== undefined && verb !== "read" && isVerbFirst(last))
    return { verb, certain: false, mild: false };
  return statementIsCall ? { verb: "execute", certain: false, mild: false } : undefined;
}

function isVerbFirst(name: string): boolean {
  const [first, second] = wordsOf(name);
  return second !== undefined && verbOfName(first ?? "") !== undefined && verbOfName(first ?? "") !== "read";
}

/** True for functions that hand out the content of files or of encrypted columns. */
export function readsSecret(qualified: string): boolean {
  return READS_SECRET.test(qualified.toLowerCase().replace(/^pg_catalog\./, ""));
}
