/** Points sorted into square cells: what is near a place is found without looking at all of them. */
export class PointGrid {
  private readonly side: number;
  private readonly first: Uint32Array;
  private readonly members: Uint32Array;

  /** @param points x, y of each, between -1 and 1 */
  constructor(private readonly points: Float32Array) {
    const n = points.length / 2;
    this.side = Math.max(1, Math.min(2048, Math.ceil(Math.sqrt(n / 2))));
    const cells = new Uint32Array(n);
    this.first = new Uint32Array(this.side * this.side + 1);
    for (let i = 0; i < n; i++) {
      const cell = this.cell(points[2 * i]!) + this.side * this.cell(points[2 * i + 1]!);
      cells[i] = cell;
      this.first[cell + 1]!++;
    }
    for (let c = 0; c < this.side * this.side; c++) this.first[c + 1]! += this.first[c]!;
    const next = this.first.slice(0, -1);
    this.members = new Uint32Array(n);
    for (let i = 0; i < n; i++) this.members[next[cells[i]!]!++] = i;
  }

  private cell(v: number): number {
    return Math.max(0, Math.min(this.side - 1, Math.floor(((v + 1) / 2) * this.side)));
  }

  /** Calls take(point) for the points in a rectangle, until it returns false. */
  within(left: number, bottom: number, right: number, top: number, take: (point: number) => boolean | void): void {
    for (let y = this.cell(bottom); y <= this.cell(top); y++) {
      for (let x = this.cell(left); x <= this.cell(right); x++) {
        const cell = x + this.side * y;
        for (let m = this.first[cell]!; m < this.first[cell + 1]!; m++) {
          const i = this.members[m]!;
          const px = this.points[2 * i]!, py = this.points[2 * i + 1]!;
          if (px >= left && px <= right && py >= bottom && py <= top && take(i) === false) return;
        }
      }
    }
  }

  /** The point nearest to (x, y) among those closer than `radius` that `wanted` accepts, or -1. */
  nearest(x: number, y: number, radius: number, wanted: (point: number) => boolean = () => true): number {
    let best = -1, least = radius * radius;
    this.within(x - radius, y - radius, x + radius, y + radius, (i) => {
      const d = (this.points[2 * i]! - x) ** 2 + (this.points[2 * i + 1]! - y) ** 2;
      if (d < least && wanted(i)) {
        least = d;
        best = i;
      }
    });
    return best;
  }
}

/** Whether (x, y) is inside of a polygon, given as x, y, x, y, ... (even-odd rule). */
export function inside(polygon: readonly number[], x: number, y: number): boolean {
  let odd = false;
  for (let i = 0, j = polygon.length - 2; i < polygon.length; j = i, i += 2) {
    const xi = polygon[i]!, yi = polygon[i + 1]!, xj = polygon[j]!, yj = polygon[j + 1]!;
    if (yi > y !== yj > y && x < ((xj - xi) * (y - yi)) / (yj - yi) + xi) odd = !odd;
  }
  return odd;
}

/** How many points of a layout are closer to `from` than `to` is: 0 for the nearest. */
export function rankOnMap(points: Float32Array, from: number, to: number): number {
  const x = points[2 * from]!, y = points[2 * from + 1]!;
  const limit = (points[2 * to]! - x) ** 2 + (points[2 * to + 1]! - y) ** 2;
  let closer = 0;
  for (let i = 0; i < points.length; i += 2)
    if ((points[i]! - x) ** 2 + (points[i + 1]! - y) ** 2 < limit) closer++;
  return closer - (limit > 0 ? 1 : 0); // `from` itself is at distance 0
}
