import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { accessible, app, grouped, open, place, serve, settle, shoot, start, stop, write } from "./support.mjs";

before(start);
after(stop);

test("a typed text is embedded, placed, and its neighbours light up", async (t) => {
  const server = await serve(t, "--demo");
  const page = await open(server.url);
  await settle(page);
  await page.fill("#typed", "a young lion");
  await page.getByRole("button", { name: "Place it" }).click();
  await page.waitForFunction(() => window.sememe.placed !== null);
  assert.equal(await page.locator(".chosen").textContent(), "a young lion");
  const names = await page.locator(".neighbors .name").allTextContents();
  assert.ok(["cat", "prince", "king", "dog"].includes(names[0]), names.join());
  assert.match(await page.locator("section[aria-label=Neighbours]").textContent(), /weighted by closeness/);
  await shoot(page, "served-typed");
  await accessible(page, "served");
  // The text of a point falls on it, on every map.
  await page.fill("#typed", "truck");
  await page.keyboard.press("Enter");
  await page.waitForFunction(() => window.sememe.placed?.text === "truck");
  for (const method of ["tsne", "pca"]) {
    await app(page, `app.showMethod("${method}")`);
    await settle(page);
    const { x, y } = await app(page, "app.placement().placed");
    const [px, py] = await app(page, "[app.layout.points[10], app.layout.points[11]]");
    assert.ok(Math.hypot(x - px, y - py) < 0.01, `${method}: ${x} ${y} is not ${px} ${py}`);
  }
  await app(page, "app.choose(0)");
  assert.equal(await app(page, "app.placed"), null);
  page.quiet();
  await page.context().close();
  assert.equal(await server.end(), 0);
});

test("a page without neighbours finds them at a click", async (t) => {
  const server = await serve(t, "-k", "0", "-i", grouped("late.npy", 60, 6, 3));
  const page = await open(server.url);
  await settle(page);
  assert.ok(!(await page.locator("#typed").isVisible()), "vectors alone take no text");
  await page.mouse.click(...(await place(page, 30)));
  await page.waitForFunction(() => document.querySelectorAll(".neighbors button").length === 10);
  const chosen = Number((await page.locator(".chosen").textContent()).replace("point ", ""));
  for (const name of (await page.locator(".neighbors .name").allTextContents()).slice(0, 5))
    assert.equal(Number(name.replace("point ", "")) % 3, chosen % 3, name);
  page.quiet();
  await page.context().close();
  assert.equal(await server.end(), 0);
});

test("a sum of words becomes arrows, and unknown words an answer", async (t) => {
  // Royalty and gender as two directions: king - man + woman is queen.
  const words = { king: [1, 1, 0], queen: [1, -1, 0], man: [0, 1, 0], woman: [0, -1, 0], prince: [0.9, 0.8, 0.2], apple: [0, 0, 1], pear: [0, 0.1, 1], plum: [0.1, 0, 0.9] };
  const file = write("words.txt", `8 3\n${Object.entries(words).map(([word, vector]) => `${word} ${vector.join(" ")}`).join("\n")}\n`);
  const server = await serve(t, "-i", file, "--words");
  const page = await open(server.url);
  await settle(page);
  await page.fill("#typed", "king - man + woman");
  await page.keyboard.press("Enter");
  await page.waitForFunction(() => window.sememe.placed !== null);
  assert.equal((await page.locator(".neighbors .name").allTextContents())[0], "queen");
  assert.equal(await app(page, "app.placement().arrows.length"), 2);
  assert.equal(await app(page, "app.placement().arrows[0].label"), "man to woman");
  await shoot(page, "served-analogy");
  await page.fill("#typed", "quine");
  await page.keyboard.press("Enter");
  await page.waitForFunction(() => /quine/.test(document.querySelector("form [role=status]:not(.results *)").textContent));
  assert.deepEqual(page.said.filter((line) => !/status of 404/.test(line)), []);
  await page.context().close();
  assert.equal(await server.end(), 0);
});
