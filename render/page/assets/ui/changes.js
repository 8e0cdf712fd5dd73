import { grouped } from '../data/grouped.js';
import { plainKind } from '../data/words.js';
import { rowMarks, secondsPerPixel } from './marks.js';
import { standing } from '../data/replay.js';

/** Of the records of one change, which says most of how it ended. */
const TELLING = ['deploy.rolled_back', 'deploy.failed', 'deploy.cancelled', 'deploy.finished', 'deploy.started', 'deploy.waiting', 'change.released', 'change.tagged', 'change.merged'];

/** @typedef {{ items: Item[], main: Item }} Change */

/**
 * The changes of a row: records of one change (a merge, its tag, its deploy) are one, where the last of them is.
 * @param {Item[]} items in display order @param {number | null} at the playhead @returns {Change[]}
 */
export function changesOf(items, at) {
  return [...grouped(items, (item) => (item.change ? `${item.change} ${standing(item, at) === 'ahead'}` : `-${item.index}`)).values()].map((own) => ({ items: own, main: own.reduce((a, b) => (rank(b) <= rank(a) ? b : a)) }));
}

/** @param {Item} item */
function rank({ kind }) {
  const place = TELLING.indexOf(kind);
  return place < 0 ? TELLING.length : place;
}

/** @param {Item[]} items @param {View} view @param {number} y @param {number | null} at @returns {Mark[]} */
export function changeMarks(items, view, y, at) {
  return changesOf(items, at).flatMap(({ items: own, main }) => rowMarks([main], view, y, 'changes', at).map((mark) => ({ ...mark, items: [main, ...own.filter((item) => item !== main)] })));
}

/** From a change's first record to its last, as a thin line. @param {Item[]} items @param {View} view @param {number} y @param {number | null} at @returns {Bar[]} */
export function changeBars(items, view, y, at) {
  return changesOf(items, at).flatMap(({ items: own, main }) => {
    const [from, to] = [Math.max(own[0].to, view.from), Math.min(main.to, view.to)];
    return to - from > 2 * secondsPerPixel(view) ? [{ ref: own[0].id, x: from, length: to - from, y, thick: 3, look: 'running', lane: 'changes' }] : [];
  });
}

/** What a change is called: `#815 v2`, `v3: v2 rolled back`; then what is said of it with less room. @param {Change} change @returns {string[]} */
export function changeForms({ items, main }) {
  const names = [...new Set(items.filter((item) => item.kind !== 'deploy.rolled_back').map((item) => item.words).filter(Boolean))];
  const back = items.find((item) => item.kind === 'deploy.rolled_back');
  if (back) return [`${names.length ? `${names.join(' ')}: ` : ''}${back.words} rolled back`, `${back.words} rolled back`, 'rolled back'];
  const how = plainKind(main.kind.slice(main.kind.indexOf('.') + 1)); // `custom` has no family
  return [['deploy.finished', 'custom'].includes(main.kind) && names.length ? names.join(' ') : `${names.join(' ')} ${how}`.trim(), names[0] ?? how];
}
