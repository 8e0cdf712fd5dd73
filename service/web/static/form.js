import { makeCites } from './cites.js';
import { el, reason } from './dom.js';

/** @typedef {{name: string, label: string, form?: string, hint?: string, choices?: [string, string][], many?: boolean}} Field */

/** @type {Record<string, Field[]>} */
export const KINDS = {
  observation: [],
  hypothesis: [{ name: 'answer', label: 'what confirmed or refuted it', many: true }],
  factor: [
    { name: 'category', label: 'category', choices: ['technical', 'process', 'human', 'organisational', 'environmental'].map((one) => [one, one]) },
    { name: 'awareness', label: 'it was', choices: [['known_risk', 'a known risk'], ['surprise', 'a surprise']] },
    { name: 'parent', label: 'contributed to', form: 'factor' },
  ],
  decision: [],
  question: [{ name: 'owner', label: 'who finds out' }, { name: 'answer', label: 'answer', many: true }],
  lesson: [],
  action: [
    { name: 'effect', label: 'it will', choices: [['prevent', 'prevent'], ['reduce', 'reduce'], ['detect', 'detect']] },
    { name: 'owner', label: 'owner' }, { name: 'due', label: 'due', form: 'date' },
    { name: 'criterion', label: 'definition of done' }, { name: 'verification', label: 'how it is verified' }, { name: 'ticket', label: 'ticket', hint: 'its key or link' }, { name: 'done', label: 'done on', form: 'date' },
    ...[['likelihood', 'comes again'], ['severity', 'would be']].map(([name, label]) => ({ name, label, choices: /** @type {[string, string][]} */ ([['', 'not said'], ['low', 'low'], ['medium', 'medium'], ['high', 'high']]) })),
  ],
  dispute: [{ name: 'answer', label: 'answer', many: true }],
  why: [{ name: 'parent', label: 'explains', form: 'why' }],
};
const ASKS = { dispute: 'Why do you doubt this fact?', why: 'What explains it?', question: 'What do we want to know?', action: 'What will change?', factor: 'What contributed?' };
const LATER = new Set(['answer', 'done']); // what a new note has not
const LONG = new Set(['ticket', 'criterion', 'verification']);

/**
 * A field of a kind, as it stands in a body.
 * @param {ReviewPage} page @param {Field} field @param {Partial<NoteBody>} body @param {string} [self] the note itself, which explains nothing of itself
 * @returns {HTMLElement} a label
 */
export function input(page, field, body, self = '') {
  const value = body[field.name] ?? '';
  let made;
  if (field.choices) made = el('select', {}, ...field.choices.map(([one, words]) => el('option', { value: one }, words)));
  else if (field.name === 'parent') made = el('select', {}, el('option', { value: '' }, field.form === 'why' ? 'nothing yet: a first step' : 'the incident'), ...page.others(field.form ?? '').filter((one) => one.id !== self).map((one) => el('option', { value: one.id }, one.text.slice(0, 80))));
  else made = el(field.many ? 'textarea' : 'input', field.many ? { maxLength: 10000 } : { type: field.form ?? 'text', maxLength: LONG.has(field.name) ? 2000 : 200, placeholder: field.hint ?? '', ...(field.name === 'owner' ? { list: 'people' } : {}) });
  made.name = field.name;
  if (value || !field.choices) made.value = value;
  return el('label', {}, field.label, made);
}

/** What a form's fields hold; empty ones are left out. @param {HTMLElement} fields @returns {Record<string, string>} */
export function values(fields) {
  const all = /** @type {NodeListOf<HTMLInputElement>} */ (fields.querySelectorAll('[name]'));
  return Object.fromEntries([...all].map((one) => [one.name, one.value.trim()]).filter(([, value]) => value));
}

/**
 * Send a form by `save`; while it is sent the button is off, and a refusal stands beside it with every word kept.
 * @param {HTMLFormElement} form @param {HTMLButtonElement} button @param {HTMLElement} told @param {() => Promise<any>} save
 */
