import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, it } from "vitest";
import { needs, works } from "../cli/program.ts";
import { missingTerminal, openTerminal, type Terminal } from "./terminal.ts";
import { makeFolder, missingOverlay, WAYS } from "./users.ts";

const PROGRAM = join(import.meta.dirname, "shell-program.ts");

const SIZES: readonly (readonly [number, number])[] = [
  [80, 24],
  [120, 40],
];

/** A terminal in which `run FILE` runs that script isolated, as one of `USERS`. */
function start(size: readonly [number, number], way: (typeof WAYS)[number], script: string): Terminal {
  const folder = makeFolder();
  writeFileSync(join(folder, "script"), script, { mode: 0o644 });
  mkdirSync(join(folder, "home"));
  const words = [...way.words, process.execPath, PROGRAM, way.setup, folder].join(" ");
  const terminal = openTerminal(size, folder, {
    PATH: process.env.PATH,
    HOME: join(folder, "home"),
    LANG: "C.UTF-8",
  });
  terminal.enter(`run() { ${words} "$(cat script)"; }; clear; before=$(stty -g)`);
  terminal.enter("clear; run; echo code=$?");
  return terminal;
}

/** The terminal is as it was: its modes, and it takes lines. */
async function saneAfter(terminal: Terminal, code: number): Promise<void> {
  await terminal.until(new RegExp(`code=${code}\\b`));
  terminal.enter('clear; [ "$before" = "$(stty -g)" ] && echo "sa""ne"');
  await terminal.until(/^sane/m);
}

const REPOSITORY = `
export GIT_AUTHOR_NAME=a GIT_AUTHOR_EMAIL=a@b GIT_COMMITTER_NAME=a GIT_COMMITTER_EMAIL=a@b HOME=$PWD GIT_PAGER=less
git init -q .; for i in $(seq 1 40); do git commit -q --allow-empty -m "change $i"; done`;

const VI = "vi -u NONE -i NONE -n";

type Step =
  | readonly ["see", RegExp]
  | readonly ["press", ...string[]]
  | readonly ["enter", string]
  | readonly ["resize", number, number];

