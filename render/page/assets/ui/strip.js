import { byId, el, withCode } from './dom.js';
import { durationRange, thousands } from '../data/words.js';

/** Several rows of a name; `SEVERAL` in `timeline/terms` says the same. @type {Record<string, string>} */
export const SEVERAL = { 'breach with no alert': 'breaches with no alert', 'alert with no breach': 'alerts with no breach', 'early signal': 'early signals', 'breach while silenced': 'breaches while silenced' };

/**
 * Rule coverage: what thresholds and alerts say of each other, by name; a click chooses the first fact of a row.
 * @param {Model} model @param {Store} store
 */
export function makeStrip(model, store) {
  const section = byId('reconciliation');
  const rows = model.drill ? [] : (model.data.reconciliation ?? []);
  section.hidden = !rows.length;
  const names = [...new Set(rows.map((row) => row.name))];
  section.replaceChildren(...(names.length ? [el('h3', {}, 'Thresholds and alerts')] : []), ...names.map((name) => group(name, rows.filter((row) => row.name === name), model, store)));
  return () => {
    const { fact } = store.get();
    for (const button of section.querySelectorAll('button')) button.setAttribute('aria-pressed', String(fact !== null && button.dataset.from === fact));
  };
}

/** @param {string} name @param {Reconciled[]} rows @param {Model} model @param {Store} store */
function group(name, rows, model, store) {
  const list = el('ul', {}, ...rows.map((row) => el('li', {}, entry(row, model, store))));
  return el('details', { class: 'agreement', open: true }, el('summary', {}, el('b', {}, rows.length > 1 ? SEVERAL[name] ?? name : name), el('span', { class: 'n' }, ` ${thousands(rows.length)}`)), list);
}

/** @param {Reconciled} row @param {Model} model @param {Store} store */
function entry(row, model, store) {
  const range = row.min_s === undefined ? null : el('b', { class: 'range' }, durationRange(row.min_s, row.max_s));
  const button = el('button', { type: 'button', class: 'plain', disabled: !model.byId.has(row.from), on: { click: () => store.set({ fact: row.from, gap: null }) } }, el('span', {}, ...withCode(row.statement)), range);
  button.dataset.from = row.from;
  return button;
}
