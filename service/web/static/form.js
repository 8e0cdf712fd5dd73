import { el, range, withCode } from './dom.js';

/** @typedef {{name: string, label: string, form?: string, choices?: [string, string][], many?: boolean}} Field */

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
    { name: 'criterion', label: 'definition of done' }, { name: 'verification', label: 'how it is verified' }, { name: 'ticket', label: 'ticket' }, { name: 'done', label: 'done on', form: 'date' },
  ],
  dispute: [{ name: 'answer', label: 'answer', many: true }],
  why: [{ name: 'parent', label: 'explains', form: 'why' }],
};
const ASKS = { dispute: 'Why do you doubt this fact?', why: 'What explains it?', question: 'What do we want to know?', action: 'What will change?' };

/**
 * A form for a new note, or for an edit when `note` is given.
 * @param {HTMLElement} form
 * @param {FormWith} with_
 */
export function makeForm(form, with_) {
  /** @type {Cite[]} */
  let cites = with_.body ? [...with_.body.cites] : [];
  const kind = el('select', { 'aria-label': 'Kind of note' }, ...Object.keys(KINDS).map((one) => el('option', { value: one }, one)));
  const text = el('textarea', { required: true, maxLength: 10000, 'aria-label': 'Words' });
  const fields = el('div', { className: 'row' });
  const chips = el('ul', { className: 'chips', 'aria-label': 'Cited' });
  const told = el('span', { className: 'told bad', role: 'alert' });
  const save = el('button', { className: 'main', type: 'submit' }, with_.body ? 'Save as a new version' : 'Save');
  const buttons = [
    with_.chosen && el('button', { type: 'button', onclick: () => add({ fact: with_.chosen?.() }) }, 'Cite chosen fact'),
    with_.shown && el('button', { type: 'button', onclick: () => add({ .../** @type {any} */ (with_.shown)() }) }, 'Cite shown range'),
    told, with_.cancel && el('button', { type: 'button', onclick: with_.cancel }, 'Cancel'), save,
  ];
  form.replaceChildren(el('div', { className: 'row' }, el('label', {}, 'kind', kind)), text, fields, chips, el('div', { className: 'row' }, ...buttons.filter(Boolean)));
  if (with_.body) [kind.value, kind.disabled, text.value] = [with_.body.kind, true, with_.body.text];

  const draw = () => {
    fields.replaceChildren(...KINDS[kind.value].filter((one) => one.name !== 'answer' || with_.body).map(input));
    text.placeholder = ASKS[/** @type {keyof typeof ASKS} */ (kind.value)] ?? 'What do the facts show?';
  };
  const input = (/** @type {Field} */ field) => {
    const value = with_.body?.[field.name] ?? '';
    let made;
    if (field.choices) made = el('select', {}, ...field.choices.map(([one, label]) => el('option', { value: one }, label)));
    else if (field.name === 'parent') made = el('select', {}, el('option', { value: '' }, field.form === 'why' ? 'nothing yet: a first step' : 'the incident'), ...with_.others(field.form ?? '').map((one) => el('option', { value: one.id }, one.text.slice(0, 80))));
    else made = el(field.many ? 'textarea' : 'input', field.many ? {} : { type: field.form ?? 'text', maxLength: field.name === 'ticket' ? 2000 : 200 });
    made.name = field.name;
    if (value || !field.choices) made.value = value;
    return el('label', {}, field.label, made);
  };
  const show = () => chips.replaceChildren(...cites.map((cite, place) => el('li', { className: 'chip' }, el('span', {}, ...label(cite, with_.facts)),
    el('button', { type: 'button', className: 'quiet', 'aria-label': 'Do not cite this', onclick: () => { cites.splice(place, 1); show(); } }, '×'))));
  const add = async (/** @type {any} */ cite) => {
    if (cite.fact === null || cite.fact === undefined ? !cite.start : cites.some((one) => one.fact === cite.fact)) return;
    if (cite.fact) await with_.wanted?.(cite.fact).catch(() => null);
    cites.push(cite);
    show();
  };
  const body = () => {
    const given = Object.fromEntries([...fields.querySelectorAll('[name]')].map((one) => [one.name, one.value.trim()]).filter(([, value]) => value));
    const used = cites.length ? cites : with_.cites();
    return { kind: kind.value, text: text.value, cites: kind.value === 'dispute' ? used.filter((one) => one.fact).slice(0, 1) : used, ...given };
  };
  form.onsubmit = async (event) => {
    event.preventDefault();
    [save.disabled, told.textContent] = [true, ''];
    try {
      await with_.save(body());
      if (!with_.body) clear();
    } catch (error) {
      told.textContent = `Not saved: ${error instanceof Error ? error.message : error}`;
    }
    save.disabled = false;
  };
  const clear = () => { text.value = ''; cites = []; draw(); show(); };
  kind.onchange = draw;
  draw();
  show();
  return { add, clear, start: (/** @type {string} */ wanted, /** @type {any} */ cite) => { kind.value = wanted; draw(); cites = []; add(cite); text.focus(); } };
}

/** @param {Cite} cite @param {Record<string, FactForm>} facts @returns {(Node | string)[]} */
export function label(cite, facts) {
  if (cite.fact === undefined) return [el('span', { className: 'time' }, range(cite.start, cite.end)), 'UTC'];
  const fact = facts[cite.fact];
  return fact ? [el('span', { className: 'time' }, fact.when), ...withCode(fact.statement)] : [cite.fact];
}
