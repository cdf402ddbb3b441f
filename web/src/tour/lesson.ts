/** The lesson's data, as the program computes them (docs/formats.md). */

export interface Token {
  token: string;
  id: number;
  special: boolean;
  /** First values of its row of the word table. */
  row: number[];
  /** What it adds to the cosine with the other text; null where the vector is not a mean of tokens. */
  share: number | null;
}

export interface Traced {
  text: string;
  normalized: string;
  tokens: Token[];
  heads: number;
  /** Of each layer: heads x tokens x tokens; each row sums up to 1. */
  attention: number[][];
  vector: number[];
}

export interface Lesson {
  texts: [Traced, Traced];
  cosine: number;
}

export interface Bank {
  word: string;
  sentences: string[];
  static: number[][];
  contextual: number[][];
}

export interface Tour {
  model: string;
  layers: number;
  vocabulary: number;
  dimensions: number;
  modules: string[];
  lesson: Lesson;
  bank: Bank;
}

/** Attention of one layer, of one head or (-1) the mean of all: tokens x tokens. */
export function attentionOf(traced: Traced, layer: number, head: number): number[] {
  const n = traced.tokens.length, all = traced.attention[layer]!;
  if (head >= 0) return all.slice(head * n * n, (head + 1) * n * n);
  const out = new Array<number>(n * n).fill(0);
  all.forEach((weight, i) => (out[i % (n * n)]! += weight / traced.heads));
  return out;
}
