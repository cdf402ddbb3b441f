// Pages made by the real program, opened in a real Chromium with the network off.
import assert from "node:assert/strict";
import { execFileSync, spawn } from "node:child_process";
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";
import { chromium } from "playwright-core";

const here = dirname(fileURLToPath(import.meta.url));
export const program = process.env.SEMEME_PROGRAM ?? join(here, "../../build/release/sememe");
export const shots = join(here, "../shots");
const folder = mkdtempSync(join(tmpdir(), "sememe-web-"));
process.on("exit", () => rmSync(folder, { recursive: true, force: true }));

export const path = (name) => join(folder, name);
export function write(name, data) {
  writeFileSync(path(name), data);
  return path(name);
}
export function sememe(...args) {
  return execFileSync(program, args, { encoding: "utf8", stdio: ["ignore", "pipe", "inherit"], maxBuffer: 1 << 30 });
}

/** A .npy file of rows x cols floats. */
export function npy(name, rows, cols, value) {
  let head = `{'descr': '<f4', 'fortran_order': False, 'shape': (${rows}, ${cols}), }`;
  head = head.padEnd(117, " ") + "\n";
  const prefix = Buffer.from([0x93, ...Buffer.from("NUMPY"), 1, 0, head.length & 255, head.length >> 8]);
  const data = new Float32Array(rows * cols);
  for (let i = 0; i < rows; i++) for (let j = 0; j < cols; j++) data[i * cols + j] = value(i, j);
  return write(name, Buffer.concat([prefix, Buffer.from(head, "latin1"), Buffer.from(data.buffer)]));
}

/** Numbers that look random and are the same every time. */
export function noise(seed) {
  let state = seed >>> 0;
  return () => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return state / 2 ** 32 - 0.5;
  };
}

/** n points in `groups` groups. */
export function grouped(name, n, cols, groups) {
  const random = noise(7);
  return npy(name, n, cols, (i, j) => (j % groups === i % groups ? 2 : 0) + random());
}

const executable = [process.env.CHROMIUM, "/usr/bin/chromium", "/usr/bin/chromium-browser"].find((at) => at && existsSync(at));
let browser;
export async function start() {
  assert.ok(executable, "no Chromium: apt-get install chromium, or name one in $CHROMIUM");
  browser = await chromium.launch({
    executablePath: executable,
    args: ["--no-sandbox", "--disable-quic", "--no-first-run", "--disable-background-networking",
      "--disable-component-update", "--disable-sync", "--use-angle=swiftshader", "--enable-unsafe-swiftshader"],
  });
}
export async function stop() {
  await browser?.close();
}

/** Opens a page from disk without a network; what it complains about fails the test that calls quiet(). */
export async function open(file, { query = "", hash = "", ...options } = {}) {
  const context = await browser.newContext({ viewport: { width: 1280, height: 800 }, acceptDownloads: true, ...options });
  context.setDefaultTimeout(15_000);
  if (!String(file).startsWith("http")) await context.setOffline(true);
  const page = await context.newPage();
  const said = [];
  page.on("console", (message) => said.push(`${message.type()}: ${message.text()}`));
  page.on("pageerror", (error) => said.push(`error: ${error.message}`));
  page.on("dialog", (dialog) => (said.push(`dialog: ${dialog.message()}`), dialog.dismiss()));
  page.on("request", (request) => {
    if (!/^(file|blob|data):/.test(request.url()) && !request.url().startsWith(String(file))) said.push(`request: ${request.url()}`);
  });
  const base = String(file).startsWith("http") ? String(file) : pathToFileURL(file).href;
  await page.goto(base + query + hash);
  page.quiet = () => assert.deepEqual(said, []);
  page.said = said;
  return page;
}

export const app = (page, expression) => page.evaluate(`(() => { const app = window.sememe; return ${expression}; })()`);
/** Waits until the page stands still. */
export async function settle(page) {
  await page.waitForTimeout(750);
  await page.evaluate(() => new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done))));
  await app(page, "app.renderer.settled()");
}
/** Where a point is in the window. */
export async function place(page, point) {
  const box = await page.locator(".stage").boundingBox();
  const [x, y] = await app(page, `app.camera.toScreen(app.layout.points[${2 * point}], app.layout.points[${2 * point + 1}])`);
  return [box.x + x, box.y + y];
}

/** Saves a picture of the page, and checks that something is drawn on the map and that its texts are inside. */
export async function shoot(page, name) {
  await settle(page);
  mkdirSync(shots, { recursive: true });
  await page.screenshot({ path: join(shots, `${name}.png`) });
  const seen = await page.evaluate(() => {
    const app = window.sememe;
    const canvas = document.createElement("canvas");
    canvas.width = app.renderer.canvas.width;
    canvas.height = app.renderer.canvas.height;
    const context = canvas.getContext("2d");
    context.drawImage(app.renderer.canvas, 0, 0);
    const { data } = context.getImageData(0, 0, canvas.width, canvas.height);
    let drawn = 0;
    for (let i = 3; i < data.length; i += 4) if (data[i] > 40) drawn++;
    const { width, height } = app.camera;
    return { drawn, outside: app.overlay.labels.filter(({ x, y }) => x < 0 || y < 5 || x > width || y > height) };
  });
  assert.ok(seen.drawn > 300, `${name}: only ${seen.drawn} pixels are drawn`);
  assert.deepEqual(seen.outside, [], `${name}: texts outside of the frame`);
}

const axeSource = readFileSync(createRequire(import.meta.url).resolve("axe-core/axe.min.js"), "utf8");
/** No violation that axe-core knows of. */
export async function accessible(page, what) {
  await page.evaluate(axeSource);
  const { violations } = await page.evaluate(() => window.axe.run());
  const said = violations.flatMap(({ id, nodes }) => nodes.map((node) => `${what}: ${id}: ${node.target} ${node.failureSummary}`));
  assert.deepEqual(said, []);
}

export async function download(page, act) {
  const [file] = await Promise.all([page.waitForEvent("download"), act()]);
  return { name: file.suggestedFilename(), bytes: readFileSync(await file.path()) };
}

/** Runs `sememe explore` as a server; gives its address and how to end it. */
export function serve(t, ...args) {
  return new Promise((done, failed) => {
    const child = spawn(program, ["explore", "--port", "0", ...args], { stdio: ["ignore", "ignore", "pipe"] });
    t.after(() => child.kill("SIGKILL")); // of a test that failed before it ended the server
    let said = "";
    child.stderr.on("data", (bytes) => {
      said += bytes;
      const found = /the page is at (\S+)/.exec(said);
      if (found) done({ url: found[1], end: () => new Promise((ended) => (child.on("exit", ended), child.kill("SIGINT"))) });
    });
    child.on("exit", () => failed(new Error(said)));
  });
}

/** A picture of the whole page, for people. */
export async function shotOf(page, name) {
  mkdirSync(shots, { recursive: true });
  await page.screenshot({ path: join(shots, `${name}.png`), fullPage: true });
}
