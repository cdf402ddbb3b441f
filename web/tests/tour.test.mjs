import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { accessible, open, path, sememe, serve, shotOf, start, stop } from "./support.mjs";

before(start);
after(stop);

const numbers = async (locator) => (await locator.allTextContents()).map(Number);

test("the lesson opens from disk, with the numbers of the engine", async () => {
  const html = path("tour.html");
  sememe("explore", "--tour", "--html", html);
  const page = await open(html);
  await page.locator("h1").waitFor();
  const tokens = sememe("tokenize", "--format", "ids", "The cat sat on the mat.").trim();
  assert.equal((await page.locator(".tokens span").allTextContents()).join(" "), tokens);
  const cosine = Number(await page.locator(".cosine").textContent());
  const expected = JSON.parse(sememe("similarity", "--format", "json", "The cat sat on the mat.", "A kitten lay on the rug.")).scores[0][1];
  assert.ok(Math.abs(cosine - expected) < 6e-4, `${cosine} is not ${expected}`);
  for (const table of await page.locator(".shares").all()) {
    const shares = await numbers(table.locator("tr:not(.sum) td:nth-child(2)"));
    assert.ok(Math.abs(shares.reduce((a, b) => a + b) - cosine) < 6e-3);
  }
  await page.selectOption("#layer", "0");
  await page.selectOption("#head", "3");
  assert.match(await page.locator("section:has(#step-3) caption").textContent(), /^Layer 1:/);
  for (const row of await page.locator("section:has(#step-3) tbody tr").all()) {
    const sum = (await numbers(row.locator("td"))).reduce((a, b) => a + b);
    assert.ok(Math.abs(sum - 100) < 6, String(sum));
  }
  assert.equal(await page.locator(".words button").count(), 14);
  assert.deepEqual(await page.locator(".key li").allTextContents(), ["animals", "vehicles", "food", "royalty"]);
  await page.getByRole("button", { name: "queen" }).first().click();
  assert.equal(await page.locator(".chosen").textContent(), "queen");
  await accessible(page, "tour");
  await shotOf(page, "tour");
  await page.getByRole("button", { name: "Open this map in the explorer" }).click();
  await page.locator(".stage").waitFor();
  page.quiet();
});

test("a served lesson follows the texts that are typed", async (t) => {
  const server = await serve(t, "--tour");
  const page = await open(server.url, { colorScheme: "dark" });
  await page.fill("#text", "Unbelievably good cafés!");
  await page.fill("#other", "<b>hostile</b>");
  await page.getByRole("button", { name: "Follow it" }).click();
  await page.locator("[role=status]", { hasText: "cosine" }).first().waitFor();
  assert.equal((await page.locator(".tokens b").allTextContents()).join(" "), "[CLS] un ##bel ##ie ##va ##bly good cafe ##s ! [SEP]");
  assert.equal(await page.locator(".shares caption b").count(), 0);
  await accessible(page, "dark tour");
  await shotOf(page, "tour-dark");
  await page.fill("#text", "word ".repeat(100));
  await page.getByRole("button", { name: "Follow it" }).click();
  await page.locator("[role=status]", { hasText: "at most 64 tokens" }).waitFor();
  assert.deepEqual(page.said.filter((line) => !/status of 400/.test(line)), []);
  await page.context().close();
  assert.equal(await server.end(), 0);
});
