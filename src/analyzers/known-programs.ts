import { type SimpleTool, simpleTools } from "./project/simple-tool.ts";

const READS: SimpleTool = { deed: "read" };
const SHOWS: SimpleTool = { deed: "read", shows: true };
const CODE: SimpleTool = { deed: "code", outputs: "-o --output --out --out-dir --outdir" };
const WRITES_HERE: SimpleTool = {
  deed: "change",
  outputs: "-o --output --out --output-dir --outdir -d --dest",
};

/**
 * Programs that no analyzer of their own covers, by what their documentation says they do whatever the
 * arguments: read only, show the files they are given, write into the project, run the project's own code.
 * A program that does more with some subcommand does not belong here.
 */
export const KNOWN_PROGRAMS: ReadonlyMap<string, SimpleTool> = simpleTools([
  // screens, clipboards, notifications, dialogues
  [
    `pbcopy pbpaste xclip xsel wl-copy wl-paste notify-send terminal-notifier say espeak dialog whiptail zenity beep fortune sl cmatrix asciiquarium
     nyancat toilet boxes kdialog yad tabs infocmp xdpyinfo xwininfo xprop xev glxinfo glxgears vulkaninfo vainfo clinfo`,
    READS,
  ],
  // looking at code, history and packages
  [
    `gitk gitstats git-quick-stats git-fame diff-so-fancy global scancode enry github-linguist lizard jscpd browserslist tree-cli
     license_finder ttok go-torch pprof cscope`,
    READS,
  ],
  // looking at a Node project
  ["only-allow envinfo cost-of-modules license-report yarn-doctor eslint-config-prettier", READS],
  // numbers, dates, names, random values
  [
    `envsubst gettext ngettext msgcmp spark termgraph asciigraph ministat dateadd dateconv datediff dategrep dateround dateseq datesort datetest
     dconv ddiff strptime qalc insect numbat fend kalker wcalc subnetcalc jwt semver dyff jsondiffpatch uuid ulid
     nanoid apg diceware xkcdpass cracklib-check zxcvbn`,
    READS,
  ],
  // tables, data and logs, printed
  [
    `csvlens visidata vd tabview jsonnet dhall dhall-to-json dhall-to-yaml pkl hjson json2yaml yaml2json toml2json json2toml yj xml2json
     xml2 2xml html2text pdftotext pdfinfo pdffonts antiword catdoc mediainfo ffprobe identify soxi fq protoscope hexyl mdless mdp slides
     frogmouth lnav multitail ccze angle-grinder agrind klp hl humanlog pino-pretty bunyan fblog jl rich`,
    { ...SHOWS, outputs: "-o --output --output-file -of" },
  ],
  // looking at the system
  [
    `nvtop radeontop intel_gpu_top rocm-smi s-tui bashtop bpytop gotop zenith below ctop ioping vmtouch pidstat nfsstat
     seinfo systemd-cgls systemd-cgtop systemd-detect-virt virt-what hwinfo biosdecode vpddecode`,
    READS,
  ],
  // looking at infrastructure and images
  [
    "infracost inframap driftctl trivy dockle container-diff kube-capacity popeye cloudsplaining parliament kics pip-licenses",
    { ...READS, outputs: "-o --output --out-file --output-file", configuration: "" },
  ],
  // generators and converters that write into the project
  [
    `cookiecutter copier cruft pyinstaller nuitka cxfreeze shiv pex cibuildwheel auditwheel delocate-wheel check-manifest validate-pyproject
     monkeytype pipreqs pigar cyclonedx-py cyclonedx-npm cdxgen cyclonedx-gomod ctags etags gtags xgettext msgfmt msgmerge msginit msgcat
     pybabel lrelease lupdate i18next jscodeshift codemod comby bowler fastmod ambr repren gibo addlicense licenseheaders doctoc
     markdown-toc all-contributors all-contributors-cli changelogen create-react-app shadcn shadcn-ui install-peerdeps npm-check npm-check-updates ncu
     taze updates typesync replace pwa-asset-generator imagemin squoosh-cli svg-sprite svgr next-sitemap style-dictionary tailwind
     javascript-obfuscator ejs pug dts-bundle-generator ng-packagr openapi-zod-client protoc-gen-ts jsdoc2md kysely-codegen yaml-lint
     clean-css-cli graphql-code-generator csv2json json2csv latexindent chktex bibtool asciinema agg termtosvg silicon repomix
     files-to-prompt code2prompt gitingest json license-checker-rseidelsohn sdks update-browserslist-db next-codemod
     svelte-migrate`,
    WRITES_HERE,
  ],
  [
    "plutil",
    {
      deed: "change",
      readsWith: "-p -lint",
      outputs: "-o",
      writes: "all",
      values: "-convert -extract",
      singleDash: true,
    },
  ],
  // tools that run the project's own code or configuration
  [
    `acorn danger gts lighthouse lhci bundlesize pa11y pa11y-ci axe puppeteer allure-commandline allure sku tsx-watch tsc-files ultra wp-env vue expo-doctor
     check-dependency-version-consistency npm-groovy-lint solc nbconvert notebook jupyterlab papermill nbdime nbstripout nbqa jupytext
     scrapy ptpython bpython pudb pdb ipdb viztracer scalene memray austin mprof kernprof snakeviz cython cythonize f2py asv mutmut
     cosmic-ray crosshair pylsp yardoc ri derailed stackprof rbspy phpbench box tauri-cli leptosfmt hpack cabal-fmt hoogle haddock agda
     idris idris2 coqc coqtop lean lake isabelle z3 cvc5 alloy tlc spin dafny boogie hevm echidna medusa aderyn surya godot godot4 love
     nextflow snakemake cwltool kedro ploomber metaflow luigi ghdl nvc sby nextpnr-ice40 icepack openroad klayout ngspice kicad-cli openscad
     freecad pnpify yarn-builder manypkg circom snarkjs nargo scarb snforge mochawesome cdk8s forever asc`,
    CODE,
  ],
]);
