import { animate, between, Camera, type View } from "./camera";
import { nameOf, valueOf, type Layout, type Scene } from "./data";
import { count, h, replace, short } from "./dom";
import { csvOf, idsOf, jsonOf, pngOf, save, svgOf, type PictureInput } from "./export";
import { ask, askNeighbors, type Placed } from "./live";
import { listen, type Tool } from "./input";
import { Overlay, type OverlayInput } from "./overlay";
import { colorBy, colorChoices, type Coloring } from "./palette";
import { drawLegend } from "./panels/legend";
import { drawNeighbors, drawPlaced, neighborsOf, type Neighbor } from "./panels/neighbors";
import { PointTable } from "./panels/table";
import { drawTrust } from "./panels/trust";
import { makeRenderer } from "./render/make";
import { opacityOf, radiusOf, type Renderer } from "./render/renderer";
import { search } from "./search";
import { buildShell, type Shell } from "./shell";
import { inside, PointGrid } from "./spatial";
import { readState, writeState, type State } from "./state";

const kMostResults = 200;
const kPick = 14; // pixels around the pointer in which a point is found

/** The page: what is chosen, and what follows from it. */
export class App {
  readonly camera = new Camera();
  readonly overlay: Overlay;
  readonly renderer: Renderer;
  state: State;
  layout: Layout;
  selected: number[] = [];
  found: number[] = [];
  neighbors: Neighbor[] = [];
  coloring: Coloring;
  placed: Placed | null = null;
  /** Neighbours that the server was asked for. */
  private readonly asked = new Map<number, [number, number][]>();
  private readonly shell: Shell;
  private readonly table: PointTable;
  private grid: PointGrid;
  private from: Float32Array;
  private t = 1;
  private hover = -1;
  private hidden = new Set<number>();
  private trail: number[] = [];
  private outline: number[] = [];
  private tool: Tool = "pan";
  private frame = 0;
  private stopFlight = () => {};
  private stopMorph = () => {};
  private saveTimer = 0;
  private clusterPlaces: { name: string; x: number; y: number }[] = [];

  constructor(root: HTMLElement, readonly scene: Scene) {
    const first = scene.layouts[0]!;
    const start: State = {
      method: first.method,
      color: colorChoices(scene)[0]!.id,
      point: -1,
      query: "",
      regex: false,
      theme: "auto",
      view: null,
    };
    this.state = readState(location.hash, start);
    if (this.state.point >= scene.size) this.state.point = -1;
    if (!colorChoices(scene).some((choice) => choice.id === this.state.color)) this.state.color = start.color;
    this.layout = scene.layouts.find((layout) => layout.method === this.state.method) ?? first;
    this.state.method = this.layout.method;
    this.from = this.layout.points;
    this.grid = new PointGrid(this.layout.points);
    this.coloring = colorBy(scene, this.layout, this.state.color);
    this.shell = buildShell(root, scene, `Map of ${count(scene.size, "point")}`);
    this.overlay = new Overlay(this.shell.overlay);
    this.renderer = makeRenderer(this.shell.base, scene.size);
    this.table = new PointTable(this.shell.table, scene, () => this.layout, () => this.state.point, (i) => this.choose(i));
    this.wire();
    this.applyTheme();
    this.shell.query.value = this.state.query;
    this.shell.regex.checked = this.state.regex;
    this.shell.color.value = this.state.color;
    this.resize();
    if (this.state.view) this.camera.view = this.state.view;
    this.drawMethods();
    this.placeClusters();
    this.paint();
    this.search(false);
    this.refreshPoint();
    this.refreshSelection();
    drawTrust(this.shell.trust, scene, this.layout, (i) => this.choose(i));
  }

  // --- drawing ---

  private resize(): void {
    const box = this.shell.stage.getBoundingClientRect();
    this.camera.width = Math.max(1, box.width);
    this.camera.height = Math.max(1, box.height);
    const ratio = Math.min(3, devicePixelRatio || 1);
    this.renderer.resize(this.camera.width, this.camera.height, ratio);
    this.overlay.resize(this.camera.width, this.camera.height, ratio);
    this.request();
  }

  request(): void {
    if (!this.frame) this.frame = requestAnimationFrame(() => this.draw());
  }

