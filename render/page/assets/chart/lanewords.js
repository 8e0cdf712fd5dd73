import { el } from '../ui/dom.js';
import { changesOf, changeForms } from '../ui/changes.js';
import { fitting } from '../ui/fit.js';

const LETTER_WIDTH = 6.9; // px at type of 16 px, about
const WIDEST = 170; // px of a message in its lane
const LEAST_ROOM = 54; // px, below which words are not begun
export const LINE = 15; // px of a line of words below a row's marks

/**
 * What was said, changed and posted, as words in the lane where there is room; the rest say it when pointed at.
 * @param {Lane} lane @param {import('./chart.js').Chart} chart @param {Place} place
 */
export function laneWords(lane, chart, place) {
  const { view, model, store } = chart;
  const { at } = store.get();
  if (lane.folded || lane.panel) return [];
  const until = at ?? Infinity;
  if (lane.id === 'changes') return lane.rows.flatMap((row) => besideMarks(changesOf(row.items, at).map((change) => ({ at: change.main.to, seen: change.main.seen, words: changeForms(change) })), row, view, place, until));
  if (lane.id === 'impact' || lane.id === 'other') return lane.rows.flatMap((row) => besideMarks(row.items.map((item) => ({ at: item.to, seen: item.seen, words: [item.words] })), row, view, place, until));
  if (lane.id === 'chat') return lane.rows.flatMap((row) => belowMarks(row, lane, model, view, place, until));
  return [];
}

/** Of a change what fits whole; other words may be cut, as quotes are. @param {{ at: number, seen: number, words: string[] }[]} marks @param {Row} row @param {View} view @param {Place} place @param {number} until */
function besideMarks(marks, row, view, place, until) {
  const shown = marks.filter((mark) => mark.at >= view.from && mark.at <= view.to).sort((a, b) => a.at - b.at);
  return shown.flatMap((mark, index) => {
    const left = place.x(mark.at) + 10;
    const room = (index + 1 < shown.length ? place.x(shown[index + 1].at) - 10 : place.x(view.to)) - left;
    const [most] = mark.words;
    const enough = Math.min(most.length * LETTER_WIDTH * place.scale, LEAST_ROOM) + 4;
    const told = mark.words.length > 1 ? fitting(mark.words, room, place.scale) : room < enough ? '' : most;
    return !told || mark.seen > until ? [] : [words(told, left, row.y - 9 * place.scale, room, place, '', most)];
  });
}

/** Messages on lines below their marks, each on the first that is free. @param {Row} row @param {Lane} lane @param {Model} model @param {View} view @param {Place} place @param {number} until */
function belowMarks(row, lane, model, view, place, until) {
  const lines = Math.max(Math.floor(lane.below / (LINE * place.scale)), 0);
  const free = Array.from({ length: lines }, () => -Infinity);
  const end = place.x(view.to);
  return row.items.filter((item) => item.to >= view.from && item.to <= view.to && item.seen <= until).flatMap((item) => {
    const left = place.x(item.to) - 4;
    const line = free.findIndex((taken) => taken <= left);
    if (line < 0 || end - left < LEAST_ROOM) return [];
    const text = model.rows.at(item)?.quote?.text.replace(/\s+/g, ' ');
    if (!text) return [];
    const width = Math.min(text.length * LETTER_WIDTH * place.scale + 8, WIDEST * place.scale, end - left);
    free[line] = left + width + 6;
    return [words(text, left, row.y + lane.rowHeight / 2 + line * LINE * place.scale - 2, width, place, 'said-words')];
  });
}

/** @param {string} text @param {number} left @param {number} y @param {number} room @param {Place} place @param {string} [look] @param {string} [title] */
function words(text, left, y, room, place, look = '', title = text) {
  return el('div', { class: `change-words ${look}`, dir: 'auto', title, style: `top:${y + place.top}px;left:${left}px;max-width:${room}px` }, text);
}
