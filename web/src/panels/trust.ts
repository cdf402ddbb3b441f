import { nameOf, type Layout, type Scene } from "../data";
import { count, h, replace, short } from "../dom";
import { rankOnMap } from "../spatial";

/** The true nearest neighbour that the map puts farthest away, among at most some thousand points. */
function mostTorn(scene: Scene, layout: Layout): { a: number; b: number; rank: number } | null {
  if (scene.k === 0) return null;
  const step = Math.max(1, Math.floor(scene.size / 5000));
  let best = { a: -1, b: -1, distance: -1 };
  for (let a = 0; a < scene.size; a += step) {
    const b = scene.neighbors[a * scene.k]!;
    const distance = Math.hypot(
      layout.points[2 * a]! - layout.points[2 * b]!,
      layout.points[2 * a + 1]! - layout.points[2 * b + 1]!,
    );
    if (distance > best.distance) best = { a, b, distance };
  }
  return best.a < 0 ? null : { a: best.a, b: best.b, rank: rankOnMap(layout.points, best.a, best.b) + 1 };
}

/** What the projection does to distances, in numbers and in words. */
export function drawTrust(element: HTMLElement, scene: Scene, layout: Layout, go: (point: number) => void): void {
  const { figures } = layout;
  const of = figures.neighbors;
  const rows: [string, string, string][] = [
    ["Trustworthiness", figures.trustworthiness.toFixed(3), "neighbours on the map are neighbours in truth; 1 is best"],
    ["Continuity", figures.continuity.toFixed(3), "true neighbours are neighbours on the map; 1 is best"],
    ["Neighbours kept", `${(100 * figures.kept).toFixed(1)} %`, `of the ${of} nearest of each point`],
  ];
  if (figures.kl !== null) rows.push(["KL divergence", figures.kl.toFixed(3), "what the method makes small; compare runs only"]);
  const table = h("table", { class: "figures" }, h("caption", { class: "hidden" }, "How far this map can be trusted"));
  const body = h("tbody");
  for (const [name, value, meaning] of rows)
    body.append(h("tr", {}, h("th", { scope: "row" }, name, h("span", { class: "note" }, ` ${meaning}`)), h("td", {}, value)));
  table.append(body);
  const torn = mostTorn(scene, layout);
  const link = (point: number) =>
    h("button", { type: "button", class: "link", onclick: () => go(point) }, `“${short(nameOf(scene, point), 40)}”`);
  replace(
    element,
    h("h2", {}, "How far to trust this map"),
    h(
      "p",
      {},
      of > 0
        ? `${scene.dimensions} dimensions do not fit into two. Of the ${of} true neighbours of a point, ${layout.name} keeps ${(of * figures.kept).toFixed(1)} on average.`
        : `${scene.dimensions} dimensions became two.`,
    ),
    of > 0 && table,
    figures.sampled < scene.size && of > 0 && h("p", { class: "note" }, `measured at ${count(figures.sampled, "point")}`),
    torn !== null &&
      torn.rank > 1 &&
      h("p", {}, "Farthest torn: the nearest true neighbour of ", link(torn.a), " is ", link(torn.b), `, on the map only number ${torn.rank.toLocaleString("en")}.`),
  );
}
