const SIZE = 13; // px of the chart's words, where type is 16 px
/** @type {CanvasRenderingContext2D | null | undefined} */
let pen;
let family = '';
/** Widths by scale and words: a chart is drawn anew at each key with the same words, and measuring them is most of it. @type {Map<string, number>} */
const widths = new Map();
const KEPT = 5_000;

/** How wide words are as the chart writes them, px. @param {string} words @param {number} scale */
export function textWidth(words, scale) {
  const key = `${scale} ${words}`;
  const known = widths.get(key);
  if (known !== undefined) return known;
  pen ??= document.createElement('canvas').getContext('2d');
  if (!pen) return words.length * 8 * scale;
  family ||= getComputedStyle(document.body).fontFamily;
  pen.font = `${SIZE * scale}px ${family}`;
  const width = Math.ceil(pen.measureText(words).width);
  if (widths.size >= KEPT) widths.clear();
  widths.set(key, width);
  return width;
}

/** The first of these that has room, whole; none is cut. @param {string[]} forms the longest first @param {number} room px @param {number} scale */
export function fitting(forms, room, scale) {
  return forms.find((words) => words && textWidth(words, scale) + 2 <= room) ?? '';
}
