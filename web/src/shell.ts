import type { Scene } from "./data";
import { h } from "./dom";
import { colorChoices } from "./palette";

/** The parts of the page that do not change, and places for those that do. */
export interface Shell {
  stage: HTMLElement;
  base: HTMLCanvasElement;
  overlay: HTMLCanvasElement;
  tip: HTMLElement;
  status: HTMLElement;
  methods: HTMLElement;
  color: HTMLSelectElement;
  query: HTMLInputElement;
  regex: HTMLInputElement;
  results: HTMLElement;
  /** Only on a page that a server sent. */
  typed: HTMLInputElement;
  ask: HTMLFormElement;
  answer: HTMLElement;
  tools: Map<string, HTMLButtonElement>;
  theme: HTMLButtonElement;
  legend: HTMLElement;
  neighbors: HTMLElement;
  trust: HTMLElement;
  selection: HTMLElement;
  table: HTMLElement;
  tableBox: HTMLDetailsElement;
  help: HTMLDialogElement;
  exports: HTMLElement;
}

const kKeys: [string, string][] = [
  ["arrow keys", "move the map"],
  ["+ and -", "zoom in and out"],
  ["0", "show the whole map"],
  ["Enter", "choose the point nearest to the middle"],
  ["n and p", "walk to the next or previous true neighbour"],
  ["b", "walk back"],
  ["/", "search"],
  ["m", "the next map"],
  ["l, r, v", "lasso, rectangle, move"],
  ["a", "select all points in view"],
  ["d", "dark or light"],
  ["Escape", "let go of selection and point"],
  ["?", "this list"],
];

export function buildShell(root: HTMLElement, scene: Scene, mapName: string): Shell {
  const button = (label: string, title: string, attributes = {}) =>
    h("button", { type: "button", title, ...attributes }, label);
  const base = h("canvas", { "aria-hidden": "true" });
  const overlay = h("canvas", { "aria-hidden": "true" });
  const tip = h("div", { class: "tip", role: "tooltip", hidden: true });
  const stage = h(
    "div",
    {
      class: "stage",
      tabindex: 0,
      role: "application",
      "aria-roledescription": "map",
      "aria-label": mapName,
      "aria-describedby": "keys-hint",
    },
    base,
    overlay,
    tip,
  );
  const status = h("p", { class: "status", role: "status" });
  const methods = h("div", { class: "segments", role: "group", "aria-label": "Map" });
  const color = h("select", { id: "color" });
  for (const choice of colorChoices(scene)) color.append(h("option", { value: choice.id }, choice.name));
  const query = h("input", { id: "query", type: "search", placeholder: "Search", autocomplete: "off", spellcheck: "false" });
  const regex = h("input", { id: "regex", type: "checkbox" });
  const results = h("div", { class: "results" });
  const tools = new Map([
    ["pan", button("Move", "Move the map (v)", { "aria-pressed": "true" })],
    ["lasso", button("Lasso", "Draw around points to select them (l)", { "aria-pressed": "false" })],
    ["rectangle", button("Rectangle", "Draw a rectangle to select points (r)", { "aria-pressed": "false" })],
    ["view", button("Select in view", "Select all points in view (a)")],
    ["fit", button("Whole map", "Show the whole map (0)")],
    ["in", button("+", "Zoom in (+)", { "aria-label": "Zoom in" })],
    ["out", button("−", "Zoom out (-)", { "aria-label": "Zoom out" })],
    ["help", button("Keys", "Keys (?)")],
  ]);
  const typed = h("input", { id: "typed", type: "text", autocomplete: "off", required: true });
  const answer = h("p", { class: "note", role: "status" });
  const hint = scene.live === "words" ? "a word, or king - man + woman" : "a sentence or a word";
  const ask = h(
    "form",
    { class: "panel", hidden: scene.live !== "texts" && scene.live !== "words" },
    h("label", { for: "typed" }, `Place ${hint}`),
    typed,
    h("button", { type: "submit" }, "Place it"),
    answer,
  );
  const theme = button("Dark", "Dark or light (d)");
  const exports = h("div", { class: "exports", role: "group", "aria-label": "Save and share" });
  const help = h(
    "dialog",
    { class: "help", "aria-labelledby": "keys-title" },
    h("h2", { id: "keys-title" }, "Keys"),
    h("dl", {}, ...kKeys.flatMap(([keys, what]) => [h("dt", {}, keys), h("dd", {}, what)])),
    h("form", { method: "dialog" }, h("button", { type: "submit" }, "Close")),
  );
  const legend = h("section", { class: "panel", "aria-label": "Legend" });
  const neighbors = h("section", { class: "panel", "aria-label": "Neighbours" });
  const trust = h("section", { class: "panel", "aria-label": "Trust" });
  const selection = h("section", { class: "panel", "aria-label": "Selection" });
  const table = h("div", { class: "scroll", tabindex: 0, role: "region", "aria-label": "Points" });
  const tableBox = h("details", { class: "table" }, h("summary", {}, "Table of points"), table);
  const about = [
    `${scene.size.toLocaleString("en")} ${scene.size === 1 ? "point" : "points"}`,
    `${scene.dimensions} dimensions`,
    scene.model,
  ];
  root.append(
    h(
      "header",
      {},
      h("h1", {}, scene.title),
      h("p", { class: "about" }, about.filter(Boolean).join(" · ")),
      methods,
      h("label", { for: "color" }, "Colour", color),
      h("div", { class: "tools", role: "group", "aria-label": "Tools" }, ...tools.values(), theme),
    ),
    h(
      "main",
      {},
      h(
        "aside",
        { class: "left", "aria-label": "Search and legend" },
        h(
          "form",
          { class: "panel", role: "search", onsubmit: (event: Event) => event.preventDefault() },
          h("label", { for: "query", class: "hidden" }, "Search the texts"),
          query,
          h("label", { for: "regex" }, regex, "regular expression"),
          results,
        ),
        ask,
        legend,
        selection,
        exports,
      ),
      h("div", { class: "middle" }, stage, status, h("p", { id: "keys-hint", class: "hidden" }, "Press ? for the keys. All points are in the table below.")),
      h("aside", { class: "right", "aria-label": "Point and map" }, neighbors, trust),
    ),
    tableBox,
    help,
  );
  return {
    stage, base, overlay, tip, status, methods, color, query, regex, results, typed, ask, answer, tools, theme, legend, neighbors, trust,
    selection, table, tableBox, help, exports,
  };
}
