import type { Scene, Word } from "../analyzer.ts";
import { isLoopback } from "../environment.ts";
import { locate } from "../locate.ts";
import { literal } from "../options.ts";
import { hostOfUrl, wordsOf } from "./deeds.ts";

/** Where the thing to install comes from. `unknown`: it cannot be told ahead, so it may be anything. */
export type Source = "registry" | "workspace" | "foreign" | "unknown";

/** Hosts of the public registries and of their well-known mirrors. */
const REGISTRIES: ReadonlySet<string> = new Set(
  wordsOf(`
    registry.npmjs.org registry.yarnpkg.com registry.npmmirror.com npm.jsr.io pypi.org
    files.pythonhosted.org test.pypi.org download.pytorch.org pypi.nvidia.com
    pypi.tuna.tsinghua.edu.cn mirrors.aliyun.com rubygems.org index.crates.io crates.io
    repo.packagist.org packagist.org api.nuget.org proxy.golang.org repo.maven.apache.org
    repo1.maven.org conda.anaconda.org repo.anaconda.com plugins.gradle.org goproxy.io goproxy.cn
    registry.npmjs.com jsr.io nodejs.org npmmirror.com cdn.npmmirror.com static.rust-lang.org static.crates.io rsproxy.cn
    pub.dev pub.flutter-io.cn storage.flutter-io.cn repo.hex.pm hex.pm formulae.brew.sh cdn.playwright.dev
    download.cypress.io cdn.cypress.io mirrors.tuna.tsinghua.edu.cn mirrors.ustc.edu.cn
    pypi.mirrors.ustc.edu.cn mirror.sjtu.edu.cn mirrors.cloud.tencent.com mirrors.huaweicloud.com repo.huaweicloud.com
    pkg.julialang.org
  `),
);

/** True when the address of a registry is one of the public ones or on this machine's loopback. */
export function isUsualRegistry(address: Word | undefined): boolean {
  if (address === undefined) return true;
  const host = hostOfUrl(address.text);
  return host !== undefined && (REGISTRIES.has(host) || isLoopback(host));
}

/** True for a web address that is none of the public registries: the value of a setting that names an index. */
export function namesForeignIndex(word: Word): boolean {
  return /^[a-z][\w+.-]+:\/\//i.test(word.text ?? word.prefix) && !isUsualRegistry(word);
}

/**
 * Where an npm package specification leads (npm-package-arg): a name with a range or tag, a folder or tarball,
 * a git address, `user/repository` on GitHub, or a web address.
 */
export function npmSource(word: Word, scene: Scene): Source {
  const { text } = word;
  if (text === undefined)
    return word.tame && /^(@[\w.-]+\/)?[\w.-]+@?[\w.^~-]*$/.test(word.prefix) ? "registry" : "unknown";
  if (/^(\.{0,2}\/|\.{1,2}$|~\/|file:|link:|portal:|workspace:|[a-z]:[\\/])/i.test(text)) {
    return pathSource(text.replace(/^[a-z]+:/i, ""), scene);
  }
  const named = /^(@[^/@]+\/[^/@]+|[^/@:]+)(?:@(.*))?$/s.exec(text);
  if (!named) return "foreign";
  const range = named[2] ?? "";
  if (range.startsWith("npm:") || range.startsWith("jsr:")) return npmSource(literal(range.slice(4)), scene);
  if (/^(file|link|portal|workspace):/.test(range)) return pathSource(range.replace(/^[a-z]+:/, ""), scene);
  if (/[:/]/.test(range)) return "foreign";
  return /\.(tgz|tar\.gz|tar)$/.test(text) ? pathSource(text, scene) : "registry";
}

/**
 * Where a Python requirement leads (PEP 508, pip's VCS support): a name with a version, a folder or archive,
 * `git+…`, `name @ address`, or a web address.
 */
export function pythonSource(word: Word, scene: Scene): Source {
  const { text } = word;
  if (text === undefined)
    return word.tame && /^[\w.-]+[\w.=<>~![\]-]*$/.test(word.prefix) ? "registry" : "unknown";
  if (/^(git|hg|svn|bzr)\+|^[\w.[\]-]+\s*@\s*\S*[:/]|^(https?|ftp|ssh|git|s3|gs):\/\//i.test(text)) {
    const address = text.replace(/^[^@]*@\s*/, "");
    return address.startsWith("file:") ? pathSource(address.replace(/^file:(\/\/)?/, ""), scene) : "foreign";
  }
  if (text.startsWith("file:")) return pathSource(text.replace(/^file:(\/\/)?/, ""), scene);
  const path = text.replace(/\[[\w,\s.-]*\]$/, "");
  if (/^\.{0,2}\/|^\.{1,2}$|^~\/|\.(whl|tar\.gz|zip)$/.test(path) || path.includes("/"))
    return pathSource(path, scene);
  return "registry";
}

/** A path inside the workspace or a temporary folder is the project's own; anything else is not. */
export function pathSource(path: string, scene: Scene): Source {
  if (/^[a-z][\w+.-]+:\/\//i.test(path)) return "foreign";
  const { area } = locate(literal(path), scene);
  if (area === "workspace" || area === "temporary" || area === "cache") return "workspace";
  return area === "unknown" ? "unknown" : "foreign";
}

/** The name without its version, and the version: `prisma@5` → `prisma`. */
export function withoutVersion(spec: string): string {
  const at = spec.indexOf("@", 1);
  return at < 0 ? spec : spec.slice(0, at);
}
