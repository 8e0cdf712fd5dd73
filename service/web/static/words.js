import { Refused } from './api.js';
import { sends } from './form.js';
import { el } from './dom.js';

/**
 * Words that stand somewhere and are edited there: shown, and a form in their place while somebody writes. What others
 * write meanwhile is not lost: both are shown, and a person says which stands.
 * @param {ReviewPage} page @param {WordsWith} with_
 */
export function makeWords(page, { name, label, type = 'text', many = false, most = 200, hint = '', save, theirs }) {
  const node = el('div', { className: `field${many ? ' many' : ''}`, 'data-field': name });
  const told = () => label || value;
  let [value, seen, editing] = ['', /** @type {string | null} */ (null), false];
  const show = () => {
    seen = value;
    node.hidden = !value && !page.editor;
    const open = page.editor && el('button', { type: 'button', className: 'quiet edit', 'aria-label': `${value ? 'Edit' : 'Add'} ${told()}`, onclick: () => edit(value) }, value ? 'Edit' : 'Add');
    node.replaceChildren(...[label && el('span', { className: 'muted' }, label), value && el('span', { className: 'words', dir: 'auto' }, value), open].filter(Boolean));
  };
  const close = () => {
    editing = false;
    show();
    /** @type {HTMLElement | null} */ (node.querySelector('.edit'))?.focus({ preventScroll: true });
  };
  const edit = (/** @type {string} */ was, text = was) => {
    editing = true;
    const input = el(many ? 'textarea' : 'input', { name, value: text, maxLength: most, 'aria-label': told(), placeholder: hint, ...(many ? {} : { type }) });
    const alert = el('span', { className: 'told bad', role: 'alert' });
    const done = el('button', { className: 'main', type: 'submit' }, 'Save');
    const form = el('form', { className: 'field-form', 'aria-label': `Edit ${told()}` }, label && el('span', { className: 'muted' }, label), input, alert, el('button', { type: 'button', onclick: close }, 'Cancel'), done);
    form.addEventListener('keydown', (/** @type {KeyboardEvent} */ event) => { if (event.key === 'Escape') close(); });
    sends(form, done, alert, async () => {
      const now = input.value.trim();
      try {
        if (now !== was) await save(was, now);
        value = now;
        close();
      } catch (error) {
        if (!(error instanceof Refused) || !error.conflict) throw error;
        clash(now, theirs(error.conflict));
      }
    });
    node.replaceChildren(form);
    input.focus();
  };
  /** Somebody was faster: nothing was written, both are here. */
  const clash = (/** @type {string} */ mine, /** @type {string} */ other) => {
    const choice = (/** @type {string} */ words, /** @type {() => void} */ then) => el('button', { type: 'button', onclick: then }, words);
    const part = (/** @type {string} */ side, /** @type {string} */ words, /** @type {string} */ text) => el('div', { 'data-side': side }, el('p', { className: 'muted' }, words), el('p', { className: 'words', dir: 'auto' }, text || 'nothing'));
    node.replaceChildren(el('div', { className: 'versions conflict' }, el('p', { className: 'reason', role: 'alert' }, `Somebody else changed ${told()} meanwhile.`), part('theirs', 'as it stands', other), part('mine', 'yours, not saved yet', mine),
      el('div', { className: 'row' }, choice('Keep theirs', () => { value = other; close(); }), choice('Go on with mine', () => edit(other, mine)), many && choice('Go on with both', () => edit(other, `${other}\n\n${mine}`)))));
    /** @type {HTMLElement | null} */ (node.querySelector('button'))?.focus({ preventScroll: true });
  };
  show();
  return {
    node,
    /** What stands there by now; whoever writes goes on writing. @param {string} now */
    draw: (now) => {
      value = now;
      if (!editing && seen !== now) show();
    },
  };
}
