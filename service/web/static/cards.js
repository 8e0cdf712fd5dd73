import { Refused } from './api.js';
import { label } from './cites.js';
import { el, moment, outward, reason } from './dom.js';
import { KINDS, input, makeForm, sends, values } from './form.js';
import { makeSides } from './sides.js';

/** What a meeting and a verification have of their own; neither is edited in the form. */
const OWN = /** @type {Record<string, {name: string, label: string}[]>} */ ({ meeting: [{ name: 'title', label: 'title' }, { name: 'held', label: 'held' }, { name: 'time', label: 'time and place' }, { name: 'invited', label: 'invited' }, { name: 'present', label: 'present' }, { name: 'discussed', label: 'notes gone through' }, { name: 'items', label: 'points of our own' }],
  verification: [{ name: 'ran', label: 'what was run' }, { name: 'outcome', label: 'it' }] });
const WORDS = /** @type {Record<string, string>} */ ({ known_risk: 'a known risk', surprise: 'a surprise' });

/**
 * The cards of notes, on every page: what a note says, and all that can be done with it.
 * @param {ReviewPage} page
 */
export function makeCards(page) {
  /** @param {NoteForm} note @param {CardWith} [more] */
  const card = (note, more = {}) => {
    const head = headOf(note);
    const made = el('li', { className: `note ${head.body?.kind ?? ''}${note.conflict ? ' conflict' : ''}`, 'data-note': note.id });
    const edit = page.editor && !OWN[head.body?.kind ?? ''] && el('button', { className: 'quiet edit', type: 'button', onclick: () => change(made, note, head, more) }, 'Edit');
    const remove = page.editor && el('button', { className: 'quiet', type: 'button', onclick: () => drop(made, note) }, 'Remove');
    const past = note.versions > 1 && el('button', { className: 'quiet', type: 'button', onclick: (/** @type {any} */ event) => history(made, note, event.target) }, `${note.versions} versions`);
    made.append(...[...(more.before ?? []), top(more.name ?? head.body?.kind ?? 'removed', head, [past, edit, remove]),
      ...(note.conflict ? [sides.conflict(note, (body) => settle(note, body, more))] : [...words(head.body, note.shown[head.id], note.links[head.id], more.without), ...marks(note)]),
      page.editor && !note.conflict && more.fields?.length && here(made, note, head, more), ...(more.after ?? [])].filter(Boolean));
    return made;
  };
  const top = (/** @type {string} */ name, /** @type {Version} */ head, /** @type {any[]} */ buttons) => el('div', { className: 'note-top' }, el('b', {}, name), el('span', { title: `${moment(head.at)} UTC` }, `${head.author}, ${moment(head.at).slice(0, -3)}`), el('span', { className: 'spring' }), el('span', { className: 'does' }, ...buttons));

  const words = (/** @type {NoteBody | null} */ body, /** @type {Record<string, string>} */ said = {}, /** @type {Record<string, string>} */ links = {}, /** @type {string[]} */ without = []) => {
    if (!body) return [el('p', { className: 'words' }, 'This side removed the note.')];
    const told = (KINDS[body.kind] ?? OWN[body.kind] ?? []).filter(({ name }) => body[name] && !without.includes(name)).flatMap(({ name, label: what }) => [el('dt', {}, what), el('dd', { dir: 'auto' }, value(name, said[name] ?? body[name], links[name]))]);
    const cites = body.cites.map((cite) => el('li', {}, el('button', { type: 'button', onclick: () => page.open(cite) }, ...label(cite, page.store.state.facts))));
    return [el('p', { className: 'words', dir: 'auto' }, said.text ?? body.text ?? ''), ...(told.length ? [el('dl', {}, ...told)] : []), el('ul', { className: 'cites', 'aria-label': 'Cites' }, ...cites)];
  };
  const value = (/** @type {string} */ name, /** @type {any} */ given, /** @type {string | undefined} */ link) => {
    if (Array.isArray(given)) return name === 'discussed' ? String(given.length) : given.map((one) => (one.text === undefined ? one : `${one.text}${one.discussed ? ' (gone through)' : ''}`)).join(', ') || 'nobody';
    if (name === 'ticket' && link) return outward(link, given);
    if (name === 'parent') return page.store.state.notes.get(given)?.heads[0].body?.text?.slice(0, 100) ?? 'a note that is gone';
    return WORDS[given] ?? given;
  };
  const marks = (/** @type {NoteForm} */ note) => Object.entries(note.changed).map(([fact, what]) => el('p', { className: 'reason' }, `${page.store.state.facts[fact]?.when ?? fact}: ${what}`));
  const sides = makeSides(page, words);

  const settle = (/** @type {NoteForm} */ note, /** @type {NoteBody | null} */ body, /** @type {CardWith} */ more = {}) => {
    const heads = note.heads.map((head) => head.id);
    return guard(async () => {
      const author = await page.author();
      await (body ? page.store.change(note.id, heads, body, author) : page.store.remove(note.id, heads, author));
      more.saved?.(body);
    });
  };
  const drop = (/** @type {HTMLElement} */ made, /** @type {NoteForm} */ note) => {
    if (made.querySelector('.sure')) return;
    const sure = el('div', { className: 'row sure' }, el('span', { className: 'bad' }, 'Remove this note? Its versions stay in the file. '),
      el('button', { type: 'button', onclick: () => settle(note, null) }, 'Remove it'), el('button', { type: 'button', onclick: () => sure.remove() }, 'Keep'));
    made.append(sure);
    sure.querySelector('button').focus();
  };
  const guard = async (/** @type {() => Promise<any>} */ what) => {
    try { await what(); page.tell(''); } catch (error) { page.tell(reason(error)); }
  };

  const history = async (/** @type {HTMLElement} */ made, /** @type {NoteForm} */ note, /** @type {HTMLButtonElement} */ button) => {
    button.disabled = true;
    await guard(async () => {
      const all = await page.store.history(note.id);
      made.append(el('div', { className: 'versions' }, ...all.reverse().map((/** @type {Version} */ one) => el('div', {}, el('p', { className: 'muted' }, `${one.author}, ${moment(one.at)}`), ...words(one.body)))));
    });
  };

  /** Ends an edit: the card is as the note is by now, and the keyboard is where it was. */
  const closing = (/** @type {HTMLElement} */ made, /** @type {string} */ id) => () => {
    const list = made.parentElement;
    delete made.dataset.editing;
    delete made.dataset.signature;
    page.draw();
    /** @type {HTMLElement | null | undefined} */ (list?.querySelector(`[data-note="${id}"] .edit`))?.focus({ preventScroll: true });
  };
  /** Save over the heads that the edit was opened on: what others write meanwhile does not slip in. */
  const over = (/** @type {HTMLElement} */ made, /** @type {NoteForm} */ note, /** @type {() => void} */ close, /** @type {CardWith} */ more) => async (/** @type {NoteBody} */ body) => {
    const heads = note.heads.map((one) => one.id);
    try {
      await page.store.change(note.id, heads, body, await page.author());
      close();
      more.saved?.(body);
    } catch (error) {
      if (!(error instanceof Refused) || !error.conflict) throw error;
      sides.clash(made, note.id, heads, body, error.conflict, (what) => guard(async () => { await what(); close(); }));
    }
  };

  const change = (/** @type {HTMLElement} */ made, /** @type {NoteForm} */ note, /** @type {Version} */ head, /** @type {CardWith} */ more) => {
    const form = el('form', { className: 'note-form', 'aria-label': 'Edit note' });
    const close = closing(made, note.id);
    made.dataset.editing = 'yes';
    const { focus } = makeForm(form, page, { body: head.body ?? note.heads[0].body ?? undefined, self: note.id, save: over(made, note, close, more), cancel: close });
    made.replaceChildren(form);
    focus();
  };

  /** What a note still lacks, to be filled in where it stands. */
  const here = (/** @type {HTMLElement} */ made, /** @type {NoteForm} */ note, /** @type {Version} */ head, /** @type {CardWith} */ more) => {
    const { body } = head;
    if (!body) return null;
    const fields = el('div', { className: 'row' }, ...KINDS[body.kind].filter(({ name }) => more.fields?.includes(name)).map((field) => input(page, field, body)));
    const told = el('span', { className: 'told bad', role: 'alert' });
    const save = el('button', { className: 'main', type: 'submit' }, 'Save');
    const form = el('form', { className: 'here', 'aria-label': `Settle: ${(body.text ?? '').slice(0, 80)}` }, fields, el('div', { className: 'row' }, told, save));
    form.addEventListener('input', () => {
      // From the first letter on it is an edit: nobody else's save may take the words away.
      if (form.querySelector('[name]') && Object.keys(values(form)).length) made.dataset.editing = 'yes';
      else delete made.dataset.editing;
    });
    sends(form, save, told, async () => {
      const given = values(form);
      if (!Object.keys(given).length) throw new Error('nothing is filled in');
      await over(made, note, closing(made, note.id), more)({ ...body, ...given });
    });
    return form;
  };
  return card;
}

/** The version to show; of a conflict one that is no removal. @param {NoteForm} note */
export function headOf(note) {
  return note.heads.find((one) => one.body) ?? note.heads[0];
}
