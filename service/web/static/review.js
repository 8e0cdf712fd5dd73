import { newId } from './api.js';
import { makeCards } from './cards.js';
import { makeChart } from './chart.js';
import { byId, el, withCode } from './dom.js';
import { makeForm } from './form.js';
import { makeLayout } from './layout.js';
import { makeStore } from './store.js';

const { incident = '', role, name, start = '', end = '' } = document.body.dataset;
const author = byId('author');
/** @type {string | null} */
let chosen = null;
let first = true;

const store = makeStore(incident, ({ notes: touched }) => draw(touched), (on) => {
  const shown = byId('connection');
  shown.className = `connection ${on ? 'on' : 'off'}`;
  shown.textContent = on ? 'live' : 'connection lost, trying again';
}, () => chart.renew().catch((error) => page.tell(`The new build could not be read: ${error instanceof Error ? error.message : error}`)));

/** @type {ReviewPage} */
const page = {
  store,
  editor: role === 'editor',
  editing: new Set(),
  author: () => (name ? '' : author?.value.trim() || 'somebody'),
  tell: (text) => { byId('notice').textContent = text; byId('notice').hidden = !text; },
  open: (cite) => (cite.fact !== undefined ? chart.choose(cite.fact) : chart.show(cite.start, cite.end)),
  forms: () => ({
    facts: store.state.facts, wanted: store.fact, chosen: () => chosen,
    shown: () => chart.range() ?? { start, end },
    // A note always stands on something: what is chosen, else what is shown.
    cites: () => [chosen ? { fact: chosen } : chart.range() ?? { start, end }],
    others: (kind) => notes().filter((one) => one.heads[0].body?.kind === kind).map((one) => ({ id: one.id, text: one.heads[0].body?.text ?? '' })),
  }),
  draw: () => draw(null),
};
const notes = () => [...store.state.notes.values()].filter((one) => !one.removed);
const card = makeCards(page);
const layout = makeLayout();

const chart = makeChart(byId('chart'), incident, async (fact) => {
  chosen = fact;
  layout.row(fact);
  await show();
}, page.tell);

let writing = newId();
const form = page.editor && makeForm(byId('new'), { ...page.forms(), facts: store.state.facts, save: async (body) => {
  await store.write(writing, body, page.author());
  writing = newId();
} });

async function show() {
  const bar = byId('chosen');
  const fact = chosen && await store.fact(chosen).catch(() => null);
  if (!fact) {
    bar.replaceChildren(el('span', { className: 'muted' }, 'Choose a fact in the chart: notes will cite it.'));
    return;
  }
  if (fact.id !== chosen) return;
  const open = store.state.disputed[fact.id];
  const own = notes().filter((one) => one.heads.some((head) => head.body?.cites.some((cite) => cite.fact === fact.id))).length;
  bar.replaceChildren(...[el('span', { className: 'time' }, fact.when), el('span', { className: 'words' }, ...withCode(fact.statement)), open && el('span', { className: 'tag' }, 'disputed'), el('span', { className: 'muted' }, `${own} note${own === 1 ? '' : 's'}`),
    form && el('button', { type: 'button', onclick: () => form.add({ fact: fact.id }) }, 'Cite'), form && el('button', { type: 'button', onclick: () => form.start('dispute', { fact: fact.id }) }, 'Dispute')].filter((part) => part instanceof Node));
}

/** Cards that somebody edits here stay as they are. @param {Set<string> | null} touched */
function draw(touched) {
  const list = byId('notes');
  const kept = new Map([...list.children].map((one) => [one.dataset.note, one]));
  const shown = notes().reverse();
  list.replaceChildren(...shown.map((one) => (page.editing.has(one.id) || (touched && !touched.has(one.id)) ? kept.get(one.id) ?? card(one) : card(one))));
  if (touched && !first) touched.forEach((id) => byId(id)?.classList.add('fresh'));
  first = false;
  setTimeout(() => list.querySelectorAll('.fresh').forEach((/** @type {Element} */ one) => one.classList.remove('fresh')), 2000);
  const items = store.state.agenda.filter((one) => store.state.notes.has(one.note));
  byId('agenda').replaceChildren(...(items.length ? items.map((one) => card(/** @type {NoteForm} */ (store.state.notes.get(one.note)), one.discussed ? `✓ ${one.reason}` : one.reason)) : [el('li', { className: 'empty' }, 'Nothing is open.')]));
  byId('count-notes').textContent = String(shown.length);
  byId('count-agenda').textContent = String(items.filter((one) => !one.discussed).length);
  byId('problems').textContent = store.state.problems.length ? `notes.jsonl has lines that are no notes: ${store.state.problems.join('; ')}` : '';
  byId('problems').hidden = !store.state.problems.length;
  chart.notes(told());
  layout.marks(store.state.disputed);
  show();
}

/** What is told of facts, the oldest first, for the chart. @returns {ChartNote[]} */
function told() {
  const open = new Set(Object.values(store.state.disputed).flat());
  return notes().flatMap((one) => {
    const { author: by, at, body } = one.heads.find((head) => head.body) ?? one.heads[0];
    const facts = new Set(one.heads.flatMap((head) => (head.body?.cites ?? []).flatMap((cite) => cite.fact ?? [])));
    return body ? [{ kind: body.kind, text: body.text ?? '', author: by, at, facts: [...facts], open: open.has(one.id), answer: body.answer ?? '', conflict: one.conflict }] : [];
  });
}

layout.links((fact) => chart.choose(fact));
if (author) {
  try { author.value = localStorage.getItem('timeline-author') ?? ''; } catch { /* a browser that keeps nothing */ }
  author.addEventListener('change', () => { try { localStorage.setItem('timeline-author', author.value); } catch { /* as above */ } });
}
document.body.dataset.ready = 'yes';
store.start();
