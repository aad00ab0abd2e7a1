// Cuts a long formula where it has wide spaces, so that its parts can stand below each other.

/** Return the parts between \quad and \qquad, outside of braces and environments. */
export function partsOf(tex: string): string[] {
  const parts: string[] = [];
  let [depth, begin] = [0, 0];
  for (const match of tex.matchAll(/\\begin|\\end|\\q?quad(?![a-zA-Z])|\\[\s\S]|[{}]/g)) {
    const [found] = match;
    if (found === "{" || found === "\\begin") depth += 1;
    else if (found === "}" || found === "\\end") depth -= 1;
    else if (depth === 0 && found.endsWith("quad")) {
      parts.push(tex.slice(begin, match.index));
      begin = match.index + found.length;
    }
  }
  return [...parts, tex.slice(begin)].map((part) => part.trim()).filter(Boolean);
}
