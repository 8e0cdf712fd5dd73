import { first } from './below.js';
import { makeCards } from './cards.js';
import { byId, el, keyed, withCode } from './dom.js';
import { makeDraft } from './draft.js';
import { makeLayout } from './layout.js';
import { makeMeeting } from './meeting.js';
import { makePage } from './page.js';

let began = false;
const page = makePage({ draw, chose: (fact) => { layout.row(fact); draw(new Set()); }, heard: () => { draft.changed(); meeting.changed(); } });
const { store } = page;
const card = makeCards(page);
const draft = makeDraft(page.incident, () => { layout.marks(store.state.disputed); layout.row(page.chosen()); });
const layout = makeLayout((panel) => { if (panel === 'panel-draft') draft.shown(); });
const meeting = makeMeeting(byId('panel-agenda'), page, card);

const form = first(page, byId('new'));

/** The chosen fact, to cite or to doubt; what people wrote of it stands right below. @param {NoteForm[]} own */
async function show(own) {
  const bar = byId('chosen');
  const id = page.chosen();
  const fact = id && await store.fact(id).catch(() => null);
  if (id !== page.chosen()) return;
  if (!fact) {
    bar.replaceChildren(el('span', { className: 'muted' }, 'Choose a fact in the chart: notes will cite it.'));
    return;
  }
  bar.replaceChildren(...[el('span', { className: 'time' }, fact.when), el('span', { className: 'words' }, ...withCode(fact.statement)), store.state.disputed[fact.id] && el('span', { className: 'tag' }, 'disputed'), el('span', { className: 'muted' }, `${own.length} note${own.length === 1 ? '' : 's'}`), el('span', { className: 'spring' }),
    form && el('button', { type: 'button', onclick: () => form.start('dispute', { fact: fact.id }) }, 'Dispute')].filter((part) => part instanceof Node));
}

/** Cards that somebody edits here stay as they are. @param {Set<string> | null} touched */
function draw(touched) {
  const shown = page.notes().filter((one) => one.heads.some((head) => head.body?.kind !== 'meeting')).reverse();
  const chosen = page.chosen();
  const own = chosen ? shown.filter((one) => one.heads.some((head) => head.body?.cites.some((cite) => cite.fact === chosen))) : [];
  const items = (/** @type {NoteForm[]} */ notes) => notes.map((note) => ({ key: note.id, fresh: !touched || touched.has(note.id), make: () => {
    const made = card(note);
    if (touched && began) fresh(made);
    return made;
  } }));
  // What was written of the chosen fact stands first.
  keyed(byId('notes'), items([...own, ...shown.filter((one) => !own.includes(one))]));
  const marked = new Set(own.map((one) => one.id));
  for (const node of byId('notes').children) node.classList.toggle('own', marked.has(node.dataset.note));
  byId('count-notes').textContent = String(shown.length);
  byId('count-agenda').textContent = String(meeting.draw());
  byId('problems').textContent = store.state.problems.length ? `notes.jsonl has lines that are no notes: ${store.state.problems.join('; ')}` : '';
  byId('problems').hidden = !store.state.problems.length;
  layout.marks(store.state.disputed);
  // What is found in the prose may hang on notes.
  if (began && touched?.size !== 0) draft.changed();
  began = true;
  form?.renew();
  show(own);
}

/** @param {HTMLElement} made */
function fresh(made) {
  made.classList.add('fresh');
  setTimeout(() => made.classList.remove('fresh'), 2000);
}

layout.links((fact) => page.open({ fact }));
page.start();
