import { describe, it } from "vitest";
import { check, type World } from "./check.ts";

type Line = readonly [line: string, tier: 0 | 1 | 2 | 3 | 4 | "X"];

function table(name: string, lines: readonly Line[], world: World = {}): void {
  describe(name, () => {
    it.each(lines)("%s is T%s", async (line, tier) => check(line, { tier }, world));
  });
}

const MAKEFILE = `
include config.mk
-include .env
OUT := build
DATA ?= /srv/data
VERSION = $(shell git describe --tags)
SRC := $(wildcard src/*.c)
SHELL = /bin/bash

.PHONY: all clean
all: $(OUT)/app

$(OUT)/app: main.o
	@mkdir -p $(OUT)
	gcc -o $@ $^

%.o: %.c
	gcc -c $< -o $@

clean:
	-@rm -rf $(OUT) *.o

wipe:
	rm -rf $(DATA)

both: clean \\
  wipe

quiet: ; @rm -rf /srv/data

test: all
	@if [ -d $(OUT) ]; then pytest -q; fi
	for f in a b; do echo $$f; done

deep:
	$(MAKE) -C sub wipe

again:
	$(MAKE) again

computed:
	$(call run,x)

release: test
	echo "nothing is released"

home:
	echo $$HOME $(VERSION)

ifeq ($(OS),Windows_NT)
drop:
	del data
else
drop:
	rm -rf /srv/data
endif

mixed: DATA = out
mixed:
	echo hi # rm -rf /srv/data
`;

const MAKE: World = {
  files: {
    Makefile: MAKEFILE,
    "config.mk": "EXTRA = 1\nincluded:\n\trm -rf /srv/data\n",
    "sub/Makefile": "wipe:\n\trm -rf /srv/data\nbuild:\n\tcargo build\n",
    "other.mk": "go:\n\trm -rf /srv/data\n",
    "fast/Makefile": "X != rm -rf /srv/data\nall:\n\ttrue\n",
    "evil/Makefile": "X := $(shell rm -rf /srv/data)\nall:\n\ttrue\n",
    "python/Makefile": "SHELL := /usr/bin/python3\nall:\n\timport os\n",
    "braces/Makefile": "X = ${shell rm -rf /srv/data}\nall:\n\ttrue\n",
    "condition/Makefile": "ifeq ($(shell rm -rf /srv/data),)\nall:\n\ttrue\nendif\n",
    "needs/Makefile": "all: $(shell rm -rf /srv/data)\n\ttrue\n",
    "oneshell/Makefile": ".ONESHELL:\nall:\n\tcd /srv\n\trm -rf data\n",
    "lines/Makefile": "all:\n\tcd /srv\n\trm -rf data\n",
    "pattern/Makefile": "all: a.o\na.o: a.h\n%.o: %.c\n\trm -rf /srv/data\n",
    "functions/Makefile":
      "S := $(wildcard src/*.c)\nO := $(S:.c=.o)\nP = $(patsubst src/%.c,/srv/%.o,$(S))\nclean:\n\trm -f $(O)\n\t$(RM) $(addprefix build/,a b)\nwipe:\n\trm -rf $(P)\n\ncc:\n\t$(CC) -o app $(S)\nfound:\n\trm -f $(patsubst %.c,%.o,$(shell find src -name '*.c'))\n",
    "endless/Makefile": "A = $(B)$(B)\nB = $(A)$(A)\nall:\n\trm -rf $(A)\n",
    "default/Makefile": ".DEFAULT_GOAL := wipe\nall:\n\ttrue\nwipe:\n\trm -rf /srv/data\n",
  },
};

