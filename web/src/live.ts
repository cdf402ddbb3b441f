/** What a served page asks its server: where a typed text belongs. */

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
export async function ask(text: string, words: boolean): Promise<Placed> {
  const response = await fetch(words && isSum(text) ? "api/analogy" : "api/place", {
    method: "POST",
    headers: { "Content-Type": "application/json" },
    body: JSON.stringify({ text }),
  });
  const answer = (await response.json()) as Placed & { error?: string };
  if (!response.ok) throw new Error(answer.error ?? `the server answered ${response.status}`);
  return answer;
}
