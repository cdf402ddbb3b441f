import { h, short } from "../dom";
import { attentionOf, type Bank, type Lesson, type Traced } from "./lesson";

/** A cell whose colour says how large a number is: 0 is the paper, `most` the full colour. */
function heatCell(value: number, most: number, text: string): HTMLTableCellElement {
  const cell = h("td", {}, text);
  const strength = Math.min(1, Math.abs(value) / (most || 1));
  cell.style.background = `color-mix(in srgb, var(${value < 0 ? "--cold" : "--bar"}) ${(100 * strength).toFixed(0)}%, var(--paper))`;
  return cell;
}

function heatTable(caption: string, heads: string[], rows: { name: string; values: number[] }[], digits: number, most?: number): HTMLElement {
  const largest = most ?? Math.max(...rows.flatMap((row) => row.values.map(Math.abs)));
  return h(
    "div",
    { class: "scroll", tabindex: 0, role: "region", "aria-label": caption },
    h(
      "table",
      { class: "heat" },
      h("caption", {}, caption),
      h("thead", {}, h("tr", {}, h("td"), ...heads.map((name) => h("th", { scope: "col" }, name)))),
      h(
        "tbody",
        {},
        ...rows.map(({ name, values }) =>
          h("tr", {}, h("th", { scope: "row" }, name), ...values.map((value) => heatCell(value, largest, value.toFixed(digits)))),
        ),
      ),
    ),
  );
}

export function tokensPart(traced: Traced, vocabulary: number): HTMLElement {
  return h(
    "div",
    {},
    h("p", {}, "“", traced.text, "” is cleaned to “", traced.normalized, "” and cut into ", String(traced.tokens.length), " tokens. Each is one of ", vocabulary.toLocaleString("en"), " entries of the vocabulary; its number is all that goes on."),
    h(
      "ol",
      { class: "tokens" },
      ...traced.tokens.map(({ token, id, special }) =>
        h("li", special ? { class: "special" } : {}, h("b", {}, token), h("span", {}, String(id))),
      ),
    ),
  );
}

export function rowsPart(traced: Traced): HTMLElement {
  const first = traced.tokens[0]!.row.length;
  return heatTable(
    `First ${first} values of each token’s row`,
    traced.tokens[0]!.row.map((_, i) => String(i + 1)),
    traced.tokens.map(({ token, row }) => ({ name: token, values: row })),
    3,
  );
}

/** The heat map of one layer, with choices of layer and head. */
export function attentionPart(traced: Traced): HTMLElement {
  const layers = traced.attention.length;
  const layer = h("select", { id: "layer" }, ...Array.from({ length: layers }, (_, i) => h("option", { value: i }, String(i + 1))));
  const head = h(
    "select",
    { id: "head" },
    h("option", { value: -1 }, "mean of all"),
    ...Array.from({ length: traced.heads }, (_, i) => h("option", { value: i }, String(i + 1))),
  );
  layer.value = String(layers - 1);
  const place = h("div");
  const draw = () => {
    const weights = attentionOf(traced, Number(layer.value), Number(head.value)), n = traced.tokens.length;
    const names = traced.tokens.map(({ token }) => token);
    const rows = names.map((name, i) => ({ name, values: weights.slice(i * n, (i + 1) * n).map((weight) => 100 * weight) }));
    place.replaceChildren(
      heatTable(`Layer ${Number(layer.value) + 1}: of 100, how much each token (row) takes from each token (column)`, names, rows, 0),
    );
  };
  layer.addEventListener("change", draw);
  head.addEventListener("change", draw);
  draw();
  return h("div", {}, h("p", { class: "choices" }, h("label", { for: "layer" }, "Layer", layer), h("label", { for: "head" }, "Head", head)), place);
}

/** A vector as a strip: a column for each value. */
function strip(vector: number[]): HTMLCanvasElement {
  const canvas = h("canvas", { class: "strip", width: vector.length, height: 1, "aria-hidden": "true" });
  const context = canvas.getContext("2d")!;
  const most = Math.max(...vector.map(Math.abs)) || 1;
  vector.forEach((value, i) => {
    const strength = Math.sqrt(Math.abs(value) / most);
    context.fillStyle = value < 0 ? `rgb(0 114 178 / ${strength})` : `rgb(213 94 0 / ${strength})`;
    context.fillRect(i, 0, 1, 1);
  });
  return canvas;
}

export function poolingPart(lesson: Lesson, modules: string[]): HTMLElement {
  return h(
    "div",
    {},
    h("p", {}, `After the last layer every token has a vector. The model makes one of them: ${modules.join(", ")}.`),
    ...lesson.texts.flatMap(({ text, vector }) => [
      h("p", { class: "strip-name" }, `“${short(text, 80)}”: ${vector.length} numbers, ${vector.slice(0, 5).map((v) => v.toFixed(3)).join(", ")}, …`),
      strip(vector),
    ]),
  );
}

export function cosinePart(lesson: Lesson): HTMLElement {
  const parts = lesson.texts.map((traced) => {
    const shares = traced.tokens.map(({ share }) => share);
    if (shares.some((share) => share === null))
      return h("p", { class: "note" }, "This model’s vector is no mean of its tokens: shares of tokens do not add up to the cosine.");
    const most = Math.max(...shares.map((share) => Math.abs(share!)));
    return h(
      "table",
      { class: "shares" },
      h("caption", {}, `What each token of “${short(traced.text, 60)}” adds`),
      h(
        "tbody",
        {},
        ...traced.tokens.map(({ token, share }) => {
          const bar = h("span", { class: share! < 0 ? "bar less" : "bar", "aria-hidden": "true" });
          bar.style.setProperty("--share", `${((100 * Math.abs(share!)) / most).toFixed(1)}%`);
          return h("tr", {}, h("th", { scope: "row" }, token), h("td", {}, share!.toFixed(3)), h("td", { class: "wide" }, bar));
        }),
        h("tr", { class: "sum" }, h("th", { scope: "row" }, "sum"), h("td", {}, shares.reduce<number>((sum, share) => sum + share!, 0).toFixed(3)), h("td")),
      ),
    );
  });
  return h(
    "div",
    {},
    h("p", {}, "The cosine of the two vectors is ", h("b", { class: "cosine" }, lesson.cosine.toFixed(3)), "."),
    h("div", { class: "pair" }, ...parts),
  );
}

export function bankPart(bank: Bank): HTMLElement {
  // The first two sentences mean one thing, the last two another.
  const { contextual: c } = bank;
  const same = [c[0]![1]!, c[2]![3]!], other = [c[0]![2]!, c[0]![3]!, c[1]![2]!, c[1]![3]!];
  const range = (values: number[]) => `${Math.min(...values).toFixed(2)} to ${Math.max(...values).toFixed(2)}`;
  const names = bank.sentences.map((_, i) => String(i + 1));
  const table = (caption: string, values: number[][]) =>
    heatTable(caption, names, values.map((row, i) => ({ name: names[i]!, values: row })), 2, 1);
  return h(
    "div",
    {},
    h("ol", {}, ...bank.sentences.map((sentence) => h("li", {}, sentence))),
    h("p", {}, `In the table, “${bank.word}” has one row whatever the sentence. After the layers it has taken from its neighbours: its cosine is ${range(same)} where it means the same (1 and 2, 3 and 4), and ${range(other)} where it does not.`),
    h("div", { class: "pair" }, table("Static: rows of the table", bank.static), table("Contextual: after the last layer", bank.contextual)),
  );
}
