import type { Camera } from "../camera";
import type { Picture, Renderer } from "./renderer";
import type { SplatPoints } from "./splat";
import type { SplatMessage } from "./splat.worker";
import SplatWorker from "./splat.worker?worker&inline";

/** Draws in a worker, so that the page answers while a million points are summed up. */
export class CpuRenderer implements Renderer {
  readonly kind = "cpu";
  private readonly context: CanvasRenderingContext2D;
  private readonly worker = new SplatWorker();
  private readonly sent: Partial<SplatPoints> = {};
  private readonly now: Partial<SplatPoints> = {};
  private pending: SplatMessage["job"] | null = null;
  private busy = false;
  private waiting: (() => void)[] = [];

  constructor(readonly canvas: HTMLCanvasElement) {
    this.context = canvas.getContext("2d")!;
    this.worker.onmessage = (event: MessageEvent<{ width: number; height: number; pixels: Uint8ClampedArray<ArrayBuffer> }>) => {
      const { width, height, pixels } = event.data;
      if (this.canvas.width !== width || this.canvas.height !== height) {
        this.canvas.width = width;
        this.canvas.height = height;
      }
      this.context.putImageData(new ImageData(pixels, width, height), 0, 0);
      this.busy = false;
      this.send();
      if (!this.busy) this.waiting.splice(0).forEach((done) => done());
    };
  }

  private width = 1;
  private height = 1;
  resize(width: number, height: number): void {
    // One pixel of sums for one of CSS: a finer grid costs more than it shows.
    this.width = Math.round(width);
    this.height = Math.round(height);
  }

  paint(rgba: Uint8Array, shapes: Uint8Array): void {
    this.now.rgba = rgba.slice();
    this.now.shapes = shapes;
  }

  draw(camera: Camera, picture: Picture): void {
    this.now.from = picture.from;
    this.now.to = picture.to;
    this.pending = {
      width: this.width,
      height: this.height,
      scale: camera.scale,
      centerX: camera.view.x,
      centerY: camera.view.y,
      t: picture.t,
      radius: picture.radius,
    };
    this.send();
  }

  /** One job is in flight at a time; of those that come meanwhile the last counts. */
  private send(): void {
    if (this.busy || !this.pending) return;
    const message: SplatMessage = { job: this.pending };
    for (const key of ["from", "to", "rgba", "shapes"] as const) {
      if (this.sent[key] === this.now[key]) continue;
      Object.assign(message, { [key]: this.now[key] });
      Object.assign(this.sent, { [key]: this.now[key] });
    }
    this.pending = null;
    this.busy = true;
    this.worker.postMessage(message);
  }

  settled(): Promise<void> {
    return this.busy ? new Promise((done) => this.waiting.push(done)) : Promise.resolve();
  }
}
