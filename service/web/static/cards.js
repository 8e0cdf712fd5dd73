import { Refused } from './api.js';
import { el, moment } from './dom.js';
import { KINDS, label, makeForm } from './form.js';

/** What a meeting has of its own; it is ticked, and not written in the form. */
const MEETING = [{ name: 'held', label: 'held' }, { name: 'present', label: 'present' }, { name: 'discussed', label: 'notes gone through' }];
const WORDS = /** @type {Record<string, string>} */ ({ known_risk: 'a known risk', surprise: 'a surprise' });

/**
 * The cards of notes; `page` gives what a card can do.
 * @param {ReviewPage} page
 */
export function makeCards(page) {
  const card = (/** @type {NoteForm} */ note, reason = '') => {
    const head = note.heads.find((one) => one.body) ?? note.heads[0];
    const made = el('li', { className: `note ${head.body?.kind ?? ''}${note.conflict ? ' conflict' : ''}`, 'data-note': note.id, id: reason ? '' : note.id });
    const edit = page.editor && head.body?.kind !== 'meeting' && el('button', { className: 'quiet', type: 'button', onclick: () => change(made, note, head) }, 'Edit');
    const remove = page.editor && el('button', { className: 'quiet', type: 'button', onclick: () => drop(made, note) }, 'Remove');
    const past = note.versions > 1 && el('button', { className: 'quiet', type: 'button', onclick: (/** @type {any} */ event) => history(made, note, event.target) }, `${note.versions} versions`);
    made.append(...[reason && el('p', { className: 'reason' }, reason), top(head, [past, edit, remove])].filter(Boolean));
    if (note.conflict) made.append(conflict(note));
    else made.append(...words(head.body, note.shown[head.id], note.links[head.id]?.ticket), ...marks(note));
    return made;
  };
  const top = (/** @type {Version} */ head, /** @type {any[]} */ buttons) => el('div', { className: 'note-top' }, el('b', {}, head.body?.kind ?? 'removed'), el('span', {}, `${head.author}, ${moment(head.at)}`), el('span', { className: 'spring' }), ...buttons);

  const words = (/** @type {NoteBody | null} */ body, /** @type {Record<string, string>} */ said = {}, /** @type {string | undefined} */ address = undefined) => {
    if (!body) return [el('p', { className: 'words' }, 'This side removed the note.')];
    const told = (KINDS[body.kind] ?? MEETING).filter(({ name }) => body[name]).flatMap(({ name, label: what }) => [el('dt', {}, what), el('dd', {}, value(name, said[name] ?? body[name], address))]);
    const cites = body.cites.map((cite) => el('li', {}, el('button', { type: 'button', onclick: () => page.open(cite) }, ...label(cite, page.store.state.facts))));
    return [el('p', { className: 'words', dir: 'auto' }, said.text ?? body.text ?? ''), ...(told.length ? [el('dl', {}, ...told)] : []), el('ul', { className: 'cites' }, ...cites)];
  };
  const value = (/** @type {string} */ name, /** @type {any} */ given, /** @type {string | undefined} */ address) => {
    const url = address ?? (/^https?:/.test(given) ? given : undefined);
    if (name === 'ticket') return url ? el('a', { href: url, target: '_blank', rel: 'noreferrer noopener' }, given) : given;
    if (Array.isArray(given)) return name === 'discussed' ? String(given.length) : given.join(', ');
    if (name === 'parent') return page.store.state.notes.get(given)?.heads[0].body?.text?.slice(0, 100) ?? 'a note that is gone';
    return WORDS[given] ?? given;
  };
  const marks = (/** @type {NoteForm} */ note) => Object.entries(note.changed).map(([fact, what]) => el('p', { className: 'reason' }, `${page.store.state.facts[fact]?.when ?? fact}: ${what}`));

  const conflict = (/** @type {NoteForm} */ note) => {
    const sides = note.heads.map((head) => el('div', {}, el('p', { className: 'muted' }, `${head.author}, ${moment(head.at)}`), ...words(head.body, note.shown[head.id], note.links[head.id]?.ticket),
      page.editor && el('button', { type: 'button', onclick: () => settle(note, head.body) }, head.body ? 'Keep this one' : 'Remove the note')));
    return el('div', { className: 'versions' }, el('p', { className: 'reason' }, 'Two people changed this note. Keep one, or edit it to hold both.'), ...sides);
  };
  const settle = async (/** @type {NoteForm} */ note, /** @type {NoteBody | null} */ body) => {
    const heads = note.heads.map((head) => head.id);
    await guard(() => (body ? page.store.change(note.id, heads, body, page.author()) : page.store.remove(note.id, heads, page.author())));
  };
  const drop = async (/** @type {HTMLElement} */ made, /** @type {NoteForm} */ note) => {
    const sure = el('div', { className: 'row' }, el('span', { className: 'bad' }, 'Remove this note? Its versions stay in the file. '),
      el('button', { type: 'button', onclick: () => settle(note, null) }, 'Remove'), el('button', { type: 'button', onclick: () => made.replaceWith(card(note)) }, 'Keep'));
    made.append(sure);
  };
  const guard = async (/** @type {() => Promise<any>} */ what) => {
    try { await what(); } catch (error) { page.tell(error instanceof Error ? error.message : String(error)); }
  };

  const history = async (/** @type {HTMLElement} */ made, /** @type {NoteForm} */ note, /** @type {HTMLButtonElement} */ button) => {
    button.disabled = true;
    await guard(async () => {
      const all = await page.store.history(note.id);
      made.append(el('div', { className: 'versions' }, ...all.reverse().map((/** @type {Version} */ one) => el('div', {}, el('p', { className: 'muted' }, `${one.author}, ${moment(one.at)}`), ...words(one.body)))));
    });
  };

  /** An edit starts from the heads it was opened on; what others write meanwhile does not slip in. */
  const change = (/** @type {HTMLElement} */ made, /** @type {NoteForm} */ note, /** @type {Version} */ head) => {
    const form = el('form', { className: 'note-form', 'aria-label': 'Edit note' });
    const heads = note.heads.map((one) => one.id);
    page.editing.add(note.id);
    const close = () => { page.editing.delete(note.id); page.draw(); };
    const save = async (/** @type {NoteBody} */ body) => {
      try {
        await page.store.change(note.id, heads, body, page.author());
        close();
      } catch (error) {
        if (!(error instanceof Refused) || !error.conflict) throw error;
        clash(made, note.id, heads, body, error.conflict, close);
      }
    };
    makeForm(form, { ...page.forms(), body: head.body ?? note.heads[0].body ?? undefined, save, cancel: close });
    made.replaceChildren(form);
  };

  const clash = (/** @type {HTMLElement} */ made, /** @type {string} */ id, /** @type {string[]} */ heads, /** @type {NoteBody} */ mine, /** @type {Conflict} */ found, /** @type {() => void} */ close) => {
    const theirs = found.note.heads;
    const all = theirs.map((one) => one.id);
    const then = (/** @type {() => Promise<any>} */ what) => () => guard(async () => { await what(); close(); });
    made.className = 'note conflict';
    made.replaceChildren(el('p', { className: 'reason', role: 'alert' }, found.detail), el('div', { className: 'versions' },
      ...theirs.map((one) => el('div', { 'data-side': 'theirs' }, el('p', { className: 'muted' }, `${one.author}, ${moment(one.at)}`), ...words(one.body))),
      el('div', { 'data-side': 'mine' }, el('p', { className: 'muted' }, 'yours, not saved yet'), ...words(mine))), el('div', { className: 'row' },
      el('button', { type: 'button', onclick: then(async () => {}) }, 'Keep theirs'),
      el('button', { type: 'button', onclick: then(() => page.store.change(id, all, mine, page.author())) }, 'Replace it by mine'),
      el('button', { type: 'button', onclick: then(() => page.store.change(id, heads, mine, page.author(), true)) }, 'Keep both for the meeting')));
  };
  return card;
}
