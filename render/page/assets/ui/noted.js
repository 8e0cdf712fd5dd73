import { el } from './dom.js';
import { count } from '../data/words.js';

/**
 * Mark a row or the panel by what people wrote of its fact.
 * @param {HTMLElement} node @param {string | undefined} fact @param {Model} model
 */
export function markNoted(node, fact, model) {
  const notes = (fact && model.notes.get(fact)) || [];
  for (const [name, value] of [['noted', notes.length ? count(notes.length, 'note') : ''], ['disputed', notes.some((note) => note.open) ? 'yes' : '']]) {
    if (value) node.dataset[name] = value;
    else delete node.dataset[name];
  }
  node.style.setProperty('--noted', JSON.stringify(node.dataset.noted ?? ''));
}

/** What people wrote of a fact: empty, and then not to be seen, where nobody wrote. @param {string} fact @param {Model} model */
export function factNotes(fact, model) {
  return el('div', { id: 'fact-notes', 'data-fact': fact }, ...(model.notes.get(fact) ?? []).map(noteWords));
}

/** @param {Note} note */
function noteWords(note) {
  const state = note.conflict ? ' · two versions, not settled' : note.kind === 'dispute' ? (note.open ? ' · not answered' : ' · answered') : '';
  return el('div', { class: `fact-note${note.open ? ' open' : ''}` },
    el('p', { class: 'muted' }, el('b', {}, note.kind), `${state} · ${note.author}, ${note.at.slice(0, 10)}`),
    el('p', { class: 'words', dir: 'auto' }, note.text), note.answer && el('p', { class: 'words', dir: 'auto' }, el('b', {}, 'answer: '), note.answer));
}