  /** Where points are now, between two layouts. */
  private places(): Float32Array {
    if (this.t >= 1) return this.layout.points;
    const out = new Float32Array(this.from.length);
    for (let i = 0; i < out.length; i++) out[i] = this.from[i]! + (this.layout.points[i]! - this.from[i]!) * this.t;
    return out;
  }

  private shown = (point: number): boolean => {
    const codes = this.coloring.codes;
    return this.hidden.size === 0 || codes === null || !this.hidden.has(codes[point]!);
  };

  private colors(): { ink: string; paper: string; accent: string } {
    const style = getComputedStyle(document.documentElement);
    const value = (name: string) => style.getPropertyValue(name).trim();
    return { ink: value("--ink"), paper: value("--paper"), accent: value("--accent") };
  }

  get radius(): number {
    return radiusOf(this.scene.size, this.camera.view.zoom);
  }

  draw(): void {
    this.frame = 0;
    this.renderer.draw(this.camera, { from: this.from, to: this.layout.points, t: this.t, radius: this.radius });
    const marks = [...this.selected.slice(0, 2000), ...this.found.slice(0, 200)];
    this.overlay.draw({
      scene: this.scene,
      camera: this.camera,
      points: this.places(),
      grid: this.grid,
      radius: this.radius,
      texts: this.t >= 1,
      center: this.state.point,
      neighbors: this.placed ? this.placed.neighbors.map(([point]) => point) : this.neighbors.map((neighbor) => neighbor.point),
      ...this.placement(),
      marks: marks.map((point) => ({ point, strong: true })),
      hover: this.hover,
      shown: this.shown,
      clusters: this.camera.view.zoom < 3 && this.scene.size > 40 ? this.clusterPlaces : [],
      outline: this.outline,
      ...this.colors(),
    });
    clearTimeout(this.saveTimer);
    this.saveTimer = window.setTimeout(() => this.remember(), 200);
  }

  /** Where what was typed stands, and the arrows of a sum: from what is taken away to what is added, and from what is
   *  left to the answer. */
  placement(): Pick<OverlayInput, "placed" | "arrows"> {
    const { placed, layout } = this;
    if (!placed || this.t < 1) return { placed: null, arrows: [] };
    const index = this.scene.layouts.indexOf(layout);
    const on = (places: [number, number][]) => layout.place(...places[index]!);
    const [x, y] = on(placed.places);
    const added = placed.terms.filter((term) => term.sign > 0), taken = placed.terms.filter((term) => term.sign < 0);
    const arrows: OverlayInput["arrows"] = taken.flatMap((term, i) => {
      const other = added[i + 1];
      return other ? [{ from: on(term.places), to: on(other.places), label: `${term.text} to ${other.text}` }] : [];
    });
    if (added[0] && placed.terms.length > 1)
      arrows.push({ from: on(added[0].places), to: [x, y], label: `from ${added[0].text}` });
    return { placed: { x, y, text: placed.text }, arrows };
  }

  private async place(text: string): Promise<void> {
    const { answer } = this.shell;
    answer.textContent = "…";
    try {
      const placed = await ask(text, this.scene.live === "words");
      this.choose(-1);
      this.placed = placed;
      answer.textContent = "";
      drawPlaced(this.shell.neighbors, this.scene, placed, (i) => this.choose(i));
      const nearest = placed.neighbors[0];
      if (nearest) this.say(`${short(text, 60)}: nearest is ${short(nameOf(this.scene, nearest[0]), 60)}`);
      const { placed: spot } = this.placement();
      const { points } = this.layout;
      if (spot)
        this.fly(this.camera.around([[spot.x, spot.y], ...placed.neighbors.map(([i]): [number, number] => [points[2 * i]!, points[2 * i + 1]!])]));
      this.request();
    } catch (error) {
      answer.textContent = (error as Error).message;
    }
  }

