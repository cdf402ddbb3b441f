/** The data of the page: blocks of base64 in script elements that no browser runs (docs/formats.md). */

export interface Figures {
  method: string;
  kl: number | null;
  trustworthiness: number;
  continuity: number;
  /** Part of the true neighbours that the map keeps. */
  kept: number;
  /** Neighbours that the figures look at. */
  neighbors: number;
  sampled: number;
  /** True neighbours that Layout.kept looks at. */
  kept_of: number;
}

export interface Layout {
  method: string;
  name: string;
  /** x, y of each point as computed. */
  raw: Float32Array;
  /** The same turned, moved and scaled into the square from -1 to 1. */
  points: Float32Array;
  /** Does to any place of the map what was done to the points. */
  place: (x: number, y: number) => [number, number];
  /** True neighbours kept, of figures.kept_of. */
  kept: Uint8Array;
  figures: Figures;
}

export type Column =
  | { name: string; type: "category"; names: string[]; codes: Uint32Array }
  | { name: string; type: "number"; numbers: Float32Array };

export interface Scene {
  title: string;
  model: string;
  size: number;
  dimensions: number;
  metric: "cosine" | "euclidean";
  /** What the server that the page came from takes: nothing where it came from disk. */
  live: "" | "vectors" | "texts" | "words";
  texts: string[];
  layouts: Layout[];
  columns: Column[];
  /** Neighbours of each point. */
  k: number;
  /** Part of the true neighbours that are there; below 1 where they were looked for approximately. */
  recall: number;
  neighbors: Int32Array;
  /** Cosines, or distances under the Euclidean metric. */
  scores: Float32Array;
  clusterNames: string[];
  clusterOf: Int32Array;
}

const kMethods: Record<string, string> = { pca: "PCA", tsne: "t-SNE", umap: "UMAP" };

/** Bytes of a base64 text; the text is cut in pieces because a million points are too long for one call. */
export function bytesOf(text: string): Uint8Array {
  const padding = text.endsWith("==") ? 2 : text.endsWith("=") ? 1 : 0;
  const out = new Uint8Array((text.length / 4) * 3 - padding);
  const piece = 1 << 20;
  for (let at = 0, to = 0; at < text.length; at += piece) {
    const binary = atob(text.slice(at, at + piece));
    for (let i = 0; i < binary.length; i++) out[to++] = binary.charCodeAt(i);
  }
  return out;
}

function block(name: string): Uint8Array {
  const element = document.querySelector(`script[data-block="${name}"]`);
  if (!element) throw new Error(`the page has no block ${name}`);
  const bytes = bytesOf(element.textContent ?? "");
  element.remove(); // the text is twice as large as what it stands for
  return bytes;
}

/** The document in a block that not every page has. */
export function readOptional(name: string): unknown {
  return document.querySelector(`script[data-block="${name}"]`) ? json(name) : null;
}

const json = (name: string): unknown => JSON.parse(new TextDecoder().decode(block(name)));
const floats = (name: string) => new Float32Array(block(name).buffer);
const integers = (name: string) => new Int32Array(block(name).buffer);

interface Meta {
  title: string;
  model: string;
  points: number;
  dimensions: number;
  metric: "cosine" | "euclidean";
  neighbors: number;
  neighbor_recall: number;
  live: "" | "vectors" | "texts" | "words";
  layouts: Figures[];
  columns: { name: string; type: string; values: string[] }[];
  clusters: string[];
}