table(
  "[A-build] the recipes of a target and its prerequisites are judged as shell texts",
  [
    ["make", 1],
    ["make all", 1],
    ["make clean", 1],
    ["make wipe", 3],
    ["make -j8 wipe", 3],
    ["make -s wipe", 3],
    ["make -k clean wipe", 3],
    ["make both", 3],
    ["make quiet", 3],
    ["make test", 1],
    ["make deep", 3],
    ["make again", "X"],
    ["make computed", 2],
    ["make release", 1],
    ["make home", 0],
    ["make drop", 3],
    ["make mixed", 0],
    ["make included", 3],
    ["make wipe DATA=out", 1],
    ["make wipe DATA=/etc", 3],
    ["make clean OUT=/srv/data", 3],
    ['make clean OUT="$TARGET"', 3],
    ["make -C sub wipe", 3],
    ["make -C sub build", 1],
    ["make --directory=sub wipe", 3],
    ["cd sub && make wipe", 3],
    ["make -f other.mk go", 3],
    ["make --file=other.mk", 3],
    ["make -C fast", 3],
    ["make -C evil", 3],
    ["make -n -C evil", 3],
    ["make -C python", 2],
    ["make -C default", 3],
    ["make -f - <<< $'all:\\n\\trm -rf /srv/data'", 3],
    ["printf 'all:\\n\\trm -rf /srv/data\\n' | make -f -", 3],
    ["curl -s https://example.com/x | make -f -", 2],
    ["make -f /home/dev/project/other.mk go", 3],
    ['make -f "$FILE" go', 2],
    ["make -C nowhere --eval='x: ; rm -rf /srv/data' x", 3],
    ["make -C braces", 3],
    ["make -C condition", 3],
    ["make -C needs", 3],
    ["make -C oneshell", 3],
    ["make -C lines", 1],
    ["make -C pattern", 3],
    ["make -C functions clean", 1],
    ["make -C functions wipe", 3],
    ["make -C functions cc", 1],
    ["make -C functions found", 1],
    ["make -C endless", 3],
    ["make -n wipe", 0],
    ["make --dry-run wipe", 0],
    ["make --eval='x: ; rm -rf /srv/data' x", 3],
    ["make no-such-target", 1],
    ["make deploy-production", 3],
    ["make $TARGET", 2],
    ["gmake wipe", 3],
  ],
  MAKE,
);

table("[A-build] a target that cannot be read is judged by its name", [
  ["make", 1],
  ["make test", 1],
  ["make -j4 all", 1],
  ["make lint fmt check", 1],
  ["make docs", 1],
  ["make up", 1],
  ["make docker-build", 1],
  ["make install", 1],
  ["make deploy", 3],
  ["make deploy ENV=prod", 3],
  ["make build ENV=dev", 1],
  ["make destroy", 3],
  ["make db-reset", 3],
  ["make terraform-apply", 3],
  ["make apply", 3],
  ["make publish", 3],
  ["make release", 3],
  ["make nuke", 3],
  ["make clean-db", 3],
  ["make migrate", 2],
  ["make seed", 2],
  ["make push", 2],
  ["make rollback", 3],
  ["make -n deploy", 0],
  ["sudo make install", 2],
]);

const JUSTFILE = `
set shell := ["bash", "-uc"]
out := "build"
stamp := \`date +%s\`
export MODE := 'dev'

alias t := test

# runs the tests
test: build
    pytest -q

build:
    @mkdir -p {{out}}
    -rm -rf {{out}}/old

wipe target="/srv/data":
    rm -rf {{target}}

both: clean wipe
clean:
    rm -rf {{out}}

remove path:
    rm -rf {{path}}

[private]
script:
    #!/usr/bin/env bash
    set -e
    rm -rf /srv/data

py:
    #!/usr/bin/env python3
    import shutil
    shutil.rmtree("/srv/data")

computed:
    rm -rf {{ join(out, "x") }}
`;

table(
  "[A-build] recipes are judged with their parameters and dependencies",
  [
    ["just", 1],
    ["just test", 1],
    ["just t", 1],
    ["just clean", 1],
    ["just wipe", 3],
    ["just wipe out", 1],
    ["just wipe /etc", 3],
    ["just both", 3],
    ["just clean wipe", 3],
    ["just remove dist", 1],
    ["just remove /srv/data", 3],
    ["just remove $X", 3],
    ["just script", 3],
    ["just py", 3],
    ["just computed", 3],
    ["just --list", 0],
    ["just -n wipe", 0],
    ["cd src && just wipe", 3],
    ["just --justfile justfile wipe", 3],
    ["just deploy-everything", 3],
    ["just unknown-recipe", 1],
    ["just -c rm -rf /srv/data", 3],
  ],
  { files: { justfile: JUSTFILE } },
);

