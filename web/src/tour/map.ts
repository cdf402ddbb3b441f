import { nameOf, valueOf, type Scene } from "../data";
import { h } from "../dom";
import { swatch } from "../panels/legend";
import { drawNeighbors, neighborsOf } from "../panels/neighbors";
import { kColors } from "../palette";

const kSide = 440;

/** A map of few words: the dots and lines are a picture, the words below it are buttons. */
export function wordMap(scene: Scene): HTMLElement {
  let layout = scene.layouts[0]!;
  let chosen = 0;
  const column = scene.columns[0];
  const color = (i: number) => (column?.type === "category" ? kColors[column.codes[i]! % kColors.length]! : kColors[0]!);
  const picture = h("div", { class: "picture" });
  const panel = h("section", { class: "panel", "aria-label": "Neighbours" });
  const methods = h("div", { class: "segments", role: "group", "aria-label": "Map" });
  const words = h("ul", { class: "words" });
  const key = h("ul", { class: "key", "aria-label": column?.name ?? "Categories" });
  if (column?.type === "category")
    key.append(...column.names.map((name, code) => h("li", {}, swatch(kColors[code % kColors.length]!, "circle"), name)));

  const make = (tag: string, attributes: Record<string, string | number>, text = "") => {
    const element = document.createElementNS("http://www.w3.org/2000/svg", tag);
    for (const [name, value] of Object.entries(attributes)) element.setAttribute(name, String(value));
    element.textContent = text;
    return element;
  };
  const draw = () => {
    const at = (i: number) => [kSide / 2 + layout.points[2 * i]! * kSide * 0.4, kSide / 2 - layout.points[2 * i + 1]! * kSide * 0.42] as const;
    const neighbors = neighborsOf(scene, layout, chosen);
    const svg = make("svg", { viewBox: `0 0 ${kSide} ${kSide}`, role: "img", "aria-label": `${layout.name} map of ${scene.size} words` });
    for (const { point } of neighbors.slice(0, 5)) {
      const [x1, y1] = at(chosen), [x2, y2] = at(point);
      svg.append(make("line", { x1, y1, x2, y2, class: "line" }));
    }
    const taken: (readonly [number, number, number, number])[] = [];
    for (let i = 0; i < scene.size; i++) {
      const [x, y] = at(i);
      const dot = make("circle", { cx: x, cy: y, r: i === chosen ? 9 : 6, fill: color(i) });
      dot.addEventListener("click", () => choose(i));
      svg.append(dot);
      taken.push([x - 7, y - 7, x + 7, y + 7]);
    }
    for (let i = 0; i < scene.size; i++) {
      const [x, y] = at(i);
      const width = 7.4 * nameOf(scene, i).length;
      // Right, left, above or below, where it covers nothing and stays inside.
      const spots = [[x + 10, y + 4], [x - 10 - width, y + 4], [x - width / 2, y - 11], [x - width / 2, y + 21]] as const;
      const box = ([tx, ty]: readonly [number, number]) => [tx, ty - 11, tx + width, ty + 3] as const;
      const free = spots.find((spot) => {
        const [l, t, r, b] = box(spot);
        return l > 0 && t > 0 && r < kSide && b < kSide && !taken.some(([ol, ot, or, ob]) => l < or && ol < r && t < ob && ot < b);
      });
      const [tx, ty] = free ?? spots[0];
      taken.push(box([tx, ty]));
      svg.append(make("text", { x: tx, y: ty }, nameOf(scene, i)));
    }
    picture.replaceChildren(svg);
    drawNeighbors(panel, scene, layout, chosen, neighbors, choose);
    methods.replaceChildren(
      ...scene.layouts.map((other) =>
        h("button", { type: "button", "aria-pressed": String(other === layout), onclick: () => ((layout = other), draw()) }, other.name),
      ),
    );
    words.replaceChildren(
      ...Array.from({ length: scene.size }, (_, i) =>
        h("li", {}, h("button", { type: "button", "aria-pressed": String(i === chosen), onclick: () => choose(i) }, swatch(color(i), "circle"), nameOf(scene, i), h("span", { class: "hidden" }, column ? `, ${valueOf(column, i)}` : ""))),
      ),
    );
  };
  const choose = (i: number) => {
    const inside = document.activeElement?.closest(".words, .neighbors");
    chosen = i;
    draw();
    if (inside) words.querySelectorAll("button")[i]?.focus();
  };
  draw();
  return h("div", {}, methods, h("div", { class: "pair" }, h("div", {}, picture, key, words), panel));
}
