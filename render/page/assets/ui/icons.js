import { symbolOf } from './marks.js';

const SVG = 'http://www.w3.org/2000/svg';
/** The shapes of the chart, drawn in a box of 14. @type {Record<string, string>} */
const PATHS = {
  'triangle-up': 'M7 2L13 12H1Z', 'triangle-down': 'M7 12L1 2H13Z', circle: 'M7 2a5 5 0 1 0 .01 0Z', diamond: 'M7 1L13 7L7 13L1 7Z', 'diamond-tall': 'M7 0L11 7L7 14L3 7Z', 'diamond-wide': 'M0 7L7 3L14 7L7 11Z', 'star-square': 'M1 1Q7 4.5 13 1Q9.5 7 13 13Q7 9.5 1 13Q4.5 7 1 1Z', 'star-triangle-up': 'M7 1Q8.5 8 13 12Q7 10 1 12Q5.5 8 7 1Z',
  square: 'M2.5 2.5H11.5V11.5H2.5Z', pentagon: 'M7 1.5L12.8 5.7L10.6 12.5H3.4L1.2 5.7Z', hexagon: 'M7 1L12.2 4V10L7 13L1.8 10V4Z', hourglass: 'M2 2H12L2 12H12Z', bowtie: 'M2 2V12L12 2V12Z',
  star: 'M7 1L8.8 5.2L13.3 5.6L9.9 8.6L10.9 13L7 10.7L3.1 13L4.1 8.6L.7 5.6L5.2 5.2Z', x: 'M2 4L4 2L7 5L10 2L12 4L9 7L12 10L10 12L7 9L4 12L2 10L5 7Z', cross: 'M5 1H9V5H13V9H9V13H5V9H1V5H5Z',
};
const DETAILS = /** @type {[string, string][]} */ ([['x', 'M4.5 4.5L9.5 9.5M9.5 4.5L4.5 9.5'], ['dot', 'M7 6a1 1 0 1 0 .01 0Z'], ['cross', 'M7 3V11M3 7H11']]);

/**
 * The mark of a kind, as the chart draws it.
 * @param {string} kind a fact's kind, or `gap`
 * @param {string} lane
 * @param {Turn} [turn] where its value went
 * @returns {SVGElement}
 */
export function icon(kind, lane, turn = '') {
  const svg = document.createElementNS(SVG, 'svg');
  for (const [name, value] of Object.entries({ viewBox: '0 0 14 14', width: '14', height: '14', class: `mark lane-${lane}`, 'aria-hidden': 'true' })) svg.setAttribute(name, value);
  const span = spanShape(kind);
  if (span) svg.append(span);
  else svg.append(...markShape(symbolOf(kind, turn)));
  return svg;
}

/** Alert states and gaps are bars in the chart, and here. @param {string} kind */
function spanShape(kind) {
  if (kind === 'alert.pending') return path('M1 4H13V10H1Z', 'open');
  if (kind === 'alert.firing') return path('M1 4H13V10H1Z', 'full');
  if (kind === 'alert.resolved' || kind === 'alert.pending_ended') return path('M2 7H9M11 2V12', 'open');
  if (kind === 'alert.no_data') return path('M1 4H13V10H1ZM3 4L9 10M7 4L13 10', 'open');
  if (kind === 'alert.data_returned') return path('M2 7H9M11 2V12', 'open');
  if (kind === 'gap') return path('M1 9L5 5M4 11L10 3M9 11L13 6', 'open');
  return null;
}

/** @param {string} symbol */
function markShape(symbol) {
  const base = PATHS[symbol] ?? PATHS[symbol.replace(/-(open|x|dot|cross).*$/, '')] ?? PATHS.cross;
  const detail = DETAILS.find(([name]) => symbol.includes(`-${name}`));
  return [path(base, symbol.includes('open') ? 'open' : 'full'), ...(detail ? [path(detail[1], 'open')] : [])];
}

/** @param {string} d @param {string} look */
function path(d, look) {
  const node = document.createElementNS(SVG, 'path');
  node.setAttribute('d', d);
  node.setAttribute('class', look);
  return node;
}
