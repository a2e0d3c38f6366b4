/** How a program that mostly reads takes its arguments, and by which of them it does more. */
export interface Reader {
  readonly programs: readonly string[];
  /** Options with a value, with their dashes. */
  readonly values?: readonly string[];
  readonly long?: readonly string[];
  readonly singleDash?: boolean;
  /** Which operands are files that are shown: all, those after the first (which is a program text), or none. */
  readonly files?: "all" | "after-first" | "none";
  /** Options whose value is a file that is written. */
  readonly writes?: readonly string[];
  /** Options whose value is a file that is read. */
  readonly reads?: readonly string[];
  /** Flags after which the operands are changed in place. */
  readonly inPlace?: readonly string[];
  /** The operand, counted from 0, that is written. */
  readonly outputOperand?: number;
  /** Options whose value is a command that is started. */
  readonly starts?: readonly string[];
  readonly output?: "filter" | "tame" | "opaque";
}

function list(words: string): readonly string[] {
  return words.split(" ");
}

const READERS: readonly Reader[] = [
  {
    programs: list("cat gcat tac bat batcat nl"),
    values: list(
      "-l -H -r --language --style --theme --color --paging --pager --line-range --tabs --wrap --map-syntax -m -b -d -f -h -i -v -w -s",
    ),
    starts: ["--pager"],
  },
  {
    programs: ["head", "ghead", "tail", "gtail"],
    values: list("-n -c -s --lines --bytes --pid --sleep-interval --max-unchanged-stats"),
    output: "filter",
  },
  {
    programs: list("less more most zless zmore pg moar"),
    values: list(
      "-p -P -b -h -j -k -t -T -x -y -z -o -O --log-file --LOG-FILE --pattern --prompt --lesskey-src",
    ),
    writes: ["-o", "-O", "--log-file", "--LOG-FILE"],
  },
  {
    programs: list(
      "wc gwc cksum sum md5sum md5 sha1sum sha224sum sha256sum sha384sum sha512sum gsha256sum b2sum b3sum shasum xxhsum xxh64sum crc32",
    ),
    values: ["-a", "--algorithm", "--files0-from"],
    files: "none",
    output: "tame",
  },
  {
    programs: ["sort", "gsort"],
    values: list(
      "-k -t -o -S -T --key --field-separator --output --buffer-size --temporary-directory --compress-program --parallel --files0-from --batch-size --random-source --sort",
    ),
    long: ["--reverse", "--unique", "--numeric-sort"],
    writes: ["-o", "--output"],
    starts: ["--compress-program"],
    output: "filter",
  },
  {
    programs: ["uniq", "guniq"],
    values: list("-f -s -w --skip-fields --skip-chars --check-chars"),
    outputOperand: 1,
    output: "filter",
  },
  {
    programs: ["shuf", "gshuf"],
    values: list("-n -o -i --head-count --output --input-range --random-source"),
    writes: ["-o", "--output"],
    output: "filter",
  },
  {
    programs: list(
      "cut gcut paste column fmt fold expand unexpand pr tsort join look comm ul colrm col lolcat figlet banner cowsay ts pv numfmt ptx nkf",
    ),
    values: list(
      "-c -f -d -b -s -t -w -o -N -L -i -j -l -h -e -a --delimiter --delimiters --fields --characters --bytes --output-delimiter --width --separator --table-columns --to --from --field --format",
    ),
  },
  {
    programs: list(
      "diff gdiff cmp diff3 colordiff wdiff icdiff delta difft diffstat dwdiff interdiff combinediff filterdiff lsdiff ydiff json-diff jd",
    ),
    values: list(
      "-U -C -W -I -F -x -X -S -L -n -i --unified --context --width --exclude --exclude-from --label --ignore-matching-lines --color --pager",
    ),
    starts: ["--pager"],
  },
  {
    programs: ["sdiff", "gsdiff"],
    values: ["-o", "-w", "--output", "--width", "--diff-program"],
    writes: ["-o", "--output"],
    starts: ["--diff-program"],
  },
  {
    programs: list(
      "strings iconv uconv enca chardet file locale nm objdump readelf size ldd otool dwarfdump c++filt addr2line",
    ),
    values: list(
      "-n -t -e -f -o -m -F -j -s -C -M --from-code --to-code --output --magic-file --bytes --encoding",
    ),
    writes: ["--output"],
  },
  {
    programs: ["jq", "gojq", "jaq"],
    values: list("--indent -f --from-file -L --arg --argjson --slurpfile --rawfile --stream-errors"),
    files: "after-first",
    reads: ["-f", "--from-file"],
  },
  {
    programs: list(
      "fx gron dasel jless jid xq tomlq htmlq pup hxselect xpath jc json_pp csvlook csvcut csvgrep csvstat csvjson csvsort xsv qsv datamash glow mdcat pygmentize highlight jp jsonlint yamllint",
    ),
    values: list("--indent -f --from-file -L --stream-errors --tab-width -c -d -t -o --output -l -r -O"),
    files: "after-first",
    writes: ["--output"],
    reads: ["-f", "--from-file"],
    inPlace: ["--in-place", "--inplace"],
  },
  {
    programs: ["yq"],
    values: list(
      "-p -o -I -s --input-format --output-format --indent --split-exp --from-file --front-matter",
    ),
    files: "after-first",
    inPlace: ["-i", "--inplace", "-Y", "--in-place"],
  },
  {
    programs: ["xmllint"],
    values: list("--output -o --xpath --schema --dtdvalid --relaxng --encode --pattern --path --maxmem"),
    writes: ["--output", "-o"],
  },
  {
    programs: ["mlr"],
    values: list("--ifs --ofs --irs --ors --from -n"),
    files: "none",
    reads: ["--from"],
    inPlace: ["-I"],
  },
  {
    programs: ["pandoc"],
    values: list(
      "-o --output -f -t -F --filter -L --lua-filter --template -s -c --pdf-engine -V -M --from --to",
    ),
    writes: ["-o", "--output"],
    starts: ["-F", "--filter", "--pdf-engine"],
  },
  { programs: ["dos2unix", "unix2dos"], values: ["-c", "-D"], inPlace: [] },
];

/** The readers by the name of each program. */
export const READER_BY_PROGRAM: ReadonlyMap<string, Reader> = new Map(
  READERS.flatMap((reader) => reader.programs.map((program): [string, Reader] => [program, reader])),
);
