import { distortionOf, nameOf, valueOf, type Layout, type Scene } from "./data";
import type { Camera } from "./camera";
import { short } from "./dom";
import type { Coloring } from "./palette";

function field(text: string): string {
  return /[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
}

/** Rows of a CSV file (RFC 4180), one for each of `points`. */
export function csvOf(scene: Scene, layout: Layout, points: number[]): string {
  const heads = ["id", "text", ...scene.columns.map((column) => column.name), "cluster", "x", "y", "distortion"];
  const rows = points.map((i) =>
    [
      String(i),
      scene.texts[i] ?? "",
      ...scene.columns.map((column) => valueOf(column, i)),
      scene.clusterNames[scene.clusterOf[i]!] ?? "",
      String(layout.raw[2 * i]),
      String(layout.raw[2 * i + 1]),
      distortionOf(layout, i).toFixed(3),
    ]
      .map(field)
      .join(","),
  );
  return [heads.map(field).join(","), ...rows].join("\r\n") + "\r\n";
}

/** An array of objects, one for each of `points`, with their neighbours. */
export function jsonOf(scene: Scene, layout: Layout, points: number[]): string {
  const records = points.map((i) => ({
    id: i,
    text: scene.texts[i] ?? null,
    columns: Object.fromEntries(scene.columns.map((column) => [column.name, valueOf(column, i)])),
    cluster: scene.clusterNames[scene.clusterOf[i]!] ?? null,
    x: layout.raw[2 * i],
    y: layout.raw[2 * i + 1],
    distortion: distortionOf(layout, i),
    neighbors: Array.from({ length: scene.k }, (_, j) => ({
      id: scene.neighbors[i * scene.k + j],
      [scene.metric === "cosine" ? "cosine" : "distance"]: scene.scores[i * scene.k + j],
    })),
  }));
  return JSON.stringify({ map: layout.method, metric: scene.metric, points: records }, null, 1) + "\n";
}

export const idsOf = (points: number[]): string => points.join("\n") + "\n";

export function save(name: string, data: Blob | string, type = "text/plain"): void {
  const blob = typeof data === "string" ? new Blob([data], { type }) : data;
  const link = document.createElement("a");
  link.href = URL.createObjectURL(blob);
  link.download = name;
  link.click();
  setTimeout(() => URL.revokeObjectURL(link.href), 60_000);
}

export interface PictureInput {
  scene: Scene;
  layout: Layout;
  camera: Camera;
  coloring: Coloring;
  radius: number;
  opacity: number;
  shown: (point: number) => boolean;
  labels: { x: number; y: number; text: string; strong: boolean }[];
  lines: [number, number, number, number][];
  ink: string;
  paper: string;
  accent: string;
}

const xml = (text: string) =>
  text
    .replace(/[\u0000-\u0008\u000B\u000C\u000E-\u001F\uFFFE\uFFFF]/g, " ")
    .replace(/[<>&"]/g, (c) => ({ "<": "&lt;", ">": "&gt;", "&": "&amp;", '"': "&quot;" })[c]!);

/** The part of the map that is seen, as SVG. */
export function svgOf(input: PictureInput): string {
  const { scene, camera, coloring, radius: r, layout } = input;
  const out = [
    `<svg xmlns="http://www.w3.org/2000/svg" width="${camera.width}" height="${camera.height}" viewBox="0 0 ${camera.width} ${camera.height}" role="img" font-family="system-ui, sans-serif" font-size="12">`,
    `<title>${xml(scene.title)} – ${xml(layout.name)}</title>`,
    `<rect width="100%" height="100%" fill="${input.paper}"/>`,
  ];
  const put = (v: number) => String(Math.round(v * 10) / 10);
  for (const [x1, y1, x2, y2] of input.lines)
    out.push(`<line x1="${put(x1)}" y1="${put(y1)}" x2="${put(x2)}" y2="${put(y2)}" stroke="${input.accent}" stroke-width="1.5"/>`);
  for (let i = 0; i < scene.size; i++) {
    if (!input.shown(i)) continue;
    const [x, y] = camera.toScreen(layout.points[2 * i]!, layout.points[2 * i + 1]!);
    if (x < -r || y < -r || x > camera.width + r || y > camera.height + r) continue;
    const fill = `fill="rgb(${coloring.colors.slice(3 * i, 3 * i + 3).join(",")})" fill-opacity="${input.opacity.toFixed(2)}"`;
    const shape = coloring.shapes[i]!, s = 0.8 * r;
    const title = scene.size <= 5000 ? `<title>${xml(short(nameOf(scene, i), 200))}</title>` : "";
    const mark =
      shape === 0 ? `<circle cx="${put(x)}" cy="${put(y)}" r="${put(0.9 * r)}" ${fill}>${title}</circle>`
      : shape === 1 ? `<path d="M${put(x - s)} ${put(y - s)}h${put(2 * s)}v${put(2 * s)}h${put(-2 * s)}Z" ${fill}>${title}</path>`
      : shape === 2 ? `<path d="M${put(x)} ${put(y - r)}L${put(x + r)} ${put(y)}L${put(x)} ${put(y + r)}L${put(x - r)} ${put(y)}Z" ${fill}>${title}</path>`
      : `<path d="M${put(x)} ${put(y - r)}L${put(x + r)} ${put(y + s)}L${put(x - r)} ${put(y + s)}Z" ${fill}>${title}</path>`;
    out.push(mark);
  }
  for (const { x, y, text, strong } of input.labels)
    out.push(
      `<text x="${put(x)}" y="${put(y)}" fill="${input.ink}" stroke="${input.paper}" stroke-width="3" paint-order="stroke" stroke-linejoin="round"${strong ? ' font-weight="600"' : ""}>${xml(text)}</text>`,
    );
  coloring.entries.forEach((entry, i) => {
    const y = 20 + 18 * i;
    if (y > camera.height - 8) return;
    out.push(
      `<rect x="10" y="${y - 9}" width="10" height="10" fill="${entry.color}"/>`,
      `<text x="26" y="${y}" fill="${input.ink}" stroke="${input.paper}" stroke-width="3" paint-order="stroke">${xml(short(entry.name, 34))}</text>`,
    );
  });
  return out.join("\n") + "\n</svg>\n";
}

/** The canvases one over the other, on the colour of the page, with the legend. */
export function pngOf(layers: HTMLCanvasElement[], coloring: Coloring, ink: string, paper: string): Promise<Blob | null> {
  const out = document.createElement("canvas");
  const width = (out.width = Math.max(...layers.map((layer) => layer.width)));
  const height = (out.height = Math.max(...layers.map((layer) => layer.height)));
  const context = out.getContext("2d")!;
  context.fillStyle = paper;
  context.fillRect(0, 0, width, height);
  for (const layer of layers) context.drawImage(layer, 0, 0, width, height);
  const line = 18 * devicePixelRatio;
  context.font = `${12 * devicePixelRatio}px system-ui, sans-serif`;
  coloring.entries.forEach((entry, i) => {
    const y = line * (i + 1);
    context.fillStyle = entry.color;
    context.fillRect(0.6 * line, y - 0.55 * line, 0.6 * line, 0.6 * line);
    context.fillStyle = ink;
    context.fillText(short(entry.name, 34), 1.5 * line, y);
  });
  return new Promise((done) => out.toBlob(done, "image/png"));
}
