// KaTeX's styles with the faces that our formulas use, and these as woff2 only: 60 kB, not 1 MB.

import styles from "katex/dist/katex.min.css?raw";
import main from "katex/dist/fonts/KaTeX_Main-Regular.woff2?url";
import italic from "katex/dist/fonts/KaTeX_Math-Italic.woff2?url";
import size1 from "katex/dist/fonts/KaTeX_Size1-Regular.woff2?url";
import size2 from "katex/dist/fonts/KaTeX_Size2-Regular.woff2?url";
import size3 from "katex/dist/fonts/KaTeX_Size3-Regular.woff2?url";
import size4 from "katex/dist/fonts/KaTeX_Size4-Regular.woff2?url";

const FACES: [family: string, url: string, style: string][] = [
  ["KaTeX_Main", main, "normal"],
  ["KaTeX_Math", italic, "italic"],
  ["KaTeX_Size1", size1, "normal"],
  ["KaTeX_Size2", size2, "normal"],
  ["KaTeX_Size3", size3, "normal"],
  ["KaTeX_Size4", size4, "normal"],
];

/** Add them to the document; a face is fetched when a letter first needs it. */
export function addStyles(): void {
  for (const [family, url, style] of FACES) document.fonts.add(new FontFace(family, `url("${url}")`, { style }));
  const sheet = new CSSStyleSheet();
  // Its own @font-face rules name sixty files that are not here.
  sheet.replaceSync(styles.replace(/@font-face\s*\{[^}]*\}/g, ""));
  document.adoptedStyleSheets = [...document.adoptedStyleSheets, sheet];
}
