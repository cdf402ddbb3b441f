// Builds src/explore/page.html: one file, the script and the style inside, each allowed by its hash alone.
// Usage: node build.mjs [OUT]
import { createHash } from "node:crypto";
import { readFileSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { build } from "vite";

const here = dirname(fileURLToPath(import.meta.url));
const out = process.argv[2] ?? join(here, "../src/explore/page.html");

const result = await build({
  root: here,
  logLevel: "warn",
  configFile: false,
  build: {
    write: false,
    target: "es2022",
    cssCodeSplit: false,
    modulePreload: false,
    lib: { entry: join(here, "src/main.ts"), formats: ["iife"], name: "sememe", fileName: "page", cssFileName: "page" },
  },
});
const files = [result].flat().flatMap((bundle) => bundle.output);
const text = (ending) => {
  const found = files.filter((file) => file.fileName.endsWith(ending));
  if (found.length !== 1) throw new Error(`expected one ${ending}, found ${found.map((file) => file.fileName)}`);
  return (found[0].code ?? String(found[0].source)).trim();
};
const script = text(".js");
const style = text(".css");
if (/<\/script|<!--/i.test(script) || /<\/style/i.test(style)) throw new Error("the bundle would end its own element");

const hash = (code) => `'sha256-${createHash("sha256").update(code).digest("base64")}'`;
const policy = [
  "default-src 'none'",
  `script-src ${hash(script)}`,
  `style-src ${hash(style)}`,
  "img-src blob: data:",
  "worker-src blob:",
  "connect-src 'none'",
  "base-uri 'none'",
  "form-action 'none'",
].join("; ");
const html = readFileSync(join(here, "page.html"), "utf8")
  .replace("{{policy}}", () => policy)
  .replace("{{style}}", () => style)
  .replace("{{script}}", () => script);
writeFileSync(out, html);
