import type { Camera } from "../camera";
import fragmentSource from "./points.frag?raw";
import vertexSource from "./points.vert?raw";
import type { Picture, Renderer } from "./renderer";

/** Software that stands in for a graphics processor is slower than splat.ts. */
export function isSoftware(gl: WebGL2RenderingContext): boolean {
  const info = gl.getExtension("WEBGL_debug_renderer_info");
  const name = String(gl.getParameter(info ? info.UNMASKED_RENDERER_WEBGL : gl.RENDERER));
  return /swiftshader|llvmpipe|softpipe|software|basic render/i.test(name);
}

export function contextOf(canvas: HTMLCanvasElement): WebGL2RenderingContext | null {
  // The buffer is kept so that the picture can be saved between two frames.
  return canvas.getContext("webgl2", { alpha: true, antialias: false, preserveDrawingBuffer: true });
}

export class WebGLRenderer implements Renderer {
  readonly kind = "webgl";
  private readonly program: WebGLProgram;
  private readonly buffers: Record<"from" | "to" | "color" | "shape", WebGLBuffer>;
  private readonly uniforms = new Map<string, WebGLUniformLocation | null>();
  private from: Float32Array | null = null;
  private to: Float32Array | null = null;
  private ratio = 1;

  constructor(readonly canvas: HTMLCanvasElement, private readonly gl: WebGL2RenderingContext, private readonly size: number) {
    const program = gl.createProgram()!;
    for (const [type, source] of [[gl.VERTEX_SHADER, vertexSource], [gl.FRAGMENT_SHADER, fragmentSource]] as const) {
      const shader = gl.createShader(type)!;
      gl.shaderSource(shader, source);
      gl.compileShader(shader);
      if (!gl.getShaderParameter(shader, gl.COMPILE_STATUS)) throw new Error(gl.getShaderInfoLog(shader) ?? "shader");
      gl.attachShader(program, shader);
    }
    gl.linkProgram(program);
    if (!gl.getProgramParameter(program, gl.LINK_STATUS)) throw new Error(gl.getProgramInfoLog(program) ?? "program");
    this.program = program;
    gl.useProgram(program);
    for (const name of ["t", "center", "scale", "size"]) this.uniforms.set(name, gl.getUniformLocation(program, name));
    const attribute = (name: string, size: number, type: number, normalized: boolean) => {
      const buffer = gl.createBuffer()!, place = gl.getAttribLocation(program, name);
      gl.bindBuffer(gl.ARRAY_BUFFER, buffer);
      gl.enableVertexAttribArray(place);
      gl.vertexAttribPointer(place, size, type, normalized, 0, 0);
      return buffer;
    };
    this.buffers = {
      from: attribute("from", 2, gl.FLOAT, false),
      to: attribute("to", 2, gl.FLOAT, false),
      color: attribute("color", 4, gl.UNSIGNED_BYTE, true),
      shape: attribute("shape", 1, gl.UNSIGNED_BYTE, false),
    };
    gl.enable(gl.BLEND);
    gl.blendFunc(gl.ONE, gl.ONE_MINUS_SRC_ALPHA);
  }

  private upload(buffer: WebGLBuffer, data: ArrayBufferView<ArrayBuffer>): void {
    this.gl.bindBuffer(this.gl.ARRAY_BUFFER, buffer);
    this.gl.bufferData(this.gl.ARRAY_BUFFER, data, this.gl.STATIC_DRAW);
  }

  resize(width: number, height: number, ratio: number): void {
    this.ratio = ratio;
    this.canvas.width = Math.round(width * ratio);
    this.canvas.height = Math.round(height * ratio);
  }

  paint(rgba: Uint8Array<ArrayBuffer>, shapes: Uint8Array<ArrayBuffer>): void {
    this.upload(this.buffers.color, rgba);
    this.upload(this.buffers.shape, shapes);
  }

  draw(camera: Camera, picture: Picture): void {
    const gl = this.gl;
    if (this.from !== picture.from) this.upload(this.buffers.from, (this.from = picture.from) as Float32Array<ArrayBuffer>);
    if (this.to !== picture.to) this.upload(this.buffers.to, (this.to = picture.to) as Float32Array<ArrayBuffer>);
    gl.viewport(0, 0, this.canvas.width, this.canvas.height);
    gl.clearColor(0, 0, 0, 0);
    gl.clear(gl.COLOR_BUFFER_BIT);
    gl.useProgram(this.program);
    gl.uniform1f(this.uniforms.get("t")!, picture.t);
    gl.uniform2f(this.uniforms.get("center")!, camera.view.x, camera.view.y);
    gl.uniform2f(this.uniforms.get("scale")!, (2 * camera.scale) / camera.width, (2 * camera.scale) / camera.height);
    gl.uniform1f(this.uniforms.get("size")!, 2 * picture.radius * this.ratio);
    gl.drawArrays(gl.POINTS, 0, this.size);
  }

  settled(): Promise<void> {
    return Promise.resolve();
  }
}
