/** Points drawn without a graphics processor: what falls on a pixel is summed up, so that the order does not matter. */

export interface SplatJob {
  width: number;
  height: number;
  /** Map units to pixels. */
  scale: number;
  centerX: number;
  centerY: number;
  t: number;
  /** Pixels. */
  radius: number;
}

export interface SplatPoints {
  from: Float32Array;
  to: Float32Array;
  rgba: Uint8Array;
  shapes: Uint8Array;
}

/** Signed distance to the edge of a shape of radius 1, as in points.frag. */
function edge(shape: number, x: number, y: number): number {
  if (shape === 1) return Math.max(Math.abs(x), Math.abs(y)) - 0.8;
  if (shape === 2) return (Math.abs(x) + Math.abs(y) - 1) * Math.SQRT1_2;
  if (shape === 3) return Math.max(Math.abs(x) * 0.8944 - y * 0.4472 - 0.4472, y - 0.8);
  return Math.hypot(x, y) - 0.9;
}

/** How much of each pixel around a point its shape covers, row by row, (2 half + 1) wide. */
function stampOf(shape: number, radius: number, half: number): Float32Array {
  const side = 2 * half + 1, stamp = new Float32Array(side * side);
  for (let y = -half; y <= half; y++)
    for (let x = -half; x <= half; x++)
      stamp[(y + half) * side + x + half] = Math.min(1, Math.max(0, 0.5 - edge(shape, x / radius, y / radius) * radius));
  return stamp;
}

export class Splatter {
  private sums = new Float32Array(0); // r, g, b times weight, and weight

  draw(points: SplatPoints, job: SplatJob): Uint8ClampedArray<ArrayBuffer> {
    const { width, height, scale, t, radius } = job;
    const { from, to, rgba, shapes } = points;
    if (this.sums.length !== 4 * width * height) this.sums = new Float32Array(4 * width * height);
    const sums = this.sums.fill(0);
    const half = radius < 0.75 ? 0 : Math.ceil(radius), side = 2 * half + 1;
    const stamps = [0, 1, 2, 3].map((shape) => (half === 0 ? new Float32Array([1]) : stampOf(shape, radius, half)));
    const left = width / 2 - job.centerX * scale, top = height / 2 + job.centerY * scale;
    const n = rgba.length / 4, still = t >= 1 || from === to;
    for (let i = 0; i < n; i++) {
      const mx = still ? to[2 * i]! : from[2 * i]! + (to[2 * i]! - from[2 * i]!) * t;
      const my = still ? to[2 * i + 1]! : from[2 * i + 1]! + (to[2 * i + 1]! - from[2 * i + 1]!) * t;
      const px = Math.floor(left + mx * scale), py = Math.floor(top - my * scale);
      if (px < -half || py < -half || px >= width + half || py >= height + half) continue;
      const alpha = rgba[4 * i + 3]! / 255;
      const r = rgba[4 * i]! * alpha, g = rgba[4 * i + 1]! * alpha, b = rgba[4 * i + 2]! * alpha;
      const stamp = stamps[shapes[i]!]!;
      const y0 = Math.max(0, py - half), y1 = Math.min(height - 1, py + half);
      const x0 = Math.max(0, px - half), x1 = Math.min(width - 1, px + half);
      for (let y = y0; y <= y1; y++) {
        let s = (y - py + half) * side + x0 - px + half;
        let at = 4 * (y * width + x0);
        for (let x = x0; x <= x1; x++, s++, at += 4) {
          const w = stamp[s]!;
          if (w === 0) continue;
          sums[at]! += r * w;
          sums[at + 1]! += g * w;
          sums[at + 2]! += b * w;
          sums[at + 3]! += alpha * w;
        }
      }
    }
    const out = new Uint8ClampedArray(4 * width * height);
    for (let at = 0; at < out.length; at += 4) {
      const w = sums[at + 3]!;
      if (w === 0) continue;
      out[at] = sums[at]! / w;
      out[at + 1] = sums[at + 1]! / w;
      out[at + 2] = sums[at + 2]! / w;
      out[at + 3] = 255 * Math.min(1, w);
    }
    return out;
  }
}