/** A script, what somebody does at the terminal and sees, and the code at the end. */
const DIALOGUES: readonly (readonly [string, string, string, readonly Step[], number])[] = [
  [
    "a pager",
    "less",
    "seq 1 500 | LESSHISTFILE=- less",
    [
      ["see", /^10$/m],
      ["press", "Space"],
      ["enter", "/350"],
      ["see", /^350$/m],
      ["press", "q"],
    ],
    0,
  ],
  [
    "a small pager",
    "more",
    "seq 1 500 | more",
    [
      ["see", /More/],
      ["press", "Space"],
      ["press", "q"],
    ],
    0,
  ],
  [
    "an editor",
    "vi",
    `${VI} note; cat note`,
    [
      ["see", /~/],
      ["press", "i"],
      ["enter", "first line"],
      ["press", "second", "Escape"],
      ["enter", ":wq"],
      ["see", /first line\nsecond/],
    ],
    0,
  ],
  [
    "nano",
    "nano",
    "nano --ignorercfiles note; cat note",
    [
      ["see", /Exit/],
      ["enter", "written"],
      ["press", "C-o", "Enter"],
      ["press", "C-x"],
      ["see", /written/],
    ],
    0,
  ],
  [
    "ed",
    "ed",
    "ed -p: note; cat note",
    [
      ["see", /:/],
      ["enter", "a"],
      ["enter", "by ed"],
      ["enter", "."],
      ["enter", "wq"],
      ["see", /by ed/],
    ],
    0,
  ],
  [
    "an interactive rebase",
    "git",
    `${REPOSITORY}\nGIT_EDITOR='${VI}' git rebase -i --keep-empty HEAD~2 && git log --format=%s -2 | cat`,
    [
      ["see", /pick.*change 40/],
      ["press", "ddp"],
      ["enter", ":wq"],
      ["see", /^change 39\nchange 40$/m],
    ],
    0,
  ],
  [
    "a log with a pager",
    "git",
    `${REPOSITORY}\nLESSHISTFILE=- git -c color.ui=false log`,
    [
      ["see", /change 40/],
      ["press", "G"],
      ["see", /change 1$/m],
      ["press", "q"],
    ],
    0,
  ],
  [
    "python",
    "python3",
    "HOME=$PWD python3 -q",
    [
      ["see", />>>/],
      ["enter", "6 * 7"],
      ["see", /^42$/m],
      ["enter", "exit(5)"],
    ],
    5,
  ],
  [
    "node",
    "node",
    "NODE_REPL_HISTORY= node",
    [
      ["see", /^>/m],
      ["enter", "6 * 7"],
      ["see", /^42$/m],
      ["press", "C-d"],
    ],
    0,
  ],
  [
    "bash",
    "bash",
    "bash --norc -i",
    [
      ["see", /\$|#/],
      ["enter", "echo $((6 * 7))"],
      ["see", /^42$/m],
      ["enter", "exit 6"],
    ],
    6,
  ],
  [
    "jobs of an inner shell",
    "bash",
    "PS1='in> ' bash --norc -i",
    [
      ["see", /in>/],
      ["enter", "sleep 63.5"],
      ["see", /sleep 63.5/],
      ["press", "C-z"],
      ["see", /Stopped/],
      ["enter", "clear; bg; jobs; kill %1; wait %1; echo code=$?; fg"],
      ["see", /code=143/],
      ["enter", "exit 6"],
    ],
    6,
  ],
  [
    "a password",
    "bash",
    'read -rsp "Password: " word; echo; echo "${#word} letters"',
    [
      ["see", /Password:/],
      ["enter", "hunter2"],
      ["see", /^Password:\n7 letters/m],
    ],
    0,
  ],
  [
    "a question on the terminal",
    "bash",
    'read -rp "Sure? " word </dev/tty >/dev/tty 2>&1; echo "said $word"',
    [
      ["see", /Sure/],
      ["enter", "yes"],
      ["see", /said yes/],
    ],
    0,
  ],
  [
    "Ctrl-C, trapped",
    "bash",
    "trap 'echo caught; exit 9' INT; echo begun; while :; do sleep 0.05; done",
    [
      ["see", /begun/],
      ["press", "C-c"],
      ["see", /caught/],
    ],
    9,
  ],
  [
    "Ctrl-C, ignored",
    "bash",
    "trap '' INT; echo begun; read -r line; echo $line",
    [
      ["see", /begun/],
      ["press", "C-c"],
      ["enter", "still here"],
      ["see", /^still here$/m],
    ],
    0,
  ],
  [
    "Ctrl-C, by a child only",
    "bash",
    "trap : INT; echo begun; sleep 50; echo $? after",
    [
      ["see", /begun/],
      ["press", "C-c"],
      ["see", /130 after/],
    ],
    0,
  ],
  [
    "Ctrl-\\, trapped",
    "bash",
    "trap 'echo caught; exit 9' QUIT; echo begun; while :; do sleep 0.05; done",
    [
      ["see", /begun/],
      ["press", "C-\\"],
      ["see", /caught/],
    ],
    9,
  ],
  [
    "Ctrl-Z and fg",
    "bash",
    "trap 'echo back' CONT; echo begun; while [ ! -e gone ]; do read -r -t 0.1 line && touch gone; done; echo ended",
    [
      ["see", /begun/],
      ["press", "C-z"],
      ["see", /Stopped/],
      ["enter", "clear; jobs; fg; echo code=$?"],
      ["see", /back/],
      ["enter", "x"],
      ["see", /ended/],
    ],
    0,
  ],
  [
    "another window size",
    "bash",
    "trap 'stty size; exit 4' WINCH; stty size; while :; do sleep 0.05; done",
    [
      ["see", /^\d+ \d+$/m],
      ["resize", 100, 30],
      ["see", /^30 100$/m],
    ],
    4,
  ],
];

async function play(terminal: Terminal, steps: readonly Step[]): Promise<void> {
  for (const step of steps) {
    if (step[0] === "see") await terminal.until(step[1]);
    else if (step[0] === "enter") terminal.enter(step[1]);
    else if (step[0] === "resize") terminal.resize(step[1], step[2]);
    else terminal.press(...step.slice(1).map(String));
  }
}

describe.skipIf(missingOverlay() !== undefined || missingTerminal()).each(WAYS)(
  "at a terminal as $name, set up with $setup",
  (way) => {
    const size = SIZES[way.isMain ? 0 : 1] ?? [80, 24];

    const dialogues = way.isMain ? DIALOGUES : DIALOGUES.filter(([what]) => /^(Ctrl|jobs)/.test(what));

    it.concurrent.each(dialogues)("[X-shell] %s", async (_, program, script, steps, code) => {
      if (!needs(program, works("sh", "-c", `command -v ${program}`))) return;
      const terminal = start(size, way, script);
      try {
        await play(terminal, steps);
        await saneAfter(terminal, code);
      } finally {
        terminal.close();
      }
    });

    it.concurrent("[X-shell] Ctrl-C ends a command that does not handle it, and whoever called us learns of the signal", async ({
      expect,
    }) => {
      const terminal = start(size, way, "echo begun; sleep 50; echo not reached");
      try {
        await terminal.until(/begun/);
        terminal.press("C-c");
        await terminal.until(/ready>$/);
        terminal.enter("echo $?");
        expect(await terminal.until(/^130$/m)).not.toContain("not reached");
      } finally {
        terminal.close();
      }
    });
  },
);
