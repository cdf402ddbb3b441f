import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { statSync, readFileSync } from "node:fs";
import { gzipSync } from "node:zlib";
import { accessible, app, download, grouped, npy, noise, open, path, place, sememe, settle, shoot, start, stop, write } from "./support.mjs";

const words = path("words.html");
before(async () => {
  await start();
  sememe("explore", "--demo", "--html", words);
});
after(stop);

test("a click on cat shows dog among its true neighbours", async () => {
  const page = await open(words);
  await settle(page);
  await page.mouse.click(...(await place(page, 0)));
  assert.equal(await page.locator(".chosen").textContent(), "cat");
  const names = await page.locator(".neighbors .name").allTextContents();
  assert.ok(names.slice(0, 3).includes("dog"), names.join());
  const scores = (await page.locator(".neighbors .score").allTextContents()).map(Number);
  assert.deepEqual(scores, [...scores].sort((a, b) => b - a));
  assert.ok(scores.every((score) => score > -1 && score < 1));
  await shoot(page, "words-cat");
  // Walking: a click on a neighbour makes it the next centre.
  await page.locator(".neighbors button").first().click();
  assert.equal(await page.locator(".chosen").textContent(), names[0]);
  page.quiet();
});

test("neighbours are those of the vectors, whatever the map", async () => {
  const vectors = path("w.npy");
  sememe("encode", "-o", vectors, ...(await open(words).then((page) => app(page, "app.scene.texts"))));
  const bytes = readFileSync(vectors);
  const data = new Float32Array(bytes.buffer.slice(bytes.byteOffset + bytes.length - 14 * 384 * 4, bytes.byteOffset + bytes.length));
  const cosine = (a, b) => {
    let dot = 0, aa = 0, bb = 0;
    for (let i = 0; i < 384; i++) (dot += data[a * 384 + i] * data[b * 384 + i]), (aa += data[a * 384 + i] ** 2), (bb += data[b * 384 + i] ** 2);
    return dot / Math.sqrt(aa * bb);
  };
  const page = await open(words);
  for (const layout of await app(page, "app.scene.layouts.map((layout) => layout.method)")) {
    await app(page, `app.showMethod(${JSON.stringify(layout)})`);
    for (let i = 0; i < 14; i++) {
      const expected = [...Array(14).keys()].filter((j) => j !== i).sort((a, b) => cosine(i, b) - cosine(i, a)).slice(0, 10);
      const found = await app(page, `(app.choose(${i}), app.neighbors.map(({ point, score }) => [point, score]))`);
      assert.deepEqual(found.map(([point]) => point), expected);
      for (const [j, score] of found) assert.ok(Math.abs(score - cosine(i, j)) < 1e-5);
    }
  }
});

test("neighbours that were looked for approximately are said to be so", async () => {
  const note = (page) => page.locator("text=/some .* of 1,000 true neighbours/");
  const exact = await open(words);
  await app(exact, "app.choose(0)");
  assert.equal(await note(exact).count(), 0);
  const block = /(data-block="meta"[^>]*>)([^<]+)</;
  const lower = (_, tag, text) => {
    const meta = JSON.parse(Buffer.from(text, "base64"));
    assert.equal(meta.neighbor_recall, 1);
    return `${tag}${Buffer.from(JSON.stringify({ ...meta, neighbor_recall: 0.9874 })).toString("base64")}<`;
  };
  const page = await open(write("approximate.html", readFileSync(words, "utf8").replace(block, lower)));
  await app(page, "app.choose(0)");
  assert.match(await note(page).textContent(), /some 987 of/);
});

test("hover tells the text and the category", async () => {
  const page = await open(words);
  await settle(page);
  await page.mouse.move(...(await place(page, 8)));
  const tip = page.locator(".tip");
  await tip.waitFor({ state: "visible" });
  assert.match(await tip.textContent(), /apple.*category: food/);
  await page.mouse.move(5, 5);
  await tip.waitFor({ state: "hidden" });
});

test("search finds substrings and regular expressions and flies to them", async () => {
  const page = await open(words);
  const before = await app(page, "app.camera.view");
  await page.fill("#query", "BAN");
  await page.locator(".results button").first().waitFor();
  assert.deepEqual(await page.locator(".results button").allTextContents(), ["banana"]);
  await settle(page);
  const [x, y] = await place(page, 9);
  const box = await page.locator(".stage").boundingBox();
  assert.ok(Math.abs(x - box.x - box.width / 2) < 5 && Math.abs(y - box.y - box.height / 2) < 5);
  assert.notDeepEqual(await app(page, "app.camera.view"), before);
  await page.check("#regex");
  await page.fill("#query", "^(king|queen)$");
  await page.waitForFunction(() => document.querySelectorAll(".results button").length === 2);
  await page.fill("#query", "(");
  await page.locator(".results [role=alert]").waitFor();
  page.quiet();
});

