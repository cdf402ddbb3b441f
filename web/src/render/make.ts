import { CpuRenderer } from "./cpu";
import type { Renderer } from "./renderer";
import { contextOf, isSoftware, WebGLRenderer } from "./webgl";

const kFewPoints = 5000; // that a graphics processor in software draws fast enough

/** WebGL2 on a graphics processor, else sums in a worker. `?render=cpu` or `?render=webgl` forces one. */
export function makeRenderer(canvas: HTMLCanvasElement, size: number): Renderer {
  const forced = new URLSearchParams(location.search).get("render");
  if (forced !== "cpu") {
    const probe = contextOf(document.createElement("canvas"));
    const fits = probe !== null && (forced === "webgl" || size <= kFewPoints || !isSoftware(probe));
    probe?.getExtension("WEBGL_lose_context")?.loseContext();
    const gl = fits ? contextOf(canvas) : null;
    if (gl) return new WebGLRenderer(canvas, gl, size);
  }
  return new CpuRenderer(canvas);
}