const TASKFILE = `
version: '3'
vars:
  OUT: build
tasks:
  default:
    cmds:
      - task: test
  test:
    deps: [build]
    cmds:
      - pytest -q
  build:
    desc: builds it
    cmds:
      - mkdir -p build
      - cmd: rm -rf build/old
        silent: true
  wipe:
    cmds:
    - rm -rf /srv/data
  block:
    cmds:
      - |
        set -e
        rm -rf /srv/data
  short: rm -rf /srv/data
  list:
    - echo hi
    - rm -rf /srv/data
  db:reset:
    cmd: rm -rf /srv/data
  later:
    deps:
      - task: wipe
  quoted:
    cmds: ['rm -rf /srv/data']
  templated:
    cmds:
      - rm -rf {{.OUT}}
`;

table(
  "[A-build] tasks of a Taskfile are judged by their commands",
  [
    ["task", 1],
    ["task test", 1],
    ["task build", 1],
    ["task wipe", 3],
    ["task build wipe", 3],
    ["task block", 3],
    ["task short", 3],
    ["task list", 3],
    ["task db:reset", 3],
    ["task later", 3],
    ["task templated", 3],
    ["task --list", 0],
    ["task -n wipe", 0],
    ["task deploy", 3],
    ["task unknown", 1],
    ["go-task wipe", 3],
    ["task -d . wipe", 3],
  ],
  { files: { "Taskfile.yml": TASKFILE } },
);

table(
  "[A-build] scripts of composer.json are judged line by line",
  [
    ["composer test", 1],
    ["composer run test", 1],
    ["composer run-script wipe", 3],
    ["composer wipe", 3],
    ["composer all", 3],
    ["composer php", 1],
    ["composer callback", 1],
    ["composer install", 3],
    ["composer install --no-scripts", 1],
    ["composer deploy", 3],
    ["composer loop", 0],
  ],
  {
    files: {
      "composer.json": JSON.stringify({
        scripts: {
          test: ["@php -l src/a.php", "phpunit"],
          wipe: "rm -rf /srv/data",
          all: ["@test", "@wipe"],
          php: "@php vendor/bin/phpunit",
          callback: "App\\Installer::run",
          "post-install-cmd": ["@wipe"],
          loop: ["@loop"],
        },
      }),
    },
  },
);

table("[A-build] make: what replaces its shell, its flags or its makefile is judged", [
  ["make SHELL=/tmp/x", 2],
  ["make SHELL=/bin/bash test", 1],
  ["make .SHELLFLAGS='-c \"rm -rf /\"'", 2],
  ["make MAKEFLAGS='--eval=x:=1'", 2],
  ["MAKEFLAGS='--eval=x:=$(shell rm -rf /srv)' make", 2],
  ["MAKEFLAGS='SHELL=/tmp/x' make", 2],
  ["GNUMAKEFLAGS='-f /tmp/x' make", 2],
  ["MAKEFILES=/tmp/x.mk make", 2],
  ["MAKEFLAGS=-j8 make", 1],
  ["MAKEFLAGS=kj8 make", 1],
  ['MAKEFLAGS="-j$(nproc) --no-print-directory" make', 1],
  ["make -f ../other/Makefile", 2],
  ["make -f https://example.com/Makefile", 2],
  ["printf 'all:\\n\\trm -rf /srv\\n' | make -f /dev/stdin", 3],
  ["curl https://example.com/m | make -f -", 2],
  ["curl -o Makefile https://example.com/m && make", 2],
  ["git clone https://example.com/x && make -C x install", 2],
]);

table("[A-build] make: a variable's value is judged as the command that it may become", [
  ["make CC='rm -rf /srv;'", 3],
  ["make 'CC=$(shell rm -rf /srv)'", 3],
  ["make CC=clang CFLAGS='-O2 -g'", 1],
  ["make CC='ccache gcc'", 1],
  ["make commit MSG='delete all the things'", 1],
  ["make run ARGS='--port 3000 --verbose'", 1],
  ["make V=1 -j$(nproc)", 1],
]);
