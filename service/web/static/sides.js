import { el, moment } from './dom.js';

/**
 * Two versions of one note, side by side, and what a person can do about it.
 * @param {ReviewPage} page @param {(body: NoteBody | null, said?: Record<string, string>, links?: Record<string, string>) => Node[]} words
 */
export function makeSides(page, words) {
  const by = (/** @type {Version} */ head) => el('p', { className: 'muted' }, `${head.author}, ${moment(head.at)}`);
  return {
    /** A conflict that stands in the notes. @param {NoteForm} note @param {(body: NoteBody | null) => void} settle */
    conflict: (note, settle) => el('div', { className: 'versions' }, el('p', { className: 'reason' }, 'Two people changed this note. Keep one, or edit it to hold both.'),
      ...note.heads.map((head) => el('div', {}, by(head), ...words(head.body, note.shown[head.id], note.links[head.id]),
        page.editor && el('button', { type: 'button', onclick: () => settle(head.body) }, head.body ? 'Keep this one' : 'Remove the note'))),
      note.joined && el('div', { 'data-side': 'joined' }, el('p', { className: 'muted' }, 'both together: what either added is there, what either took out is gone'), ...words(note.joined),
        page.editor && el('button', { type: 'button', className: 'main', onclick: () => settle(note.joined) }, 'Join both'))),
    /**
     * An edit that somebody else was faster with: nothing was written, both are here.
     * @param {HTMLElement} made @param {string} id @param {string[]} base @param {NoteBody} mine @param {Conflict} answer @param {(what: () => Promise<any>) => void} then
     */
    clash: (made, id, base, mine, answer, then) => {
      const theirs = answer.note.heads;
      const all = theirs.map((head) => head.id);
      const write = (/** @type {string[]} */ over, beside = false) => () => then(async () => page.store.change(id, over, mine, await page.author(), beside));
      made.classList.add('conflict');
      made.replaceChildren(el('p', { className: 'reason', role: 'alert' }, answer.detail), el('div', { className: 'versions' },
        ...theirs.map((head) => el('div', { 'data-side': 'theirs' }, by(head), ...words(head.body, answer.note.shown[head.id], answer.note.links[head.id]))),
        el('div', { 'data-side': 'mine' }, el('p', { className: 'muted' }, 'yours, not saved yet'), ...words(mine))), el('div', { className: 'row' },
        el('button', { type: 'button', onclick: () => then(async () => {}) }, 'Keep theirs'),
        el('button', { type: 'button', onclick: write(all) }, 'Replace it by mine'),
        el('button', { type: 'button', onclick: write(base, true) }, 'Keep both for the meeting')));
    },
  };
}
