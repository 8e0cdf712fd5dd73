import { el, leaveLink, seamed, statementOf, webHost, withCode } from '../ui/dom.js';
import { boundsText, exactText } from '../data/instant.js';
import { icon } from '../ui/icons.js';
import { absentWords } from '../data/limits.js';
import { markNoted, rowNote } from '../ui/noted.js';
import { chooseFact } from '../data/ranges.js';
import { standing } from '../data/replay.js';
import { gapName, kindWords, reasonText } from '../data/words.js';

const QUOTE = 280; // letters that a row shows

/** @param {Item} item @param {Model} model @param {Store} store */
export function factRow(item, model, store) {
  const { zone } = store.get();
  const fact = model.rows.at(item);
  const exact = [item.earliest ? exactText(item.earliest, zone) : 'already so when the window began', exactText(item.latest, zone)].join('\n');
  const time = el('td', { class: `time ${bracket(item, model)}`, title: `${exact}\n${zone}, by the clock of ${item.clock}` }, el('time', { dateTime: item.latest }, boundsText(item, zone)));
  if (item.group >= 0) time.append(el('span', { class: 'offscreen' }, ', order uncertain'));
  const tr = el('tr', { 'data-fact': item.id, class: `lane-${item.lane}`, 'data-standing': standing(item, store.get().at), 'data-unread': !fact && model.rows.has(item) && 'yes', 'aria-selected': String(store.get().fact === item.id), tabIndex: -1 },
    time, el('td', { class: 'event' }, el('span', { class: 'icon' }, icon(item.kind, item.lane, item.turn)), el('div', {}, ...(fact ? eventWords(fact) : bareWords(item, model)))), el('td', { class: 'link' }, ...(fact ? dataLink(fact) : [item.source])));
  markNoted(tr, item.id, model);
  tr.addEventListener('click', (event) => { if (!(/** @type {Element} */ (event.target).closest('a, .row-notes'))) chooseFact(model, store, item.id, event.shiftKey); });
  // Shift marks a range of time here, not of text.
  tr.addEventListener('mousedown', (event) => { if (event.shiftKey) event.preventDefault(); });
  return tr;
}

/** The beginning of a long text, which breaks at the seams of its names: the detail has all of it. @param {string} text */
function shortened(text) {
  return seamed(text.length > QUOTE ? `${text.slice(0, QUOTE)}…` : text);
}

/** What somebody said stands before who said it. @param {Fact} fact */
function saidWords(fact) {
  const { statement, quote, actor } = fact;
  const how = fact.kind === 'chat.edited' ? ' · edited' : '';
  const words = quote?.text ?? '';
  return [el('div', { class: 'statement who', title: statement.replaceAll('`', '') }, actor ?? '', how), el('div', { class: 'quote said', dir: 'auto' }, ...shortened(words))];
}

/** @param {Fact} fact */
function eventWords(fact) {
  if (fact.kind.startsWith('chat.') && fact.quote?.text && fact.actor) return saidWords(fact);
  const words = el('div', { class: 'statement' }, ...withCode(statementOf(fact)));
  const text = fact.quote?.text;
  return text ? [words, el('div', { class: 'quote', dir: 'auto' }, ...shortened(text))] : [words];
}

/** @param {Item} item @param {Model} model */
function bareWords(item, model) {
  return [el('div', { class: 'statement' }, kindWords(item, model)), el('div', { class: 'muted' }, absentWords(item, model))];
}

/** The bracket around facts whose order is not known. @param {Item} item @param {Model} model */
function bracket(item, model) {
  if (item.group < 0) return '';
  const { first, length } = model.groups[item.group];
  return `undetermined${first === item.index ? ' first' : ''}${first + length - 1 === item.index ? ' last' : ''}`;
}

/** The source's own page, else the frozen payload's file. @param {Fact} fact */
function dataLink(fact) {
  const linked = fact.evidence.find((one) => one.link && webHost(one.link));
  if (linked?.link) return [leaveLink(linked.link, linked.source)];
  const stored = fact.evidence.find((one) => one.file);
  return [stored?.file ? el('span', { title: `evidence: ${stored.file}` }, stored.source) : fact.source];
}

/** A note on a range, where the range begins. @param {NoteItem & { within: boolean }} item @param {Model} model @param {Store} store */
export function noteRow({ note, within }, model, store) {
  const [start, end] = note.ranges[0];
  const time = boundsText({ earliest: start, latest: end }, store.get().zone);
  return el('tr', { 'data-note': note.id, class: 'note-row', tabIndex: -1 }, el('td', { class: within ? 'time undetermined' : 'time' }, time), el('td', { class: 'event' }, el('span', { class: 'icon' }), el('div', { class: 'row-notes' }, rowNote(note, model))), el('td', { class: 'link' }, 'note'));
}

/** @param {GapItem} item @param {boolean} within a bracket @param {Store} store */
export function gapRow(item, within, store) {
  const { gap } = item;
  const { zone } = store.get();
  const time = boundsText({ earliest: gap.start, latest: gap.end }, zone);
  const words = el('td', { class: 'event' }, el('span', { class: 'icon' }, icon('gap', 'gap')), el('div', {}, el('div', { class: 'statement' }, ...withCode(gap.statement)), el('div', { class: 'muted' }, `${gapName(gap)}: ${reasonText(gap.reason)}${gap.missing ? ` · ${gap.missing}` : ''}`)));
  const tr = el('tr', { 'data-gap': gap.id, class: 'gap', 'aria-selected': String(store.get().gap === gap.id), tabIndex: -1 }, el('td', { class: within ? 'time undetermined' : 'time' }, time), words, el('td', { class: 'link' }, gap.source));
  tr.addEventListener('click', () => store.set({ gap: gap.id, fact: null }));
  return tr;
}
