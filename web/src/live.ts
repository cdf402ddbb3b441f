/** What a served page asks its server: where a typed text belongs. */

import type { Lesson } from "./tour/lesson";

export interface Term {
  text: string;
  sign: 1 | -1;
  /** x, y on each layout, as computed. */
  places: [number, number][];
}

export interface Placed {
  text: string;
  /** Of a sum such as king - man + woman; empty for a text. */
  terms: Term[];
  places: [number, number][];
  /** Points and their scores, nearest first. */
  neighbors: [number, number][];
}

/** Whether a text is a sum of words: signs stand between blanks. */
export const isSum = (text: string): boolean => /(^|\s)[+-]\s/.test(text);

/** @throws Error with the server's words */
async function post<T>(path: string, body: object): Promise<T> {
  const response = await fetch(`api/${path}`, {
    method: "POST",
    headers: { "Content-Type": "application/json" },
    body: JSON.stringify(body),
  });
  const answer = (await response.json()) as T & { error?: string };
  if (!response.ok) throw new Error(answer.error ?? `the server answered ${response.status}`);
  return answer;
}

export const ask = (text: string, words: boolean): Promise<Placed> =>
  post<Placed>(words && isSum(text) ? "analogy" : "place", { text });

/** True neighbours of a point, where the page has none with it. */
export const askNeighbors = async (point: number): Promise<[number, number][]> =>
  (await post<{ neighbors: [number, number][] }>("neighbors", { point })).neighbors;

export const askLesson = (text: string, other: string): Promise<Lesson> => post<Lesson>("tour", { text, other });
