import type { Camera } from "./camera";

export type Tool = "pan" | "lasso" | "rectangle";

export interface InputActions {
  camera: Camera;
  tool: () => Tool;
  moved: () => void;
  hover: (px: number, py: number) => void;
  leave: () => void;
  click: (px: number, py: number) => void;
  /** The outline of the lasso or rectangle while it is drawn; empty: none. */
  outline: (pixels: number[]) => void;
  select: (pixels: number[]) => void;
}

const kClick = 5; // pixels that a click may move

/** Mouse, touch (one finger pans, two pinch) and wheel on the map. */
export function listen(element: HTMLElement, actions: InputActions): void {
  const { camera } = actions;
  const fingers = new Map<number, [number, number]>();
  let start: [number, number] = [0, 0];
  let travelled = 0;
  let path: number[] = [];

  const place = (event: MouseEvent): [number, number] => {
    const box = element.getBoundingClientRect();
    return [event.clientX - box.left, event.clientY - box.top];
  };
  const spread = () => {
    const [a, b] = [...fingers.values()];
    return a && b ? { distance: Math.hypot(a[0] - b[0], a[1] - b[1]), x: (a[0] + b[0]) / 2, y: (a[1] + b[1]) / 2 } : null;
  };

  element.addEventListener("pointerdown", (event) => {
    if (event.button !== 0) return;
    element.setPointerCapture(event.pointerId);
    fingers.set(event.pointerId, (start = place(event)));
    travelled = fingers.size > 1 ? Infinity : 0;
    path = fingers.size > 1 ? [] : [...start];
  });
  element.addEventListener("pointermove", (event) => {
    const [x, y] = place(event);
    const before = fingers.get(event.pointerId);
    if (!before) return actions.hover(x, y);
    const pinch = spread();
    fingers.set(event.pointerId, [x, y]);
    travelled += Math.hypot(x - before[0], y - before[1]);
    if (pinch) {
      const now = spread()!;
      camera.zoomAt(now.x, now.y, now.distance / Math.max(1, pinch.distance));
      camera.pan(now.x - pinch.x, now.y - pinch.y);
      return actions.moved();
    }
    const tool = actions.tool();
    if (tool === "pan") {
      camera.pan(x - before[0], y - before[1]);
      return actions.moved();
    }
    if (tool === "lasso") path.push(x, y);
    else path = [start[0], start[1], x, start[1], x, y, start[0], y];
    actions.outline(path);
  });
  const end = (event: PointerEvent) => {
    if (!fingers.delete(event.pointerId)) return;
    if (event.type === "pointerup" && fingers.size === 0 && travelled < kClick) actions.click(...place(event));
    else if (event.type === "pointerup" && actions.tool() !== "pan" && path.length >= 6) actions.select(path);
    path = [];
    actions.outline([]);
  };
  element.addEventListener("pointerup", end);
  element.addEventListener("pointercancel", end);
  element.addEventListener("pointerleave", () => actions.leave());
  element.addEventListener(
    "wheel",
    (event) => {
      event.preventDefault();
      const lines = event.deltaMode === 1 ? 16 : 1;
      camera.zoomAt(...place(event), Math.exp(-event.deltaY * lines * (event.ctrlKey ? 0.01 : 0.0015)));
      actions.moved();
    },
    { passive: false },
  );
}