export function sends(form, button, told, save) {
  form.onsubmit = async (event) => {
    event.preventDefault();
    [button.disabled, told.textContent] = [true, ''];
    try { await save(); } catch (error) { told.textContent = `Not saved: ${reason(error)}`; }
    button.disabled = false;
  };
  form.addEventListener('keydown', (event) => { if (event.key === 'Enter' && (event.ctrlKey || event.metaKey)) form.requestSubmit(); });
}

/**
 * A form for a new note, or for an edit where `body` is one that stands.
 * @param {HTMLFormElement} form @param {ReviewPage} page @param {FormWith} with_
 */
export function makeForm(form, page, with_) {
  const given = with_.body ?? with_.preset ?? {};
  const kinds = with_.kind ? [with_.kind] : Object.keys(KINDS);
  const kind = el('select', { 'aria-label': 'Kind of note' }, ...kinds.map((one) => el('option', { value: one }, one)));
  const text = el('textarea', { required: true, maxLength: 10000, 'aria-label': 'Words' });
  const fields = el('div', { className: 'row' });
  const cites = makeCites(page, given.cites ?? [], !with_.body);
  const told = el('span', { className: 'told bad', role: 'alert' });
  const save = el('button', { className: 'main', type: 'submit' }, with_.body ? 'Save as a new version' : 'Save');
  let started = false;
  const chosen = () => {
    const now = page.current();
    if (now.fact !== undefined) return cites.pin(now);
    page.beside();
    told.textContent = 'Choose a fact in the chart: the note will cite it.';
  };
  cites.node.addEventListener('view', () => { if (page.chosen()) told.textContent = ''; });
  form.replaceChildren(kinds.length > 1 ? el('label', { className: 'kind' }, 'kind', kind) : '', text, fields,
    el('div', { className: 'cited' }, el('span', { className: 'muted' }, 'cites'), cites.node),
    el('div', { className: 'row' }, el('button', { type: 'button', onclick: chosen }, 'Cite chosen fact'), el('button', { type: 'button', onclick: () => cites.pin(page.shown()) }, 'Cite shown range'),
      told, with_.cancel && el('button', { type: 'button', onclick: with_.cancel }, 'Cancel'), save));
  if (with_.body) [kind.value, kind.disabled, text.value] = [with_.body.kind, true, with_.body.text ?? ''];

  const place = (/** @type {Partial<NoteBody>} */ held) => fields.replaceChildren(...KINDS[kind.value].filter((one) => with_.body || !LATER.has(one.name)).map((field) => input(page, field, held, with_.self)));
  const draw = () => {
    place(given);
    text.placeholder = with_.kind === 'why' && !given.parent ? 'What happened? A first step.' : ASKS[/** @type {keyof typeof ASKS} */ (kind.value)] ?? 'What do the facts show?';
    cites.limit(kind.value === 'dispute');
  };
  const clear = () => {
    // Asked for by a button it was one dispute, and not the kind of all that follow.
    if (started) kind.value = kinds[0];
    started = false;
    text.value = ''; cites.reset(with_.preset?.cites ?? []);
    draw();
  };
  sends(form, save, told, async () => {
    const used = cites.value();
    if (!used.length) throw new Error(kind.value === 'dispute' ? 'a dispute is about one fact: choose it in the chart' : 'a note stands on a fact or a range: cite one');
    // What a kind has and this form does not show (an action that is done) stays as it was.
    const hidden = Object.fromEntries(Object.entries(with_.body ?? {}).filter(([name]) => !KINDS[kind.value].some((field) => field.name === name)));
    await with_.save({ ...hidden, kind: kind.value, text: text.value, cites: used, ...values(fields) });
    if (!with_.body) clear();
  });
  kind.onchange = draw;
  draw();
  return {
    focus: () => text.focus(),
    /** Offer what can be chosen by now; what was chosen stays. */
    renew: () => {
      if (!fields.contains(document.activeElement)) place({ ...given, ...values(fields) });
    },
    start: (/** @type {string} */ wanted, /** @type {Cite} */ cite) => { kind.value = wanted; started = true; draw(); cites.reset([cite]); text.focus(); },
  };
}