  /** Colours of points as they are now: hidden ones vanish; beside a selection or a search, the others fade. */
  private paint(): void {
    const { size } = this.scene;
    const rgba = new Uint8Array(4 * size);
    const strong = 255 * opacityOf(size), weak = Math.max(10, strong * 0.18);
    const lit = this.selected.length > 0 ? this.selected : this.found;
    const marked = lit.length > 0 && (this.selected.length > 0 || this.state.query) ? new Uint8Array(size) : null;
    if (marked) for (const point of lit) marked[point] = 1;
    for (let i = 0; i < size; i++) {
      rgba[4 * i] = this.coloring.colors[3 * i]!;
      rgba[4 * i + 1] = this.coloring.colors[3 * i + 1]!;
      rgba[4 * i + 2] = this.coloring.colors[3 * i + 2]!;
      rgba[4 * i + 3] = !this.shown(i) ? 0 : marked && !marked[i] ? weak : strong;
    }
    this.renderer.paint(rgba, this.coloring.shapes);
    drawLegend(this.shell.legend, this.coloring, this.hidden, (entry) => {
      const hide = !entry.codes.every((code) => this.hidden.has(code));
      for (const code of entry.codes) hide ? this.hidden.add(code) : this.hidden.delete(code);
      this.paint();
      this.say(`${entry.name} is ${hide ? "hidden" : "shown"}`);
    });
    this.request();
  }

  private placeClusters(): void {
    this.clusterPlaces = this.scene.clusterNames.map((name, cluster) => {
      // The median of either coordinate: a few strays do not pull it.
      const xs: number[] = [], ys: number[] = [];
      const step = Math.max(1, Math.floor(this.scene.size / 50000));
      for (let i = 0; i < this.scene.size; i += step) {
        if (this.scene.clusterOf[i] !== cluster) continue;
        xs.push(this.layout.points[2 * i]!);
        ys.push(this.layout.points[2 * i + 1]!);
      }
      const median = (v: number[]) => v.sort((a, b) => a - b)[v.length >> 1] ?? 0;
      return { name, x: median(xs), y: median(ys) };
    });
  }

  // --- what a person does ---

  /** Shows the neighbours of a point and, if it is not in view, flies there. */
  choose(point: number, walked = false): void {
    if (!walked && this.state.point >= 0 && this.state.point !== point) this.trail.push(this.state.point);
    this.state.point = point;
    this.placed = null;
    this.refreshPoint();
    if (point >= 0) {
      const at = (i: number): [number, number] => [this.layout.points[2 * i]!, this.layout.points[2 * i + 1]!];
      const [x, y] = this.camera.toScreen(...at(point));
      const margin = 40;
      if (x < margin || y < margin || x > this.camera.width - margin || y > this.camera.height - margin)
        this.fly(this.camera.around([point, ...this.neighbors.map((neighbor) => neighbor.point)].map(at)));
      const far = this.neighbors.filter((neighbor) => neighbor.farApart).length;
      this.say(
        `${short(nameOf(this.scene, point), 80)}` +
          (this.neighbors[0] ? `: nearest is ${short(nameOf(this.scene, this.neighbors[0].point), 60)}` : "") +
          (far > 0 ? `; ${count(far, "true neighbour")} far apart on this map` : ""),
      );
    }
  }

  /** Asks the server for neighbours that the page did not come with. */
  private async lookFor(point: number): Promise<void> {
    try {
      this.asked.set(point, await askNeighbors(point));
      if (this.state.point === point) this.refreshPoint();
    } catch (error) {
      this.say((error as Error).message);
    }
  }

  private refreshPoint(): void {
    const { point } = this.state;
    this.neighbors = point < 0 ? [] : neighborsOf(this.scene, this.layout, point, this.asked.get(point));
    if (point >= 0 && this.scene.k === 0 && this.scene.live && !this.asked.has(point)) void this.lookFor(point);
    if (this.placed) drawPlaced(this.shell.neighbors, this.scene, this.placed, (i) => this.choose(i));
    else drawNeighbors(this.shell.neighbors, this.scene, this.layout, point, this.neighbors, (i) => this.choose(i));
    this.table.draw();
    this.request();
  }

  fly(view: View): void {
    this.stopFlight();
    const from = this.camera.view;
    this.stopFlight = animate((t) => {
      this.camera.view = between(from, view, t);
      this.request();
    });
  }

