import { count, h, replace, short } from "../dom";
import { kShapes, scaleColor, type Coloring, type LegendEntry } from "../palette";

const kPaths: Record<string, string> = {
  circle: "M8 1.5a6.5 6.5 0 1 0 .01 0Z",
  square: "M2 2h12v12H2Z",
  diamond: "M8 .5 15.5 8 8 15.5 .5 8Z",
  triangle: "M8 1 15 14.5H1Z",
};

/** A shape in a colour, as a picture that says nothing to a screen reader: its name stands beside it. */
export function swatch(color: string, shape: string): SVGElement {
  const svg = document.createElementNS("http://www.w3.org/2000/svg", "svg");
  for (const [name, value] of Object.entries({ viewBox: "0 0 16 16", width: 14, height: 14, "aria-hidden": "true" }))
    svg.setAttribute(name, String(value));
  const path = document.createElementNS("http://www.w3.org/2000/svg", "path");
  path.setAttribute("d", kPaths[shape] ?? kPaths[kShapes[0]]!);
  path.setAttribute("fill", color);
  svg.append(path);
  return svg;
}

/** The legend: a button for each category, which shows or hides it; or a scale. */
export function drawLegend(
  element: HTMLElement,
  coloring: Coloring,
  hidden: ReadonlySet<number>,
  toggle: (entry: LegendEntry) => void,
): void {
  if (coloring.scale) {
    const { low, high, missing } = coloring.scale;
    const bar = h("canvas", { width: 160, height: 1, class: "scale", "aria-hidden": "true" });
    const context = bar.getContext("2d")!;
    for (let x = 0; x < 160; x++) {
      context.fillStyle = `rgb(${scaleColor(x / 159).join(" ")})`;
      context.fillRect(x, 0, 1, 1);
    }
    const show = (v: number) => (Number.isFinite(v) ? String(+v.toPrecision(4)) : "–");
    replace(
      element,
      h("p", { class: "legend-title" }, coloring.title),
      bar,
      h("p", { class: "ends" }, h("span", {}, show(low)), h("span", {}, show(high))),
      missing > 0 && h("p", { class: "note" }, `${count(missing, "point")} without a number`),
    );
    return;
  }
  const list = h("ul", { class: "legend" });
  for (const entry of coloring.entries) {
    const shown = !entry.codes.every((code) => hidden.has(code));
    list.append(
      h(
        "li",
        {},
        h(
          "button",
          { type: "button", "aria-pressed": String(shown), title: entry.name, onclick: () => toggle(entry) },
          swatch(entry.color, entry.shape),
          h("span", { class: "name" }, short(entry.name, 34)),
          h("span", { class: "count" }, entry.count.toLocaleString("en")),
        ),
      ),
    );
  }
  replace(element, h("p", { class: "legend-title" }, coloring.title), list);
}
