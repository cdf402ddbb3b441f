/** Points whose text holds `query`: a substring whatever its case, or a regular expression.
 *  @throws SyntaxError if the expression is none */
export function search(texts: string[], query: string, regex: boolean, most: number): { found: number[]; total: number } {
  const found: number[] = [];
  let total = 0;
  let matches: (text: string) => boolean;
  if (regex) {
    const pattern = new RegExp(query, "iu");
    matches = (text) => pattern.test(text);
  } else {
    const wanted = query.toLowerCase();
    matches = (text) => text.toLowerCase().includes(wanted);
  }
  texts.forEach((text, i) => {
    if (!matches(text)) return;
    total++;
    if (found.length < most) found.push(i);
  });
  return { found, total };
}
