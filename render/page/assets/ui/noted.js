import { el } from './dom.js';
import { count } from '../data/words.js';

const SHOWN = 3; // notes of a row; the rest opens there
const FIRST = 160; // characters of a note's words while it is closed: one line of the widest table

/**
 * Mark a row or the panel by what people wrote of its fact.
 * @param {HTMLElement} node @param {string | undefined} fact @param {Model} model
 */
export function markNoted(node, fact, model) {
  const facts = fact ? [fact, ...(node.dataset.also?.split(' ') ?? [])] : [];
  const notes = [...new Set(facts.flatMap((one) => model.notes.get(one) ?? []))];
  for (const [name, value] of [['noted', notes.length ? count(notes.length, 'note') : ''], ['disputed', notes.some((note) => note.open) ? 'yes' : '']]) {
    if (value) node.dataset[name] = value;
    else delete node.dataset[name];
  }
  node.style.setProperty('--noted', JSON.stringify(node.dataset.noted ?? ''));
  const event = node.querySelector(':scope > td.event');
  if (event) putNotes(/** @type {HTMLElement} */ (event), [...notes.filter((note) => note.open), ...notes.filter((note) => !note.open)], model);
}

/** Put the notes of a row in it; what is as it was is left alone, and the keyboard stays. @param {HTMLElement} event @param {Note[]} notes @param {Model} model */
function putNotes(event, notes, model) {
  const there = /** @type {HTMLElement | null} */ (event.querySelector(':scope > .row-notes'));
  const words = notes.length ? JSON.stringify([Boolean(model.goes), notes]) : '';
  if (there?.dataset.words === words || (!there && !words)) return;
  const active = there?.contains(document.activeElement) ? document.activeElement?.closest('details') : null;
  there?.remove();
  if (!words) return;
  const made = el('div', { class: 'row-notes', 'data-words': words }, ...notes.slice(0, SHOWN).map((note) => rowNote(note, model)),
    notes.length > SHOWN && el('details', { class: 'more-notes' }, el('summary', {}, `${count(notes.length - SHOWN, 'more note')}`), ...notes.slice(SHOWN).map((note) => rowNote(note, model))));
  event.append(made);
  /** @type {HTMLElement | null | undefined} */ (active && made.querySelector(`[data-note="${CSS.escape(active.dataset.note ?? '')}"] > summary`))?.focus({ preventScroll: true });
}

/** A note at its row: its kind and first words, which open in place. @param {Note} note @param {Model} model */
export function rowNote(note, model) {
  const first = note.text.length > FIRST ? `${note.text.slice(0, FIRST)}…` : note.text;
  const goes = () => model.goes?.(note.id);
  const made = el('details', { class: `row-note kind-${note.kind}${note.open ? ' open-note' : ''}`, 'data-note': note.id, open: model.opened.has(note.id) },
    el('summary', {}, el('b', {}, note.kind), ' ', el('span', { class: 'first', dir: 'auto' }, first)),
    el('div', { class: 'rest' }, el('p', { class: 'words', dir: 'auto' }, note.text), note.answer && el('p', { class: 'words', dir: 'auto' }, el('b', {}, 'answer: '), note.answer),
      el('p', { class: 'muted' }, `${stateOf(note)}${note.author}, ${note.at.slice(0, 10)} `, model.goes && el('button', { type: 'button', class: 'small', title: 'Show it in the list of notes, where it is edited', on: { click: goes } }, 'go to note'))));
  made.addEventListener('toggle', () => { if (made.open) model.opened.add(note.id); else model.opened.delete(note.id); });
  return made;
}

/** @param {Note} note */
function stateOf(note) {
  return note.conflict ? 'two versions, not settled · ' : note.kind === 'dispute' ? (note.open ? 'not answered · ' : 'answered · ') : '';
}

/** What people wrote of a fact: empty, and then not to be seen, where nobody wrote. @param {string} fact @param {Model} model */
export function factNotes(fact, model) {
  return el('div', { id: 'fact-notes', 'data-fact': fact }, ...(model.notes.get(fact) ?? []).map(noteWords));
}

/** @param {Note} note */
function noteWords(note) {
  return el('div', { class: `fact-note${note.open ? ' open' : ''}` },
    el('p', { class: 'muted' }, el('b', {}, note.kind), ` · ${stateOf(note)}${note.author}, ${note.at.slice(0, 10)}`),
    el('p', { class: 'words', dir: 'auto' }, note.text), note.answer && el('p', { class: 'words', dir: 'auto' }, el('b', {}, 'answer: '), note.answer));
}
