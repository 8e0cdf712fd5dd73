import { newId } from './api.js';
import { el } from './dom.js';
import { makeForm } from './form.js';

/**
 * A button that opens a form for a note that hangs on another, right below it.
 * @param {ReviewPage} page @param {HTMLElement} made the other's card @param {string} words on the button @param {string} kind @param {string} parent
 */
export function below(page, made, words, kind, parent) {
  if (!page.editor || made.classList.contains('conflict')) return;
  const open = el('button', { type: 'button', className: 'below', onclick: () => {
    const form = el('form', { className: 'note-form', 'aria-label': words });
    const close = () => {
      delete made.dataset.editing;
      form.replaceWith(open);
      open.focus({ preventScroll: true });
      page.draw();
    };
    const id = newId();
    const { focus } = makeForm(form, page, { kind, preset: { parent }, cancel: close, save: async (body) => {
      await page.store.write(id, body, await page.author());
      close();
    } });
    made.dataset.editing = 'yes';
    open.replaceWith(form);
    focus();
  } }, words);
  made.append(open);
}

/**
 * The form for a note that hangs on none.
 * @param {ReviewPage} page @param {HTMLFormElement | null} form @param {string} [kind]
 */
export function first(page, form, kind) {
  if (!form) return null;
  let writing = newId();
  return makeForm(form, page, { kind, save: async (body) => {
    await page.store.write(writing, body, await page.author());
    writing = newId(); // until it is saved the same: sent twice it is written once
  } });
}
