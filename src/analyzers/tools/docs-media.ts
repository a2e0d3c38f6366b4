import type { Analyzer } from "../analyzer.ts";
import { act } from "../project/deeds.ts";
import { namedTask } from "../project/names.ts";
import { judgeSimple, simpleTools } from "../project/simple-tool.ts";

/** Programs that turn documents, pictures, sound and data into files; what they write is named. */
const MEDIA = simpleTools([
  [
    "quarto rst2html rst2pdf asciidoctor asciidoctor-pdf asciidoc a2x groff mmdc plantuml d2 typst wkhtmltopdf wkhtmltoimage weasyprint prince marp marked markdown-it mjml gitbook mdbook ebook-convert pdf2htmlEX libreoffice soffice unoconv docx2pdf docx2txt slidev",
    {
      deed: "change",
      kind: "document",
      outputs: "-o --output --outdir --output-dir --dest-dir -d",
      values: "-f --from -t --to -r -w --css --template -V -M --pdf-engine --convert-to",
      configuration: "--lua-filter --filter -F",
    },
  ],
  [
    "pdflatex xelatex lualatex latex latexmk bibtex biber makeindex tectonic texi2pdf makeinfo dvips dvipdf",
    {
      deed: "code",
      kind: "document",
      outputs: "-output-directory --outdir -outdir -o",
      values: "-jobname -interaction",
      singleDash: true,
    },
  ],
  [
    "sphinx-build sphinx-apidoc sphinx-autobuild sphinx-quickstart pdoc pydoc-markdown doxygen yard rdoc hugo zola jekyll-build mkdocs mdbook-serve antora docsify mintlify terraform-docs helm-docs gomarkdoc cargo-docs ldoc godocdown jazzy dokka naturaldocs swagger-codegen openapi-generator openapi-generator-cli gource",
    {
      deed: "code",
      outputs: "-o --output -d --destination --output-dir",
      values: "-b -c -D -E -t -s -i -g",
      configuration: "",
    },
  ],
  [
    "ffmpeg ffplay",
    {
      deed: "change",
      kind: "media",
      values:
        "-i -c -c:v -c:a -b:v -b:a -r -s -f -t -ss -to -vf -af -filter_complex -map -preset -crf -an -pix_fmt -codec -vcodec -acodec -ar -ac -loglevel -hide_banner-none -movflags -framerate -start_number -metadata -threads -q:v -q:a -vframes -frames:v -loop -profile:v -level -g -bf -maxrate -bufsize -tune -aspect -vn-none",
      singleDash: true,
      writes: "all",
    },
  ],
  [
    "convert magick",
    {
      deed: "change",
      kind: "image",
      writes: "last",
      values:
        "-resize -quality -crop -gravity -density -background -fill -font -pointsize -size -geometry -colorspace -depth -format -define -annotate -extent -rotate -blur -fuzz -alpha -layers -delay -loop -type -border -bordercolor",
      singleDash: true,
    },
  ],
  [
    "mogrify optipng pngquant jpegoptim jpegtran gifsicle oxipng svgo-cli exiftran zopflipng",
    {
      deed: "change",
      kind: "image",
      writes: "all",
      values: "-resize -quality -format -path --quality --ext -o --output",
      outputs: "-path -o --output --dest -d",
      singleDash: true,
    },
  ],
  [
    "composite montage cwebp dwebp avifenc avifdec rsvg-convert inkscape potrace icotool png2icns iconutil cairosvg heif-convert sips blender gimp  scrot gnome-screenshot screencapture import flameshot vips vipsthumbnail",
    {
      deed: "change",
      kind: "image",
      outputs: "-o --output --export-filename --out",
      values: "-w -h -q -f -resize -s --width --height",
      writes: "last",
    },
  ],
  [
    "sox lame flac oggenc opusenc mp4box mkvmerge mkvextract yt-dlp youtube-dl gallery-dl  fluidsynth timidity whisper piper",
    {
      deed: "change",
      kind: "media",
      outputs: "-o --output --output_dir -P --paths -w --wav-file",
      values: "-f --format -b -r",
    },
  ],
  [
    "dot neato fdp circo twopi sfdp gnuplot graph-easy mscgen ditaa blockdiag seqdiag nwdiag vega vl2png vl2svg",
    { deed: "change", kind: "image", outputs: "-o --output", values: "-T -K -G -N -E -e" },
  ],
  [
    "pdftk qpdf gs ghostscript pdfunite pdfseparate pdftoppm pdftocairo pdfimages ps2pdf img2pdf ocrmypdf tesseract pdfcrop pdfjam mutool pdfcpu",
    {
      deed: "change",
      kind: "document",
      writes: "last",
      outputs: "-o --output -sOutputFile -sOUTPUTFILE",
      values: "-r -f -l -scale-to -l",
    },
  ],
  [
    "protoc buf sqlc flatc thrift capnp capnpc avro-tools grpc_tools_node_protoc oapi-codegen genqlient gqlgen  wire-gen mockgen-tool bindgen cbindgen uniffi-bindgen antlr antlr4 tree-sitter flex lex bison yacc re2c lalrpop peg peggy pegjs nearley datamodel-codegen jsonschema2pojo xjc ajv-compile json-schema-to-typescript kiota autorest smithy gen-schema prisma-gen swig-gen ragel gperf xxd-gen pybind11-stubgen stubgen",
    {
      deed: "code",
      kind: "source",
      outputs:
        "-o --output --output-file --out -d --python_out --go_out --js_out --ts_out --cpp_out --java_out --grpc_out --go-grpc_out --descriptor_set_out --out-dir",
      values: "-I --proto_path -f --template --config",
    },
  ],
]);

export const analyzer: Analyzer = {
  name: "docs-media",
  title: "Documents, media and code generators",
  about:
    "What they write is named by an option or the last word, and judged as a file; generators and documentation builders run the project's own configuration.",
  programs: [...MEDIA.keys()],
  analyze(command, scene) {
    const tool = MEDIA.get(command.program);
    const by = command.source;
    if (tool === undefined) return act("unknown", scene, { kind: "program", name: command.program, by });
    const verb = command.args[0]?.text ?? "";
    if (["gh-deploy", "publish", "push", "deploy", "upload"].includes(verb))
      return namedTask(scene, command.program, `publish ${verb}`, by);
    return judgeSimple(tool, command, scene);
  },
  examples: [
    { run: "typst compile a.typ -o /etc/motd", does: ["create file /etc/motd @local"], tier: 3 },
    { run: "ffmpeg -i in.mp4 -vf scale=640:-1 out.mp4", does: ["create file out.mp4"], tier: 1 },
    { run: "dot -Tpng graph.dot -o graph.png", does: ["create file graph.png"], tier: 1 },
    { run: "mkdocs build", does: ["execute? workspace-code mkdocs"], tier: 1 },
    { run: "mkdocs gh-deploy", does: ["unknown? task mkdocs publish gh-deploy @unknown"], tier: 3 },
    {
      run: "protoc --go_out=gen api.proto",
      does: ["execute? workspace-code protoc", "create file gen"],
      tier: 1,
    },
  ],
};
