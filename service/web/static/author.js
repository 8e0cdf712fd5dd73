import { byId, el } from './dom.js';

const KEPT = 'timeline-author';

/**
 * Who writes, where nobody signs in: asked once, at the first thing that is written, and kept by the browser.
 * The button in the header says the name and changes it.
 * @param {string} signed the name of whoever signed in, which is nobody's to choose
 */
export function makeAuthor(signed) {
  const button = byId('author');
  let name = '';
  try { name = localStorage.getItem(KEPT) ?? ''; } catch { /* a browser that keeps nothing */ }
  const draw = () => {
    if (!button) return;
    button.hidden = !name;
    button.replaceChildren('writing as ', el('b', { dir: 'auto' }, name));
  };
  const ask = () => /** @type {Promise<string>} */ (new Promise((then) => {
    const input = el('input', { id: 'author-name', maxLength: 200, autocomplete: 'name', required: true, value: name });
    const dialog = el('dialog', { className: 'ask', 'aria-label': 'Who writes' }, el('form', { onsubmit: (/** @type {Event} */ event) => { event.preventDefault(); dialog.close(input.value.trim()); } },
      el('label', { htmlFor: 'author-name' }, 'Your name, as notes will show it'), input,
      el('div', { className: 'row' }, el('button', { type: 'button', onclick: () => dialog.close('') }, 'Cancel'), el('button', { className: 'main' }, 'Use this name'))));
    dialog.addEventListener('close', () => { dialog.remove(); then(dialog.returnValue); });
    document.body.append(dialog);
    dialog.showModal();
    input.select();
  }));
  const change = async () => {
    const given = await ask();
    if (!given) return;
    name = given;
    try { localStorage.setItem(KEPT, name); } catch { /* as above */ }
    draw();
  };
  /** @type {Promise<void> | null} two things that are saved at once ask once */
  let asking = null;
  button?.addEventListener('click', change);
  draw();
  return {
    name: () => signed || name,
    /** The name to send: none where somebody signed in, which the server knows better. Throws where none is given. */
    given: async () => {
      if (signed) return '';
      if (!name) await (asking ??= change().finally(() => { asking = null; }));
      if (!name) throw new Error('notes carry the name of who wrote them: give one');
      return name;
    },
  };
}