  showMethod(method: string): void {
    const next = this.scene.layouts.find((layout) => layout.method === method);
    if (!next || next === this.layout) return;
    this.stopMorph();
    this.from = this.places();
    this.layout = next;
    this.state.method = method;
    this.t = 0;
    this.grid = new PointGrid(next.points);
    this.placeClusters();
    if (this.state.color === "distortion") this.coloring = colorBy(this.scene, next, "distortion");
    this.stopMorph = animate(
      (t) => {
        this.t = t;
        this.request();
      },
      () => (this.from = next.points),
    );
    this.drawMethods();
    this.paint();
    this.refreshPoint();
    drawTrust(this.shell.trust, this.scene, this.layout, (i) => this.choose(i));
    this.say(`${next.name}: keeps ${(100 * next.figures.kept).toFixed(0)} % of the true neighbours`);
  }

  private drawMethods(): void {
    replace(
      this.shell.methods,
      ...this.scene.layouts.map((layout) =>
        h(
          "button",
          {
            type: "button",
            "aria-pressed": String(layout === this.layout),
            "data-method": layout.method,
            onclick: () => this.showMethod(layout.method),
          },
          layout.name,
        ),
      ),
    );
  }

  private setColor(choice: string): void {
    this.state.color = choice;
    this.hidden.clear();
    this.coloring = colorBy(this.scene, this.layout, choice);
    this.paint();
  }

  search(fly = true): void {
    this.state.query = this.shell.query.value;
    this.state.regex = this.shell.regex.checked;
    const { query, regex } = this.state;
    this.found = [];
    const { results } = this.shell;
    if (!query) {
      replace(results);
    } else {
      try {
        const { found, total } = search(this.scene.texts, query, regex, 100_000);
        this.found = found;
        replace(
          results,
          h("p", { class: "note", role: "status" }, `${count(total, "text")} found`),
          h(
            "ul",
            {},
            ...found.slice(0, kMostResults).map((i) =>
              h("li", {}, h("button", { type: "button", onclick: () => this.choose(i) }, short(nameOf(this.scene, i), 80))),
            ),
          ),
        );
        if (fly && found.length > 0)
          this.fly(
            this.camera.around(found.slice(0, 2000).map((i) => [this.layout.points[2 * i]!, this.layout.points[2 * i + 1]!])),
          );
      } catch (error) {
        replace(results, h("p", { class: "note", role: "alert" }, `Not a regular expression: ${(error as Error).message}`));
      }
    }
    this.paint();
    if (this.selected.length === 0) this.refreshTable();
  }

  select(points: number[]): void {
    this.selected = points;
    this.paint();
    this.refreshSelection();
    if (points.length > 0) this.shell.tableBox.open = true;
    this.say(points.length > 0 ? `${count(points.length, "point")} selected` : "nothing selected");
  }

  /** Points inside an outline of pixels. */
  private selectInside(outline: number[]): void {
    const polygon: number[] = [];
    for (let i = 0; i < outline.length; i += 2) polygon.push(...this.camera.toMap(outline[i]!, outline[i + 1]!));
    const out: number[] = [];
    const { points } = this.layout;
    for (let i = 0; i < this.scene.size; i++)
      if (this.shown(i) && inside(polygon, points[2 * i]!, points[2 * i + 1]!)) out.push(i);
    this.select(out);
  }

  private selectView(): void {
    const { width, height } = this.camera;
    this.selectInside([0, 0, width, 0, width, height, 0, height]);
  }

  private refreshTable(): void {
    if (this.selected.length > 0) this.table.show(this.selected, "Selection");
    else if (this.found.length > 0) this.table.show(this.found, `Texts with “${short(this.state.query, 30)}”`);
    else this.table.show(null, "All points");
  }

  private refreshSelection(): void {
    const { selection, exports } = this.shell;
    const n = this.selected.length;
    replace(
      selection,
      h("h2", {}, "Selection"),
      h("p", {}, n > 0 ? `${count(n, "point")} selected` : "None: draw a lasso or a rectangle, or select all in view."),
      n > 0 && h("button", { type: "button", onclick: () => this.select([]) }, "Let go"),
    );
    const points = () => (n > 0 ? this.selected : this.found.length > 0 ? this.found : [...Array(this.scene.size).keys()]);
    const button = (label: string, title: string, act: () => void) =>
      h("button", { type: "button", title, onclick: act }, label);
    const what = "the selection, else what was found, else all points";
    replace(
      exports,
      button("CSV", `Save ${what} as CSV`, () => save("points.csv", csvOf(this.scene, this.layout, points()), "text/csv")),
      button("JSON", `Save ${what} as JSON`, () => save("points.json", jsonOf(this.scene, this.layout, points()), "application/json")),
      button("Ids", `Save the numbers of ${what}, one a line`, () => save("points.txt", idsOf(points()))),
      button("PNG", "Save what is seen as a picture", () => void this.savePng()),
      button("SVG", "Save what is seen as a vector picture", () => save("map.svg", this.svg(), "image/svg+xml")),
      button("Link", "Copy a link to what is seen", () => void this.copyLink()),
    );
    this.refreshTable();
  }