/** Turns (and mirrors) `raw` onto `like`, so that points travel little between the two, and fits it into the square. */
export function fit(raw: Float32Array, like?: Float32Array): Pick<Layout, "points" | "place"> {
  const n = raw.length / 2;
  const out = new Float32Array(raw.length);
  let mx = 0, my = 0;
  for (let i = 0; i < n; i++) {
    mx += raw[2 * i]! / n;
    my += raw[2 * i + 1]! / n;
  }
  // The best rotation and the best reflection, whichever aligns more (Procrustes in the plane).
  let dot = 0, cross = 0, mirrorDot = 0, mirrorCross = 0;
  if (like) {
    for (let i = 0; i < n; i++) {
      const x = raw[2 * i]! - mx, y = raw[2 * i + 1]! - my, u = like[2 * i]!, v = like[2 * i + 1]!;
      dot += x * u + y * v;
      cross += x * v - y * u;
      mirrorDot += x * u - y * v;
      mirrorCross += x * v + y * u;
    }
  }
  const mirror = Math.hypot(mirrorDot, mirrorCross) > Math.hypot(dot, cross) ? -1 : 1;
  const angle = like ? (mirror < 0 ? Math.atan2(mirrorCross, mirrorDot) : Math.atan2(cross, dot)) : 0;
  const c = Math.cos(angle), s = Math.sin(angle);
  const low = [Infinity, Infinity], high = [-Infinity, -Infinity];
  const turn = (x: number, y: number): [number, number] => {
    const dx = x - mx, dy = mirror * (y - my);
    return [c * dx - s * dy, s * dx + c * dy];
  };
  for (let i = 0; i < n; i++) {
    const turned = turn(raw[2 * i]!, raw[2 * i + 1]!);
    for (const a of [0, 1]) {
      out[2 * i + a] = turned[a]!;
      low[a] = Math.min(low[a]!, turned[a]!);
      high[a] = Math.max(high[a]!, turned[a]!);
    }
  }
  const extent = Math.max(high[0]! - low[0]!, high[1]! - low[1]!) || 1;
  const middle = [0, 1].map((a) => (low[a]! + high[a]!) / 2);
  for (let i = 0; i < 2 * n; i++) out[i] = (2 * (out[i]! - middle[i % 2]!)) / extent;
  const place = (x: number, y: number): [number, number] => {
    const [u, v] = turn(x, y);
    return [(2 * (u - middle[0]!)) / extent, (2 * (v - middle[1]!)) / extent];
  };
  return { points: out, place };
}

export function readScene(): Scene {
  const meta = json("meta") as Meta;
  const layouts: Layout[] = [];
  meta.layouts.forEach((figures, i) => {
    const raw = floats(`layout-${i}`);
    layouts.push({
      method: figures.method,
      name: kMethods[figures.method] ?? figures.method,
      raw,
      ...fit(raw, layouts[0]?.points),
      kept: block(`kept-${i}`),
      figures,
    });
  });
  return {
    title: meta.title,
    model: meta.model,
    size: meta.points,
    dimensions: meta.dimensions,
    metric: meta.metric,
    live: meta.live,
    texts: json("texts") as string[],
    layouts,
    columns: meta.columns.map((column, i) =>
      column.type === "number"
        ? { name: column.name, type: "number", numbers: floats(`column-${i}`) }
        : { name: column.name, type: "category", names: column.values, codes: new Uint32Array(block(`column-${i}`).buffer) },
    ),
    k: meta.neighbors,
    recall: meta.neighbor_recall,
    neighbors: integers("neighbors"),
    scores: floats("scores"),
    clusterNames: meta.clusters,
    clusterOf: integers("clusters"),
  };
}

/** What a point is called: its text, else its number. */
export function nameOf(scene: Scene, point: number): string {
  return scene.texts[point] ?? `point ${point}`;
}

/** The value of a column for people. */
export function valueOf(column: Column, point: number): string {
  if (column.type === "category") return column.names[column.codes[point]!]!;
  const number = column.numbers[point]!;
  return Number.isNaN(number) ? "" : String(+number.toPrecision(7));
}

/** 1 - the part of the true neighbours that are neighbours on the map. */
export function distortionOf(layout: Layout, point: number): number {
  const k = layout.figures.kept_of;
  return k < 1 ? 0 : 1 - layout.kept[point]! / k;
}
