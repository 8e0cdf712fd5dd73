const SIZE = 13; // px of the chart's words, where type is 16 px
/** @type {CanvasRenderingContext2D | null | undefined} */
let pen;

/** How wide words are as the chart writes them, px. @param {string} words @param {number} scale */
export function textWidth(words, scale) {
  pen ??= document.createElement('canvas').getContext('2d');
  if (!pen) return words.length * 8 * scale;
  pen.font = `${SIZE * scale}px ${getComputedStyle(document.body).fontFamily}`;
  return Math.ceil(pen.measureText(words).width);
}

/** The first of these that has room, whole; none is cut. @param {string[]} forms the longest first @param {number} room px @param {number} scale */
export function fitting(forms, room, scale) {
  return forms.find((words) => words && textWidth(words, scale) + 2 <= room) ?? '';
}