  svg(): string {
    const at = (i: number) => this.camera.toScreen(this.layout.points[2 * i]!, this.layout.points[2 * i + 1]!);
    const { point } = this.state;
    const input: PictureInput = {
      scene: this.scene,
      layout: this.layout,
      camera: this.camera,
      coloring: this.coloring,
      radius: this.radius,
      opacity: opacityOf(this.scene.size),
      shown: this.shown,
      labels: this.overlay.labels,
      lines: point < 0 ? [] : this.neighbors.map((neighbor) => [...at(point), ...at(neighbor.point)]),
      ...this.colors(),
    };
    return svgOf(input);
  }

  private async savePng(): Promise<void> {
    await this.renderer.settled();
    const { ink, paper } = this.colors();
    const blob = await pngOf([this.renderer.canvas, this.overlay.canvas], this.coloring, ink, paper);
    if (blob) save("map.png", blob);
  }

  private async copyLink(): Promise<void> {
    this.remember();
    try {
      await navigator.clipboard.writeText(location.href);
      this.say("The link is copied.");
    } catch {
      this.say("The link is in the address bar: copy it from there.");
    }
  }

  private remember(): void {
    history.replaceState(null, "", writeState({ ...this.state, view: this.camera.view }));
  }

  private say(text: string): void {
    this.shell.status.textContent = text;
  }

  private applyTheme(): void {
    const { theme } = this.state;
    const root = document.documentElement;
    theme === "auto" ? root.removeAttribute("data-theme") : root.setAttribute("data-theme", theme);
    this.shell.theme.textContent = this.isDark() ? "Light" : "Dark";
    this.request();
  }

  private isDark(): boolean {
    const { theme } = this.state;
    return theme === "dark" || (theme === "auto" && matchMedia("(prefers-color-scheme: dark)").matches);
  }

  private toggleTheme(): void {
    this.state.theme = this.isDark() ? "light" : "dark";
    this.applyTheme();
  }

  private setTool(tool: Tool): void {
    this.tool = tool;
    for (const name of ["pan", "lasso", "rectangle"])
      this.shell.tools.get(name)!.setAttribute("aria-pressed", String(name === tool));
    this.shell.stage.dataset.tool = tool;
  }

  private pick(px: number, py: number): number {
    const [x, y] = this.camera.toMap(px, py);
    return this.grid.nearest(x, y, kPick / this.camera.scale, this.shown);
  }

  private showTip(px: number, py: number): void {
    const point = this.pick(px, py);
    const { tip } = this.shell;
    if (point !== this.hover) {
      this.hover = point;
      this.request();
    }
    tip.hidden = point < 0;
    if (point < 0) return;
    const facts = this.scene.columns.map((column) => `${column.name}: ${valueOf(column, point) || "–"}`);
    replace(tip, h("b", {}, short(nameOf(this.scene, point), 240)), ...facts.map((fact) => h("span", {}, short(fact, 80))));
    const right = px > this.camera.width / 2, low = py > this.camera.height / 2;
    tip.style.left = right ? "" : `${px + 14}px`;
    tip.style.right = right ? `${this.camera.width - px + 14}px` : "";
    tip.style.top = low ? "" : `${py + 14}px`;
    tip.style.bottom = low ? `${this.camera.height - py + 14}px` : "";
  }

  private zoom(factor: number): void {
    this.camera.zoomAt(this.camera.width / 2, this.camera.height / 2, factor);
    this.request();
  }

  /** Walks to the next or previous neighbour of the point that the walk began at. */
  private walk(by: number): void {
    const base = this.trail.at(-1) ?? this.state.point;
    if (base < 0 || this.scene.k === 0) return;
    const ring = [base, ...this.scene.neighbors.slice(base * this.scene.k, (base + 1) * this.scene.k)];
    const at = ring.indexOf(this.state.point);
    if (at < 0) {
      this.trail.push(this.state.point);
      return this.choose(this.scene.neighbors[this.state.point * this.scene.k]!, true);
    }
    if (this.trail.length === 0) this.trail.push(base);
    this.choose(ring[(at + by + ring.length) % ring.length]!, true);
  }