test("a lasso selects what is inside, and the selection is exported", async () => {
  const page = await open(words);
  await settle(page);
  await page.getByRole("button", { name: "Lasso" }).click();
  const [x, y] = await place(page, 12); // queen
  await page.mouse.move(x - 30, y - 30);
  await page.mouse.down();
  for (const [dx, dy] of [[30, -30], [30, 30], [-30, 30], [-30, -25]]) await page.mouse.move(x + dx, y + dy, { steps: 4 });
  await page.mouse.up();
  const selected = await app(page, "app.selected");
  assert.ok(selected.includes(12) && selected.length < 14, String(selected));
  assert.match(await page.locator(".points caption").textContent(), new RegExp(`Selection: ${selected.length} point`));

  const ids = await download(page, () => page.getByRole("button", { name: "Ids" }).click());
  assert.equal(ids.bytes.toString(), selected.join("\n") + "\n");
  const csv = await download(page, () => page.getByRole("button", { name: "CSV" }).click());
  const lines = csv.bytes.toString().trimEnd().split("\r\n");
  assert.equal(lines[0], "id,text,category,cluster,x,y,distortion");
  assert.equal(lines.length, selected.length + 1);
  const json = JSON.parse((await download(page, () => page.getByRole("button", { name: "JSON" }).click())).bytes.toString());
  assert.deepEqual(json.points.map((point) => point.id), selected);
  assert.equal(json.points.find((point) => point.id === 12).text, "queen");
  assert.equal(json.points[0].neighbors.length, 10);

  await page.keyboard.press("Escape");
  assert.deepEqual(await app(page, "app.selected"), []);
  await page.getByRole("button", { name: "Rectangle" }).click();
  const box = await page.locator(".stage").boundingBox();
  await page.mouse.move(box.x + 3, box.y + 3);
  await page.mouse.down();
  await page.mouse.move(box.x + box.width - 3, box.y + box.height - 3, { steps: 3 });
  await page.mouse.up();
  assert.equal(await app(page, "app.selected.length"), 14);
  page.quiet();
});

test("pictures are saved as PNG and SVG", async () => {
  const page = await open(words);
  await settle(page);
  const png = await download(page, () => page.getByRole("button", { name: "PNG" }).click());
  assert.equal(png.bytes.subarray(1, 4).toString(), "PNG");
  assert.ok(png.bytes.length > 5000, String(png.bytes.length));
  const svg = (await download(page, () => page.getByRole("button", { name: "SVG" }).click())).bytes.toString();
  assert.match(svg, /^<svg /);
  for (const word of ["cat", "prince", "royalty"]) assert.ok(svg.includes(`>${word}</text>`), word);
  assert.equal(svg.match(/<circle /g).length, 14);
  page.quiet();
});

test("the maps take turns, points travel, and the figures follow", async () => {
  const page = await open(words);
  await settle(page);
  assert.deepEqual(await app(page, "app.scene.layouts.map((layout) => layout.name)"), ["t-SNE", "UMAP", "PCA"]);
  await page.getByRole("button", { name: "UMAP" }).click();
  await settle(page);
  const before = await app(page, "[...app.layout.points]");
  await page.getByRole("button", { name: "PCA" }).click();
  await page.waitForTimeout(250);
  const midway = await app(page, "[...app.places()]");
  await settle(page);
  const end = await app(page, "[...app.places()]");
  assert.notDeepEqual(midway, before);
  assert.notDeepEqual(midway, end);
  assert.deepEqual(end, await app(page, "[...app.scene.layouts.find((layout) => layout.method === 'pca').points]"));
  assert.match(await page.locator("section[aria-label=Trust]").textContent(), /PCA keeps/);
  await shoot(page, "words-pca");
  page.quiet();
});

