import type { Camera } from "../camera";

/** What is drawn: points on their way from one layout to another. */
export interface Picture {
  from: Float32Array;
  to: Float32Array;
  /** 0: at `from`, 1: at `to`. */
  t: number;
  /** Radius in CSS pixels. */
  radius: number;
}

/** Draws points; what stands on them is the overlay's. */
export interface Renderer {
  readonly canvas: HTMLCanvasElement;
  /** "webgl" or "cpu". */
  readonly kind: string;
  resize(width: number, height: number, ratio: number): void;
  /** rgba: four bytes of each point; shapes: an index into kShapes of each. */
  paint(rgba: Uint8Array, shapes: Uint8Array): void;
  draw(camera: Camera, picture: Picture): void;
  /** Resolves when what draw() was last asked for is on the canvas. */
  settled(): Promise<void>;
}

/** Radius of points that suits their number and the zoom. */
export function radiusOf(n: number, zoom: number): number {
  const whole = Math.min(6, Math.max(0.6, 110 / Math.sqrt(n + 1)));
  return Math.min(9, whole * Math.max(1, zoom) ** 0.35);
}

/** How opaque points are, so that a crowd of them shows where it is dense. */
export function opacityOf(n: number): number {
  return Math.min(0.92, Math.max(0.25, 1.9 - 0.27 * Math.log10(n + 1) * 1.3));
}
