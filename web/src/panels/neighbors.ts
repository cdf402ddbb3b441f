import { distortionOf, nameOf, valueOf, type Layout, type Scene } from "../data";
import { count, h, replace, short } from "../dom";
import type { Placed } from "../live";
import { rankOnMap } from "../spatial";

export interface Neighbor {
  point: number;
  /** Cosine, or distance under the Euclidean metric. */
  score: number;
  /** Points that are nearer on the map. */
  rank: number;
  farApart: boolean;
}

/** Whether a map tears a pair: the place among the neighbours on the map is more than three times the true one, and
 *  beyond three times the neighbours that are shown, or a third of all points where there are few. */
const isFarApart = (scene: Scene, k: number, trueRank: number, mapRank: number): boolean =>
  mapRank > 3 * trueRank && mapRank > Math.min(3 * k, scene.size / 3);

/** Neighbours and their scores as the page has them. */
export function pairsOf(scene: Scene, point: number): [number, number][] {
  return Array.from({ length: scene.k }, (_, j) => {
    const at = point * scene.k + j;
    return [scene.neighbors[at]!, scene.scores[at]!];
  });
}

export function neighborsOf(scene: Scene, layout: Layout, point: number, pairs = pairsOf(scene, point)): Neighbor[] {
  return pairs.map(([neighbor, score], j) => {
    const rank = rankOnMap(layout.points, point, neighbor);
    return { point: neighbor, score, rank, farApart: isFarApart(scene, pairs.length, j + 1, rank + 1) };
  });
}

/** Width of a bar, from 0 to 1. */
function share(scene: Scene, neighbors: Neighbor[], score: number): number {
  if (scene.metric === "cosine") return Math.max(0, score);
  const nearest = neighbors[0]!.score;
  return score > 0 ? nearest / score : 1;
}

function listOf(scene: Scene, neighbors: Neighbor[], go: (point: number) => void): HTMLOListElement {
  const list = h("ol", { class: "neighbors" });
  for (const { point, score, rank, farApart } of neighbors) {
    const bar = h("span", { class: "bar", "aria-hidden": "true" });
    bar.style.setProperty("--share", `${(100 * share(scene, neighbors, score)).toFixed(1)}%`);
    list.append(
      h(
        "li",
        {},
        h(
          "button",
          { type: "button", "data-point": point, onclick: () => go(point) },
          h("span", { class: "name" }, short(nameOf(scene, point), 80)),
          h("span", { class: "score" }, score.toFixed(3)),
          bar,
          farApart && h("span", { class: "far" }, `far apart on this map: ${count(rank, "point")} nearer`),
        ),
      ),
    );
  }
  return list;
}

const heading = (scene: Scene) =>
  h("h3", {}, `Nearest in ${scene.dimensions} dimensions, by ${scene.metric === "cosine" ? "cosine" : "distance"}`);

/** The panel of a text that was typed, and its true neighbours among the points. */
export function drawPlaced(element: HTMLElement, scene: Scene, placed: Placed, go: (point: number) => void): void {
  const neighbors = placed.neighbors.map(([point, score]) => ({ point, score, rank: 0, farApart: false }));
  replace(
    element,
    h("h2", {}, "Neighbours"),
    h("p", { class: "chosen" }, placed.text),
    heading(scene),
    listOf(scene, neighbors, go),
    h(
      "p",
      { class: "note" },
      "It was not there when the map was made: it stands at the mean of its five nearest neighbours’ places, weighted by closeness.",
    ),
  );
}

/** The panel of one point: its text, what is known of it, and its true neighbours. */
export function drawNeighbors(
  element: HTMLElement,
  scene: Scene,
  layout: Layout,
  point: number,
  neighbors: Neighbor[],
  go: (point: number) => void,
): void {
  if (point < 0) {
    replace(
      element,
      h("h2", {}, "Neighbours"),
      h("p", { class: "note" }, "Click a point to see its nearest neighbours in the original space, not on the map."),
    );
    return;
  }
  const facts = h("dl", { class: "facts" });
  const fact = (name: string, value: string) => facts.append(h("dt", {}, name), h("dd", {}, value));
  for (const column of scene.columns) fact(column.name, valueOf(column, point) || "–");
  if (scene.clusterNames.length > 0) fact("cluster", scene.clusterNames[scene.clusterOf[point]!]!);
  if (scene.k > 0) {
    const kept = layout.kept[point]!, of = layout.figures.kept_of;
    fact(`kept by ${layout.name}`, `${kept} of ${of} nearest (distortion ${distortionOf(layout, point).toFixed(2)})`);
  }
  const far = neighbors.filter((neighbor) => neighbor.farApart).length;
  replace(
    element,
    h("h2", {}, "Neighbours"),
    h("p", { class: "chosen" }, nameOf(scene, point)),
    facts,
    scene.k === 0 && neighbors.length === 0
      ? h("p", { class: "note", role: "status" }, scene.live ? "Looking for neighbours …" : "This page was made without neighbours.")
      : heading(scene),
    listOf(scene, neighbors, go),
    scene.recall < 1 &&
      h("p", { class: "note" }, `Looked for approximately: some ${Math.round(1000 * scene.recall)} of 1,000 true neighbours are found.`),
    far > 0 && h("p", { class: "note" }, `${layout.name} puts ${far} of ${neighbors.length} far apart from it.`),
  );
}
