import type { View } from "./camera";

/** All that a link to the page can bring back. */
export interface State {
  method: string;
  color: string;
  /** The point whose neighbours are shown, or -1. */
  point: number;
  query: string;
  regex: boolean;
  theme: "auto" | "light" | "dark";
  view: View | null;
}

/** Reads the part of an address after "#"; what is not understood is left as in `defaults`. */
export function readState(hash: string, defaults: State): State {
  const fields = new URLSearchParams(hash.replace(/^#/, ""));
  const out = { ...defaults };
  const point = Number(fields.get("p") ?? NaN);
  if (Number.isInteger(point) && point >= 0) out.point = point;
  out.method = fields.get("m") ?? out.method;
  out.color = fields.get("c") ?? out.color;
  out.query = fields.get("q") ?? out.query;
  out.regex = fields.get("r") === "1";
  const theme = fields.get("t");
  if (theme === "light" || theme === "dark") out.theme = theme;
  const view = (fields.get("v") ?? "").split(",").map(Number);
  if (view.length === 3 && view.every(Number.isFinite) && view[2]! > 0)
    out.view = { x: view[0]!, y: view[1]!, zoom: view[2]! };
  return out;
}

/** The part of an address after "#" that readState() makes `state` of. */
export function writeState(state: State): string {
  const fields = new URLSearchParams({ m: state.method, c: state.color });
  if (state.point >= 0) fields.set("p", String(state.point));
  if (state.query) fields.set("q", state.query);
  if (state.regex) fields.set("r", "1");
  if (state.theme !== "auto") fields.set("t", state.theme);
  if (state.view) fields.set("v", [state.view.x, state.view.y, state.view.zoom].map((v) => +v.toPrecision(6)).join(","));
  return `#${fields}`;
}
