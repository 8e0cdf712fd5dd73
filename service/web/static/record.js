import { el, keyed } from './dom.js';
import { signed } from './signed.js';
import { makeWords } from './words.js';

/** @typedef {{ text: string, discussed: boolean }} Item */

const FIELDS = /** @type {const} */ ([
  { name: 'title', label: 'title' },
  { name: 'time', label: 'time and place', hint: '15:00 UTC, room 4' },
]);

/**
 * The meeting's own words, each edited where it stands: title, day, time and place, who is invited, points of its own, summary.
 * @param {ReviewPage} page @param {{ meeting: () => NoteBody | undefined, held: () => string, send: (what: Record<string, any>) => Promise<any>, tick: (what: Record<string, any>) => Promise<boolean> }} with_
 */
export function makeRecord(page, { meeting, held, send, tick }) {
  const written = (/** @type {string} */ name) => ({
    save: (/** @type {string} */ was, /** @type {string} */ now) => send({ words: { [name]: { was: was || null, now: now || null } } }),
    theirs: (/** @type {Conflict} */ { note }) => String(note.heads.find((head) => head.body)?.body?.[name] ?? ''),
  });
  const words = FIELDS.map((field) => ({ name: field.name, made: makeWords(page, { ...field, ...written(field.name) }) }));
  const day = makeWords(page, { name: 'day', label: 'day', type: 'date', theirs: () => held(), save: async (_, now) => {
    if (!now) throw new Error('a meeting has a day');
    await send({ day: now });
  } });
  const names = (/** @type {string} */ text) => [...new Set(text.split(/[,;\n]/).map((one) => one.trim().replace(/\s+/g, ' ')).filter(Boolean))];
  const invited = makeWords(page, { name: 'invited', label: 'invited', most: 4000, hint: 'names, with commas between', theirs: () => '', save: async (was, now) => {
    // By name, so that what others add or take out meanwhile stays.
    const [before, after] = [names(was), names(now)];
    await send({ invited: Object.fromEntries([...before.filter((one) => !after.includes(one)).map((one) => [one, false]), ...after.filter((one) => !before.includes(one)).map((one) => [one, true])]) });
  } });
  const summary = makeWords(page, { name: 'text', label: 'summary', many: true, most: 10000, hint: 'What the meeting came to', ...written('text') });

  const list = el('ul', { className: 'points', 'aria-label': 'Points of our own' });
  const more = el('input', { 'aria-label': 'Another point of the agenda', maxLength: 200, required: true, placeholder: 'another point' });
  const add = page.editor && el('form', { className: 'add', onsubmit: async (/** @type {Event} */ event) => {
    event.preventDefault();
    if (await tick({ items: { [more.value.trim()]: false } })) more.value = '';
  } }, more, el('button', {}, 'Add'));
  const points = el('section', { className: 'own-points' }, el('h3', {}, 'Points of our own'), list, add);
  const point = (/** @type {Item} */ { text, discussed }) => {
    const box = el('input', { type: 'checkbox', checked: discussed, disabled: !page.editor, 'aria-label': `gone through: ${text}`, onchange: (/** @type {any} */ event) => tick({ items: { [text]: event.target.checked } }) });
    const made = makeWords(page, { name: 'point', label: '', theirs: () => text, save: (was, now) => send({ items: { [was]: null, ...(now ? { [now]: discussed } : {}) } }) });
    made.draw(text);
    // While somebody writes there, nobody else's tick draws it anew.
    new MutationObserver(() => { if (row.querySelector('form')) row.dataset.editing = 'yes'; else delete row.dataset.editing; }).observe(made.node, { childList: true });
    const remove = page.editor && el('button', { type: 'button', className: 'quiet', 'aria-label': `Remove ${text}`, onclick: () => tick({ items: { [text]: null } }) }, 'Remove');
    const row = el('li', { className: discussed ? 'done' : '' }, ...[box, made.node, remove].filter(Boolean));
    return row;
  };
  const items = () => /** @type {Item[]} */ (meeting()?.items ?? []);
  return {
    head: el('div', { className: 'record' }, words[0].made.node, day.node, words[1].made.node, invited.node),
    points,
    summary: el('section', { className: 'summary' }, el('h3', {}, 'Summary'), summary.node),
    items,
    draw: (/** @type {boolean} */ anew) => {
      const body = meeting();
      for (const { name, made } of words) made.draw(String(body?.[name] ?? ''));
      day.draw(body ? held() : '');
      day.node.hidden = !body; // the first tick begins it today
      invited.draw((body?.invited ?? []).join(', '));
      summary.draw(body?.text ?? '');
      points.hidden = !items().length && !page.editor;
      keyed(list, items().map((one) => signed(list, one.text, [one], anew, () => point(one))));
    },
  };
}
