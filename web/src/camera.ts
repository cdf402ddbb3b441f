/** Which part of the map is seen. */
export interface View {
  x: number;
  y: number;
  /** 1: the whole map just fits. */
  zoom: number;
}

const kMargin = 0.86; // of the smaller side that the whole map takes
const kMostZoom = 4000;

export const clampZoom = (zoom: number) => Math.min(kMostZoom, Math.max(0.25, zoom));

/** Between map coordinates, y up, and pixels of the canvas (CSS), y down. */
export class Camera {
  view: View = { x: 0, y: 0, zoom: 1 };
  width = 1;
  height = 1;

  /** Pixels of one unit of the map. */
  get scale(): number {
    return (Math.min(this.width, this.height) / 2) * kMargin * this.view.zoom;
  }
  toScreen(x: number, y: number): [number, number] {
    return [this.width / 2 + (x - this.view.x) * this.scale, this.height / 2 - (y - this.view.y) * this.scale];
  }
  toMap(px: number, py: number): [number, number] {
    return [this.view.x + (px - this.width / 2) / this.scale, this.view.y - (py - this.height / 2) / this.scale];
  }
  pan(dx: number, dy: number): void {
    this.view = { ...this.view, x: this.view.x - dx / this.scale, y: this.view.y + dy / this.scale };
  }
  /** Zooms so that the place under (px, py) stays there. */
  zoomAt(px: number, py: number, factor: number): void {
    const [x, y] = this.toMap(px, py);
    this.view = { ...this.view, zoom: clampZoom(this.view.zoom * factor) };
    const [nx, ny] = this.toMap(px, py);
    this.view = { ...this.view, x: this.view.x + x - nx, y: this.view.y + y - ny };
  }
  /** The view that shows all of `points` (map coordinates) and no more than that. */
  around(points: [number, number][]): View {
    const xs = points.map((p) => p[0]), ys = points.map((p) => p[1]);
    const [left, right, bottom, top] = [Math.min(...xs), Math.max(...xs), Math.min(...ys), Math.max(...ys)];
    const least = Math.min(this.width, this.height);
    const across = Math.max(((right - left) * least) / this.width, ((top - bottom) * least) / this.height, 0.02);
    return { x: (left + right) / 2, y: (bottom + top) / 2, zoom: clampZoom(Math.min(1.7 / across, 40)) };
  }
}

export const reducedMotion = () => matchMedia("(prefers-reduced-motion: reduce)").matches;

const kFlight = 600; // milliseconds

/** Calls step(0..1) once a frame, eased, ending with step(1); at once under reduced motion. Returns how to stop it. */
export function animate(step: (t: number) => void, done: () => void = () => {}): () => void {
  if (reducedMotion()) {
    step(1);
    done();
    return () => {};
  }
  const start = performance.now();
  let frame = 0;
  const tick = (now: number) => {
    const t = Math.min(1, Math.max(0, (now - start) / kFlight));
    step(t < 0.5 ? 4 * t ** 3 : 1 - (-2 * t + 2) ** 3 / 2);
    if (t < 1) frame = requestAnimationFrame(tick);
    else done();
  };
  frame = requestAnimationFrame(tick);
  return () => cancelAnimationFrame(frame);
}

/** A view on the way from a to b; the zoom changes by equal factors. */
export function between(a: View, b: View, t: number): View {
  return { x: a.x + (b.x - a.x) * t, y: a.y + (b.y - a.y) * t, zoom: a.zoom * (b.zoom / a.zoom) ** t };
}
