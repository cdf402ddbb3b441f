import type { Camera } from "./camera";
import { nameOf, type Scene } from "./data";
import { short } from "./dom";
import type { PointGrid } from "./spatial";

export interface Mark {
  point: number;
  /** A ring, and its text whatever else is there. */
  strong: boolean;
}

export interface OverlayInput {
  scene: Scene;
  camera: Camera;
  /** Where points are now. */
  points: Float32Array;
  grid: PointGrid;
  radius: number;
  /** Whether texts of unmarked points may be shown; not while they move. */
  texts: boolean;
  /** The point whose neighbours are shown, or -1, and they. */
  center: number;
  neighbors: number[];
  marks: Mark[];
  hover: number;
  shown: (point: number) => boolean;
  /** A text that was typed, and arrows of a sum of words: map coordinates. */
  placed: { x: number; y: number; text: string } | null;
  arrows: { from: [number, number]; to: [number, number]; label: string }[];
  clusters: { name: string; x: number; y: number }[];
  /** The lasso or rectangle being drawn, in pixels: x, y, x, y, ... */
  outline: number[];
  ink: string;
  paper: string;
  accent: string;
}

interface Box {
  left: number;
  top: number;
  right: number;
  bottom: number;
}

const kMostTexts = 400;
const kFont = "12px system-ui, sans-serif";
const kStrongFont = "600 13px system-ui, sans-serif";
const kClusterFont = "600 14px system-ui, sans-serif";

const overlaps = (a: Box, b: Box) => a.left < b.right && b.left < a.right && a.top < b.bottom && b.top < a.bottom;

/** What stands on the points: lines, rings, texts that cover nothing, the lasso. */
export class Overlay {
  /** Texts that were drawn, for tests and the export: where, what. */
  labels: { x: number; y: number; text: string; strong: boolean }[] = [];
  private readonly context: CanvasRenderingContext2D;
  private readonly widths = new Map<string, number>();

  constructor(readonly canvas: HTMLCanvasElement) {
    this.context = canvas.getContext("2d")!;
  }

  resize(width: number, height: number, ratio: number): void {
    this.canvas.width = Math.round(width * ratio);
    this.canvas.height = Math.round(height * ratio);
    this.context.setTransform(ratio, 0, 0, ratio, 0, 0);
  }

  draw(input: OverlayInput): void {
    const { context, canvas } = this;
    context.save();
    context.setTransform(1, 0, 0, 1, 0, 0);
    context.clearRect(0, 0, canvas.width, canvas.height);
    context.restore();
    const at = (point: number) => input.camera.toScreen(input.points[2 * point]!, input.points[2 * point + 1]!);
    if (input.center >= 0) this.lines(input, at);
    for (const mark of input.marks) if (mark.strong) this.ring(at(mark.point), input.radius + 3, input.ink, 1.5);
    for (const neighbor of input.neighbors) this.ring(at(neighbor), input.radius + 3, input.accent, 2);
    if (input.center >= 0) this.ring(at(input.center), input.radius + 5, input.accent, 3);
    if (input.hover >= 0) this.ring(at(input.hover), input.radius + 3, input.ink, 2);
    this.placed(input, at);
    this.texts(input, at);
    this.outline(input);
  }

  private ring([x, y]: [number, number], radius: number, color: string, width: number): void {
    const { context } = this;
    context.beginPath();
    context.arc(x, y, radius, 0, 2 * Math.PI);
    context.strokeStyle = color;
    context.lineWidth = width;
    context.stroke();
  }

  private lines(input: OverlayInput, at: (point: number) => [number, number]): void {
    const { context } = this;
    const [x, y] = at(input.center);
    input.neighbors.forEach((neighbor, rank) => {
      const [nx, ny] = at(neighbor);
      context.beginPath();
      context.moveTo(x, y);
      context.lineTo(nx, ny);
      context.strokeStyle = input.accent;
      context.globalAlpha = Math.max(0.25, 0.9 - 0.06 * rank);
      context.lineWidth = Math.max(1, 2.5 - 0.15 * rank);
      context.stroke();
    });
    context.globalAlpha = 1;
  }

  private placed(input: OverlayInput, at: (point: number) => [number, number]): void {
    const { context } = this;
    for (const { from, to } of input.arrows) {
      const [x1, y1] = input.camera.toScreen(...from), [x2, y2] = input.camera.toScreen(...to);
      const angle = Math.atan2(y2 - y1, x2 - x1);
      context.beginPath();
      context.moveTo(x1, y1);
      context.lineTo(x2, y2);
      for (const side of [-1, 1]) {
        context.moveTo(x2, y2);
        context.lineTo(x2 - 11 * Math.cos(angle + side * 0.4), y2 - 11 * Math.sin(angle + side * 0.4));
      }
      context.strokeStyle = input.ink;
      context.lineWidth = 2;
      context.stroke();
    }
    if (!input.placed) return;
    const [x, y] = input.camera.toScreen(input.placed.x, input.placed.y);
    context.strokeStyle = input.accent;
    for (const neighbor of input.neighbors) {
      context.beginPath();
      context.moveTo(x, y);
      context.lineTo(...at(neighbor));
      context.lineWidth = 1.2;
      context.stroke();
    }
    context.beginPath();
    for (let i = 0; i < 10; i++) {
      const r = i % 2 ? 5 : 12, angle = (Math.PI * i) / 5 - Math.PI / 2;
      context.lineTo(x + r * Math.cos(angle), y + r * Math.sin(angle));
    }
    context.closePath();
    context.fillStyle = input.accent;
    context.fill();
    context.lineWidth = 1.5;
    context.strokeStyle = input.paper;
    context.stroke();
  }

