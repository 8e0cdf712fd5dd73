import { el } from '../ui/dom.js';
import { clockText, isoText } from '../data/instant.js';
import { firstSignal, sentence, surfacedBy } from '../data/replay.js';

/** @typedef {{ at: string, fact: string, seen: string, answer: string }} Step */

/**
 * The exercise: at each step the group writes down what it would do, and takes it away as a file.
 * @param {Model} model @param {Store} store @param {() => void} next
 */
export function drillWords(model, store, next) {
  const key = `incident-timeline-drill-${model.data.digest}`;
  /** @type {Map<string, Step>} */
  const steps = new Map(keptSteps(key).map((step) => [step.at, step]));
  const answer = el('textarea', { id: 'answer', rows: 4, spellcheck: true });
  const kept = el('p', { class: 'muted', 'aria-live': 'polite' });
  answer.addEventListener('input', () => {
    const step = stepAt(model, store.get(), answer.value);
    if (answer.value.trim()) steps.set(step.at, step);
    else steps.delete(step.at);
    kept.textContent = `${steps.size} written down`;
    keepSteps(key, [...steps.values()]);
  });
  const again = el('button', { type: 'button', on: { click: () => store.set({ at: firstSignal(model), fact: null, gap: null }) } }, 'from the start');
  const save = el('button', { type: 'button', class: 'save', on: { click: () => download(`${fileName(model.data.incident.id)}-drill.md`, drillFile(model, [...steps.values()])) } }, 'save as a file');
  const node = el('div', { class: 'drill' }, el('label', { for: 'answer' }, 'What would you do now, and what would you look at?'), answer,
    el('div', { class: 'controls' }, el('button', { type: 'button', class: 'next', on: { click: next } }, 'next'), save, again), kept);
  let shown = '';
  const draw = () => {
    const at = isoText(model.origin + (store.get().at ?? 0));
    if (at === shown) return;
    shown = at;
    answer.value = steps.get(at)?.answer ?? '';
    kept.textContent = steps.size ? `${steps.size} written down` : '';
  };
  return { node, draw };
}

/** @param {Model} model @param {State} state @param {string} answer @returns {Step} */
function stepAt(model, state, answer) {
  const at = state.at ?? 0;
  const last = surfacedBy(model.items, at, 1)[0];
  return { at: isoText(model.origin + at), fact: last?.id ?? '', seen: `${sentence(model, at, 'UTC')}`, answer };
}

/** What was written down, as Markdown: quoted, so that it reads as written. @param {Model} model @param {Step[]} steps */
export function drillFile(model, steps) {
  const { incident, digest } = model.data;
  const parts = [...steps].sort((a, b) => (a.at < b.at ? -1 : 1)).map((step) => [
    `## ${clockText(Date.parse(step.at) / 1000, 'UTC')} UTC`, `${step.seen}${step.fact ? ` Last visible to responders: \`${step.fact}\`.` : ''}`, step.answer.trim().split(/\r?\n/).map((line) => `> ${line}`).join('\n'),
  ].join('\n\n'));
  return [`# Drill: ${[incident.id, incident.title].filter(Boolean).join(' · ')}`, 'What the group would have done at each step, without knowing what came later.', ...parts, `Made from timeline.json with digest ${digest}.`].join('\n\n').concat('\n');
}

/** @param {string} id */
function fileName(id) {
  return id.replace(/[^\w.-]+/g, '-');
}

/** @param {string} name @param {string} text */
function download(name, text) {
  const address = URL.createObjectURL(new Blob([text], { type: 'text/markdown' }));
  const link = el('a', { href: address, download: name });
  document.body.append(link);
  link.click();
  link.remove();
  setTimeout(() => URL.revokeObjectURL(address), 10_000);
}

/** @param {string} key @returns {Step[]} */
function keptSteps(key) {
  try {
    return JSON.parse(localStorage.getItem(key) ?? '[]');
  } catch {
    return []; // a page from a file may have no storage
  }
}

/** @param {string} key @param {Step[]} steps */
function keepSteps(key, steps) {
  try {
    localStorage.setItem(key, JSON.stringify(steps));
  } catch {
    // without storage it lasts as long as the page; the file is what counts
  }
}