test("everything is done from the keyboard alone", async () => {
  const page = await open(words);
  await settle(page);
  await page.keyboard.press("Tab");
  for (let i = 0; i < 40 && (await page.evaluate(() => document.activeElement.className)) !== "stage"; i++)
    await page.keyboard.press("Tab");
  assert.equal(await page.evaluate(() => document.activeElement.className), "stage");
  const view = await app(page, "app.camera.view");
  await page.keyboard.press("ArrowLeft");
  await page.keyboard.press("+");
  const moved = await app(page, "app.camera.view");
  assert.ok(moved.x < view.x && moved.zoom > view.zoom);
  await page.keyboard.press("0");
  await settle(page);
  await page.keyboard.press("Enter");
  const first = await app(page, "app.state.point");
  assert.ok(first >= 0);
  await page.keyboard.press("n");
  assert.equal(await app(page, "app.state.point"), await app(page, `app.scene.neighbors[${first} * app.scene.k]`));
  await page.keyboard.press("n");
  assert.equal(await app(page, "app.state.point"), await app(page, `app.scene.neighbors[${first} * app.scene.k + 1]`));
  await page.keyboard.press("m");
  assert.equal(await app(page, "app.layout.method"), await app(page, "app.scene.layouts[1].method"));
  await page.keyboard.press("a");
  assert.ok((await app(page, "app.selected.length")) > 0);
  await page.keyboard.press("/");
  await page.keyboard.type("queen");
  await page.locator(".results button").waitFor();
  await page.keyboard.press("Escape");
  assert.equal(await app(page, "app.state.point"), -1);
  await page.locator(".stage").focus();
  await page.keyboard.press("?");
  assert.ok(await page.locator("dialog").isVisible());
  await page.keyboard.press("Escape");
  assert.ok(!(await page.locator("dialog").isVisible()));
  page.quiet();
});

test("a link brings back what was seen", async () => {
  const page = await open(words, { hash: "#m=pca&c=distortion&p=3&q=king&t=dark&v=0.1,0.2,2.5" });
  await settle(page);
  assert.deepEqual(await app(page, "app.state.point"), 3);
  assert.equal(await app(page, "app.layout.method"), "pca");
  assert.deepEqual(await app(page, "app.camera.view"), { x: 0.1, y: 0.2, zoom: 2.5 });
  assert.equal(await page.inputValue("#query"), "king");
  assert.equal(await page.getAttribute("html", "data-theme"), "dark");
  assert.equal(await page.inputValue("#color"), "distortion");
  await app(page, "app.choose(0)");
  await page.waitForTimeout(1200);
  const hash = new URL(page.url()).hash;
  assert.match(hash, /p=0/);
  const again = await open(words, { hash });
  assert.equal(await app(again, "app.state.point"), 0);
  const odd = await open(words, { hash: "#m=nonsense&c=column:9&p=999&v=x,y&t=pink" });
  await settle(odd);
  assert.equal(await app(odd, "app.state.point"), -1);
  odd.quiet();
});

test("light, dark, narrow and the table have no fault that axe-core knows", async () => {
  for (const [name, options] of [
    ["light", { colorScheme: "light" }],
    ["dark", { colorScheme: "dark" }],
    ["narrow", { colorScheme: "light", viewport: { width: 390, height: 800 }, hasTouch: true }],
  ]) {
    const page = await open(words, { ...options, reducedMotion: "reduce" });
    await settle(page);
    await app(page, "app.choose(3)");
    await page.locator("summary").click();
    await accessible(page, name);
    await page.evaluate(() => scrollTo(0, 0));
    await shoot(page, `words-${name}`);
    await page.fill("#query", "an");
    await settle(page);
    await page.keyboard.press("Escape");
    await app(page, "app.select([1, 2])");
    await accessible(page, `${name} with a selection`);
    page.quiet();
  }
});

test("two fingers pinch", async () => {
  const page = await open(words, { hasTouch: true, viewport: { width: 1280, height: 800 } });
  await settle(page);
  const client = await page.context().newCDPSession(page);
  const touch = (type, points) => client.send("Input.dispatchTouchEvent", { type, touchPoints: points.map(([x, y], id) => ({ x, y, id })) });
  const zoom = await app(page, "app.camera.view.zoom");
  await touch("touchStart", [[560, 400], [640, 400]]);
  for (let d = 10; d <= 80; d += 10) await touch("touchMove", [[560 - d, 400], [640 + d, 400]]);
  await touch("touchEnd", []);
  const zoomed = await app(page, "app.camera.view.zoom");
  assert.ok(Math.abs(zoomed / zoom - 3) < 0.3, String(zoomed / zoom));
  page.quiet();
});

const hostile = [
  "</script><script>alert(1)</script>", "<!--", "-->", "<img src=x onerror=alert(2)>", "\"'`><svg onload=alert(3)>", "{{script}}",
  "\u2028line\u2029", "]]>", "&lt;b&gt;", "javascript:alert(4)", "\u202Eright to left", "=cmd|'/c calc'!A1", "<!--<script>", "$& $1 $$",
];

