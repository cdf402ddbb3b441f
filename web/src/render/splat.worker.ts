import { Splatter, type SplatJob, type SplatPoints } from "./splat";

/** Anything that changed since the last message, then what to draw. */
export type SplatMessage = Partial<SplatPoints> & { job: SplatJob };

const splatter = new Splatter();
const empty = new Float32Array(0);
let points: SplatPoints = { from: empty, to: empty, rgba: new Uint8Array(0), shapes: new Uint8Array(0) };

self.onmessage = (event: MessageEvent<SplatMessage>) => {
  const { job, ...changed } = event.data;
  points = { ...points, ...changed };
  const pixels = splatter.draw(points, job);
  (self as unknown as Worker).postMessage({ width: job.width, height: job.height, pixels }, [pixels.buffer]);
};
