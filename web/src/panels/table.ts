import { distortionOf, nameOf, valueOf, type Layout, type Scene } from "../data";
import { count, h, replace, short } from "../dom";

const kRows = 25;

/** The points as a table, a page at a time: what the canvas shows, for those who cannot see it. */
export class PointTable {
  private page = 0;
  private points: number[] = [];
  private title = "";

  constructor(
    private readonly element: HTMLElement,
    private readonly scene: Scene,
    private readonly layout: () => Layout,
    private readonly chosen: () => number,
    private readonly go: (point: number) => void,
  ) {}

  /** @param points null: all */
  show(points: number[] | null, title: string): void {
    this.points = points ?? Array.from({ length: this.scene.size }, (_, i) => i);
    this.title = title;
    this.page = 0;
    this.draw();
  }

  draw(): void {
    const { scene, points } = this;
    const layout = this.layout();
    const pages = Math.max(1, Math.ceil(points.length / kRows));
    const first = this.page * kRows;
    const heads = ["#", "text", ...scene.columns.map((column) => column.name)];
    if (scene.clusterNames.length > 0) heads.push("cluster");
    heads.push("x", "y");
    if (scene.k > 0) heads.push("distortion");
    const body = h("tbody");
    for (const point of points.slice(first, first + kRows)) {
      const cells = [
        ...scene.columns.map((column) => short(valueOf(column, point), 40)),
        ...(scene.clusterNames.length > 0 ? [short(scene.clusterNames[scene.clusterOf[point]!]!, 40)] : []),
        layout.raw[2 * point]!.toPrecision(4),
        layout.raw[2 * point + 1]!.toPrecision(4),
        ...(scene.k > 0 ? [distortionOf(layout, point).toFixed(2)] : []),
      ];
      const current = point === this.chosen();
      body.append(
        h(
          "tr",
          current ? { "aria-current": "true" } : {},
          h("td", {}, String(point)),
          h(
            "th",
            { scope: "row" },
            h("button", { type: "button", class: "link", onclick: () => this.go(point) }, short(nameOf(scene, point), 80)),
          ),
          ...cells.map((cell) => h("td", {}, cell)),
        ),
      );
    }
    const turn = (by: number) => () => {
      this.page += by;
      this.draw();
    };
    replace(
      this.element,
      h(
        "table",
        { class: "points" },
        h("caption", {}, `${this.title}: ${count(points.length, "point")}`),
        h("thead", {}, h("tr", {}, ...heads.map((name) => h("th", { scope: "col" }, name)))),
        body,
      ),
      pages > 1 &&
        h(
          "nav",
          { "aria-label": "Pages of the table" },
          h("button", { type: "button", disabled: this.page === 0, onclick: turn(-1) }, "Previous"),
          h("span", {}, `page ${this.page + 1} of ${pages.toLocaleString("en")}`),
          h("button", { type: "button", disabled: this.page + 1 >= pages, onclick: turn(1) }, "Next"),
        ),
    );
  }
}