test("texts and labels are never taken for markup", async () => {
  const file = write("hostile.jsonl", hostile.map((text) => JSON.stringify({ text, label: text, "<b>x</b>": text })).join("\n"));
  const html = path("hostile.html");
  sememe("explore", "-i", grouped("h.npy", hostile.length, 6, 2), "--texts", file, "--labels-field", "label",
    "--labels-field", "<b>x</b>", "--title", "</title><script>alert(9)</script>", "--html", html);
  const page = await open(html);
  await settle(page);
  assert.deepEqual(await app(page, "app.scene.texts"), hostile);
  assert.equal(await page.locator("h1").textContent(), "</title><script>alert(9)</script>");
  for (let i = 0; i < hostile.length; i++) {
    await app(page, `app.choose(${i})`);
    assert.equal(await page.locator(".chosen").textContent(), hostile[i]);
  }
  await page.fill("#query", "<");
  await page.locator(".results button").first().waitFor();
  await app(page, "app.select([0, 1, 2, 3, 4])");
  const svg = await app(page, "app.svg()");
  assert.ok(!/<script|<img|onload=[^&]*>/i.test(svg.replaceAll(/&lt;[^<]*/g, "")), svg);
  assert.equal(await page.evaluate(() => document.querySelectorAll("main script, main img, header script, main b:not(.tip b)").length), 0);
  await page.mouse.move(...(await place(page, 3)));
  await shoot(page, "hostile");
  const csv = (await download(page, () => page.getByRole("button", { name: "CSV" }).click())).bytes.toString();
  assert.ok(csv.includes(`"""'\`><svg onload=alert(3)>"`));
  page.quiet();
});

test("a script that is not the page's own does not run", async () => {
  const html = write("injected.html", readFileSync(words, "utf8").replace("</body>", "<script>document.title = 'owned'</script></body>"));
  const page = await open(html);
  await settle(page);
  assert.notEqual(await page.title(), "owned");
  assert.ok(page.said.some((line) => /content security policy/i.test(line)), page.said.join());
});

test("few points, no texts, and numbers as colours", async () => {
  for (const n of [0, 1, 2, 3, 40]) {
    const html = path(`few-${n}.html`);
    const labels = write("numbers.txt", Array.from({ length: n }, (_, i) => (i % 7 === 6 ? "" : String(i * 1.5))).join("\n") + (n ? "\n" : ""));
    sememe("explore", "-i", grouped(`few-${n}.npy`, n, 5, 2), "--labels", labels, "--html", html);
    const page = await open(html);
    await page.waitForTimeout(300);
    if (n > 0) {
      await settle(page);
      await app(page, "app.choose(0)");
      assert.equal(await app(page, "app.neighbors.length"), Math.min(10, n - 1));
      assert.ok((await app(page, "app.coloring.scale")) !== null);
    }
    if (n === 40) await shoot(page, "numbers");
    page.quiet();
  }
});

test("a hundred thousand points are drawn, moved and selected, with and without a graphics processor", async () => {
  const n = 100_000, html = path("many.html");
  const labels = write("many.txt", Array.from({ length: n }, (_, i) => `group ${i % 40}`).join("\n"));
  sememe("explore", "-i", grouped("many.npy", n, 8, 8), "--labels", labels, "--method", "pca", "-k", "0", "--html", html);
  for (const kind of ["cpu", "webgl"]) {
    const page = await open(html, { query: kind === "cpu" ? "" : "?render=webgl" });
    await settle(page);
    assert.equal(await app(page, "app.renderer.kind"), kind);
    const { changed, milliseconds } = await page.evaluate(async () => {
      const app = window.sememe, { canvas, gl } = app.renderer, times = [], pictures = new Set();
      for (let i = 0; i < 12; i++) {
        const start = performance.now();
        app.camera.pan(3, 2);
        app.draw();
        await app.renderer.settled();
        gl?.readPixels(0, 0, 1, 1, gl.RGBA, gl.UNSIGNED_BYTE, new Uint8Array(4)); // waits for the picture
        times.push(performance.now() - start);
        pictures.add(canvas.toDataURL());
      }
      return { changed: pictures.size, milliseconds: times.sort((a, b) => a - b)[6] };
    });
    console.log(`100,000 points, ${kind}: ${milliseconds.toFixed(0)} ms a frame`);
    assert.equal(changed, 12, "each step moves the picture");
    await shoot(page, `many-${kind}`);
    await app(page, "app.selectView()");
    assert.ok((await app(page, "app.selected.length")) > n / 2);
    page.quiet();
  }
});

test("sememe map writes the same page, of one method", async () => {
  const html = path("map.html");
  sememe("map", "--demo", "--method", "pca", "-o", html);
  const page = await open(html);
  await settle(page);
  assert.deepEqual(await app(page, "app.scene.layouts.map((layout) => layout.method)"), ["pca"]);
  await page.mouse.click(...(await place(page, 0)));
  assert.equal(await page.locator(".chosen").textContent(), "cat");
  page.quiet();
});

test("the page without data is under 300 kB gzip", () => {
  const html = readFileSync(new URL("../../src/explore/page.html", import.meta.url));
  const size = gzipSync(html, { level: 9 }).length;
  console.log(`page: ${html.length} bytes, ${size} gzip; the fourteen words: ${statSync(words).size} bytes`);
  assert.ok(size < 300_000);
});
