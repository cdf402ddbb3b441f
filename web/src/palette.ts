import { distortionOf, type Layout, type Scene } from "./data";

/** Okabe and Ito's colours, which people with any colour vision can tell apart; shapes tell apart what exceeds them. */
export const kColors = ["#0072B2", "#E69F00", "#009E73", "#CC79A7", "#56B4E9", "#D55E00", "#F0E442", "#888888"];
export const kShapes = ["circle", "square", "diamond", "triangle"] as const;
export type Shape = (typeof kShapes)[number];
export const kMostCategories = kColors.length * kShapes.length;
export const kOther = "#B0B0B0";
const kMissing = "#9A9A9A";

/** Viridis at eight places: ordered in lightness, so that it survives any colour vision and a grey printer. */
const kScale = ["#440154", "#46327E", "#365C8D", "#277F8E", "#1FA187", "#4AC16D", "#A0DA39", "#FDE725"];

const channels = (hex: string) => [1, 3, 5].map((at) => parseInt(hex.slice(at, at + 2), 16));
const kScaleChannels = kScale.map(channels);

/** The colour of t from 0 to 1. */
export function scaleColor(t: number): [number, number, number] {
  const at = Math.min(1, Math.max(0, t)) * (kScale.length - 1), low = Math.min(kScale.length - 2, Math.floor(at));
  const a = kScaleChannels[low]!, b = kScaleChannels[low + 1]!;
  return [0, 1, 2].map((c) => Math.round(a[c]! + (b[c]! - a[c]!) * (at - low))) as [number, number, number];
}

export interface LegendEntry {
  name: string;
  color: string;
  shape: Shape;
  count: number;
  /** Codes of the categories that it stands for. */
  codes: number[];
}

/** How points are coloured. */
export interface Coloring {
  title: string;
  /** r, g, b of each point. */
  colors: Uint8Array;
  /** Index into kShapes of each point. */
  shapes: Uint8Array;
  /** Categories; empty for a scale. */
  entries: LegendEntry[];
  scale: { low: number; high: number; missing: number } | null;
  /** The category of each point; null for a scale. */
  codes: ArrayLike<number> | null;
}

function byCategory(title: string, names: string[], codes: ArrayLike<number>): Coloring {
  const n = codes.length;
  const counts = new Array<number>(names.length).fill(0);
  for (let i = 0; i < n; i++) counts[codes[i]!]!++;
  const entries: LegendEntry[] = names.slice(0, kMostCategories).map((name, code) => ({
    name,
    color: kColors[code % kColors.length]!,
    shape: kShapes[Math.floor(code / kColors.length)]!,
    count: counts[code]!,
    codes: [code],
  }));
  if (names.length > kMostCategories) {
    const rest = names.map((_, code) => code).slice(kMostCategories);
    entries.push({
      name: `${rest.length} others`,
      color: kOther,
      shape: "circle",
      count: rest.reduce((sum, code) => sum + counts[code]!, 0),
      codes: rest,
    });
  }
  const rgb = entries.map((entry) => channels(entry.color));
  const colors = new Uint8Array(3 * n), shapes = new Uint8Array(n);
  for (let i = 0; i < n; i++) {
    const entry = Math.min(codes[i]!, entries.length - 1);
    colors.set(rgb[entry]!, 3 * i);
    shapes[i] = kShapes.indexOf(entries[entry]!.shape);
  }
  return { title, colors, shapes, entries, scale: null, codes };
}

function byNumber(title: string, numbers: ArrayLike<number>, range?: [number, number]): Coloring {
  const n = numbers.length;
  let low = Infinity, high = -Infinity, missing = 0;
  for (let i = 0; i < n; i++) {
    const v = numbers[i]!;
    if (Number.isNaN(v)) missing++;
    else {
      low = Math.min(low, v);
      high = Math.max(high, v);
    }
  }
  if (range) [low, high] = range;
  const colors = new Uint8Array(3 * n), none = channels(kMissing);
  for (let i = 0; i < n; i++) {
    const v = numbers[i]!;
    colors.set(Number.isNaN(v) ? none : scaleColor(high > low ? (v - low) / (high - low) : 0.5), 3 * i);
  }
  return { title, colors, shapes: new Uint8Array(n), entries: [], scale: { low, high, missing }, codes: null };
}

/** What points can be coloured by: "none", "column:0", "cluster", "distortion". */
export function colorChoices(scene: Scene): { id: string; name: string }[] {
  const out = scene.columns.map((column, i) => ({ id: `column:${i}`, name: column.name }));
  if (scene.clusterNames.length > 0) out.push({ id: "cluster", name: "cluster" });
  if (scene.k > 0) out.push({ id: "distortion", name: "distortion" });
  out.push({ id: "none", name: "one colour" });
  return out;
}

export function colorBy(scene: Scene, layout: Layout, choice: string): Coloring {
  if (choice === "cluster") return byCategory("cluster", scene.clusterNames, scene.clusterOf);
  if (choice === "distortion") {
    const values = new Float32Array(scene.size);
    for (let i = 0; i < scene.size; i++) values[i] = distortionOf(layout, i);
    return byNumber("distortion", values, [0, 1]);
  }
  const column = choice.startsWith("column:") ? scene.columns[Number(choice.slice(7))] : undefined;
  if (column?.type === "category") return byCategory(column.name, column.names, column.codes);
  if (column?.type === "number") return byNumber(column.name, column.numbers);
  return byCategory("points", ["all points"], new Uint8Array(scene.size));
}
