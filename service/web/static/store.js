import { ask } from './api.js';

/**
 * The notes as they stand, kept up by the stream. Every event carries its note whole, so an event that
 * comes twice changes nothing, and `Last-Event-ID` sees to it that none is left out.
 * @param {string} incident @param {Heard} heard
 */
export function makeStore(incident, heard) {
  const base = `/api/incidents/${incident}`;
  /** @type {Shown} */
  const state = { notes: new Map(), facts: {}, agenda: [], disputed: {}, problems: [] };
  let place = 0; // in the file, after what is shown
  const take = (/** @type {NotesForm} */ form, /** @type {boolean} */ whole) => {
    place = Number.parseInt(form.cursor, 10);
    if (whole) state.notes = new Map();
    for (const note of form.notes) state.notes.set(note.id, note);
    Object.assign(state.facts, form.facts);
    state.agenda = form.agenda;
    state.disputed = form.disputed;
    state.problems = form.problems;
    heard.changed({ notes: whole ? null : new Set(form.notes.map((note) => note.id)) });
  };
  /** After a build the same notes cite facts that may say something else. */
  const again = async () => {
    heard.timeline();
    const form = await ask(`${base}/notes`).catch(() => null);
    if (form && Number.parseInt(form.cursor, 10) >= place) take(form, true);
  };
  const follow = (/** @type {string} */ cursor) => {
    const source = new EventSource(`${base}/stream?after=${encodeURIComponent(cursor)}`);
    source.addEventListener('open', () => heard.connected(true));
    source.addEventListener('error', () => {
      heard.connected(false);
      // A refused stream (signed out, server renewed) is not tried again by the browser itself.
      if (source.readyState === EventSource.CLOSED) setTimeout(start, 3000);
    });
    source.addEventListener('version', (event) => take(JSON.parse(event.data), false));
    source.addEventListener('all', (event) => take(JSON.parse(event.data), true));
    source.addEventListener('timeline', again);
    source.addEventListener('draft', heard.draft);
    source.addEventListener('build', (event) => heard.build(JSON.parse(event.data)));
  };
  const start = async () => {
    try {
      const form = await ask(`${base}/notes`);
      take(form, true);
      follow(form.cursor);
    } catch {
      heard.connected(false);
      setTimeout(start, 3000);
    }
  };
  return {
    state,
    start,
    fact: async (/** @type {string} */ id) => /** @type {FactForm} */ (state.facts[id] ??= await ask(`${base}/facts/${id}`)),
    write: (/** @type {string} */ id, /** @type {NoteBody} */ body, /** @type {string} */ author) => ask(`${base}/notes`, 'POST', { id, body, ...(author ? { author } : {}) }),
    change: (/** @type {string} */ id, /** @type {string[]} */ heads, /** @type {NoteBody} */ body, /** @type {string} */ author, beside = false) =>
      ask(`${base}/notes/${id}`, 'PUT', { base: heads, body, beside, ...(author ? { author } : {}) }),
    remove: (/** @type {string} */ id, /** @type {string[]} */ heads, /** @type {string} */ author) =>
      ask(`${base}/notes/${id}?${new URLSearchParams([...heads.map((head) => ['base', head]), ...(author ? [['author', author]] : [])])}`, 'DELETE'),
    tick: (/** @type {Record<string, any>} */ ticks, /** @type {string} */ author) => ask(`${base}/meeting`, 'POST', { ...ticks, ...(author ? { author } : {}) }),
    history: (/** @type {string} */ id) => ask(`${base}/notes/${id}/versions`),
  };
}