  private key(event: KeyboardEvent): void {
    if (event.ctrlKey || event.altKey || event.metaKey) return;
    const onMap = event.target === this.shell.stage;
    const target = event.target as HTMLElement;
    if (event.key === "Escape" && !this.shell.help.open) {
      this.select([]);
      this.trail = [];
      this.choose(-1, true);
      return;
    }
    if (/^(input|select|textarea)$/i.test(target.tagName)) return;
    const step = 60;
    const moves: Record<string, [number, number]> = {
      ArrowLeft: [step, 0], ArrowRight: [-step, 0], ArrowUp: [0, step], ArrowDown: [0, -step],
    };
    const actions: Record<string, () => void> = {
      "+": () => this.zoom(1.4), "=": () => this.zoom(1.4), "-": () => this.zoom(1 / 1.4),
      "0": () => this.fly({ x: 0, y: 0, zoom: 1 }),
      n: () => this.walk(1),
      p: () => this.walk(-1),
      b: () => this.choose(this.trail.pop() ?? -1, true),
      "/": () => this.shell.query.focus(),
      m: () => {
        const { layouts } = this.scene;
        this.showMethod(layouts[(layouts.indexOf(this.layout) + 1) % layouts.length]!.method);
      },
      l: () => this.setTool("lasso"),
      r: () => this.setTool("rectangle"),
      v: () => this.setTool("pan"),
      a: () => this.selectView(),
      d: () => this.toggleTheme(),
      "?": () => this.shell.help.showModal(),
    };
    const move = onMap ? moves[event.key] : undefined;
    if (move) {
      this.camera.pan(...move);
      this.request();
    } else if (onMap && event.key === "Enter") {
      const nearest = this.grid.nearest(this.camera.view.x, this.camera.view.y, 3, this.shown);
      if (nearest >= 0) this.choose(nearest);
    } else if (actions[event.key] && !this.shell.help.open) {
      actions[event.key]!();
    } else {
      return;
    }
    event.preventDefault();
  }

  private wire(): void {
    const { shell } = this;
    new ResizeObserver(() => this.resize()).observe(shell.stage);
    listen(shell.stage, {
      camera: this.camera,
      tool: () => this.tool,
      moved: () => {
        this.stopFlight();
        shell.tip.hidden = true;
        this.request();
      },
      hover: (px, py) => this.showTip(px, py),
      leave: () => {
        this.hover = -1;
        shell.tip.hidden = true;
        this.request();
      },
      click: (px, py) => this.choose(this.pick(px, py)),
      outline: (pixels) => {
        this.outline = pixels;
        this.request();
      },
      select: (pixels) => this.selectInside(pixels),
    });
    for (const tool of ["pan", "lasso", "rectangle"] as const)
      shell.tools.get(tool)!.addEventListener("click", () => this.setTool(tool));
    const press = (name: string, act: () => void) => shell.tools.get(name)!.addEventListener("click", act);
    press("view", () => this.selectView());
    press("fit", () => this.fly({ x: 0, y: 0, zoom: 1 }));
    press("in", () => this.zoom(1.4));
    press("out", () => this.zoom(1 / 1.4));
    press("help", () => shell.help.showModal());
    shell.ask.addEventListener("submit", (event) => {
      event.preventDefault();
      void this.place(shell.typed.value);
    });
    shell.theme.addEventListener("click", () => this.toggleTheme());
    shell.color.addEventListener("change", () => this.setColor(shell.color.value));
    let timer = 0;
    shell.query.addEventListener("input", () => {
      clearTimeout(timer);
      timer = window.setTimeout(() => this.search(), this.scene.size > 50_000 ? 400 : 120);
    });
    shell.regex.addEventListener("change", () => this.search());
    document.addEventListener("keydown", (event) => this.key(event));
    matchMedia("(prefers-color-scheme: dark)").addEventListener("change", () => this.applyTheme());
    window.addEventListener("hashchange", () => location.reload());
    this.setTool("pan");
  }
}