  private outline({ outline, accent }: OverlayInput): void {
    if (outline.length < 4) return;
    const { context } = this;
    context.beginPath();
    for (let i = 0; i < outline.length; i += 2) context.lineTo(outline[i]!, outline[i + 1]!);
    context.closePath();
    context.fillStyle = accent;
    context.globalAlpha = 0.15;
    context.fill();
    context.globalAlpha = 1;
    context.strokeStyle = accent;
    context.lineWidth = 1.5;
    context.stroke();
  }

  private widthOf(text: string, font: string): number {
    const key = font + text;
    let width = this.widths.get(key);
    if (width === undefined) {
      if (this.widths.size > 20000) this.widths.clear();
      this.context.font = font;
      this.widths.set(key, (width = this.context.measureText(text).width));
    }
    return width;
  }

  /** Each text right, left, above or below its point where it covers nothing else; important ones first. */
  private texts(input: OverlayInput, at: (point: number) => [number, number]): void {
    const { camera, scene } = input;
    const taken: Box[] = [];
    this.labels = [];
    const place = (text: string, x: number, y: number, gap: number, font: string, force: boolean, strong: boolean) => {
      const width = this.widthOf(text, font), height = 15;
      const corners = [
        [x + gap, y - height / 2],
        [x - gap - width, y - height / 2],
        [x - width / 2, y - gap - height],
        [x - width / 2, y + gap],
      ] as const;
      const fits = (box: Box) =>
        box.left >= 2 && box.top >= 2 && box.right <= camera.width - 2 && box.bottom <= camera.height - 2;
      let fallback: Box | null = null;
      for (const [left, top] of corners) {
        const box = { left, top, right: left + width, bottom: top + height };
        if (!fits(box)) continue;
        fallback ??= box;
        if (!taken.some((other) => overlaps(box, other))) return this.text(box, text, font, input, taken, strong);
      }
      if (force && fallback) this.text(fallback, text, font, input, taken, strong);
    };
    const visible = this.visible(input);
    for (const i of visible) {
      const [x, y] = at(i);
      taken.push({ left: x - input.radius, top: y - input.radius, right: x + input.radius, bottom: y + input.radius });
    }
    const marked = new Map<number, boolean>();
    if (input.hover >= 0) marked.set(input.hover, true);
    if (input.center >= 0) marked.set(input.center, true);
    for (const neighbor of input.neighbors) if (!marked.has(neighbor)) marked.set(neighbor, false);
    for (const mark of input.marks.slice(0, 60)) if (!marked.has(mark.point)) marked.set(mark.point, false);
    if (input.placed) {
      const [x, y] = camera.toScreen(input.placed.x, input.placed.y);
      place(short(input.placed.text, 48), x, y, 14, kStrongFont, true, true);
    }
    for (const { from, to, label } of input.arrows) {
      const [x1, y1] = camera.toScreen(...from), [x2, y2] = camera.toScreen(...to);
      place(label, (x1 + x2) / 2, (y1 + y2) / 2, 6, kFont, false, true);
    }
    for (const [point, force] of marked) {
      const [x, y] = at(point);
      place(short(nameOf(scene, point), 48), x, y, input.radius + 6, kStrongFont, force, true);
    }
    if (!input.texts) return;
    for (const { name, x, y } of input.clusters) {
      const [px, py] = camera.toScreen(x, y);
      if (px < 0 || py < 0 || px > camera.width || py > camera.height) continue;
      const text = short(name, 40), width = this.widthOf(text, kClusterFont);
      const left = Math.min(camera.width - width - 4, Math.max(4, px - width / 2));
      const box = { left, top: py - 9, right: left + width, bottom: py + 9 };
      if (!taken.some((other) => overlaps(box, other))) this.text(box, text, kClusterFont, input, taken, true);
    }
    if (scene.texts.length === 0) return;
    for (const i of visible) {
      if (marked.has(i)) continue;
      const [x, y] = at(i);
      place(short(nameOf(scene, i), 28), x, y, input.radius + 4, kFont, false, false);
    }
  }

  /** Points in view, if they are few enough to bear texts. */
  private visible({ camera, grid, shown, texts }: OverlayInput): number[] {
    const out: number[] = [];
    if (!texts) return out;
    const [left, top] = camera.toMap(0, 0), [right, bottom] = camera.toMap(camera.width, camera.height);
    grid.within(left, bottom, right, top, (i) => {
      if (shown(i)) out.push(i);
      return out.length <= kMostTexts;
    });
    return out.length <= kMostTexts ? out : [];
  }

  private text(box: Box, text: string, font: string, input: OverlayInput, taken: Box[], strong: boolean): void {
    const { context } = this;
    taken.push(box);
    this.labels.push({ x: box.left, y: box.bottom - 3.5, text, strong });
    context.font = font;
    context.textBaseline = "alphabetic";
    context.lineJoin = "round";
    context.lineWidth = 3.5;
    context.strokeStyle = input.paper;
    context.strokeText(text, box.left, box.bottom - 3.5);
    context.fillStyle = input.ink;
    context.fillText(text, box.left, box.bottom - 3.5);
  }
}
