import { isoText } from '../data/instant.js';
import { byFact, looseOf } from '../data/model.js';
import { areBlocks } from './live.js';
import { factNotes, markNoted } from './noted.js';

const INSTANT = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d{1,9})?Z$/;
const EVIDENCE = /^\/api\/incidents\/[\w.-]+\/evidence\/$/;

/**
 * Speak with the review that shows this page in a frame: by messages alone, for it lies behind an origin of its own.
 * What it says is where to go, and the notes of now; what it is told is what is chosen, and which payload is wanted.
 * @param {Model} model @param {Store} store @param {() => void} redraw draws the panel anew @param {(moved: boolean) => void} noted draws notes at their rows; `moved`: others stand at ranges
 * @param {(blocks: Record<string, string>) => Promise<number>} renew takes another build's data in
 */
export function makeHost(model, store, redraw, noted, renew) {
  if (window.parent === window) return;
  // A frame without an origin still knows the address it came from: nobody else's page is spoken to.
  const { origin } = new URL(location.href);
  if (origin === 'null') return; // another program shows the page as a text of its own: it is no review
  const say = (/** @type {Record<string, unknown>} */ words) => window.parent.postMessage(words, origin);
  const view = () => {
    const { fact, from, to } = store.get();
    // Of the whole window the review knows the exact times.
    const [start, end] = from === null || to === null ? [] : [from, to].map((at) => isoText(model.origin + at));
    say({ timeline: 'view', fact, hash: location.hash, start, end });
  };
  let spans = '';
  const mark = (/** @type {boolean} */ moved) => {
    noted(moved);
    for (const node of /** @type {NodeListOf<HTMLElement>} */ (document.querySelectorAll('#fact-panel'))) markNoted(node, node.dataset.fact, model);
    const place = document.getElementById('fact-notes');
    if (place) place.replaceWith(factNotes(place.dataset.fact ?? '', model));
  };
  /** @type {Record<string, (given: any) => void>} */
  const hears = {
    go: ({ hash }) => { if (typeof hash === 'string') location.replace(`#${hash}`); },
    notes: ({ notes }) => {
      if (!Array.isArray(notes)) return;
      const known = notes.filter(isNote);
      const before = spans;
      [model.notes, model.loose] = [byFact(known), looseOf(known)];
      spans = JSON.stringify(model.loose);
      mark(spans !== before);
    },
    built: ({ blocks }) => {
      if (!areBlocks(blocks)) return;
      renew(blocks).then((fresh) => { mark(false); say({ timeline: 'renewed', fresh }); }, (error) => { console.error(error); say({ timeline: 'outdated' }); });
    },
    payloads: ({ base }) => {
      if (typeof base !== 'string' || !EVIDENCE.test(base)) return;
      model.payloads = { base, open: (digest) => say({ timeline: 'payload', digest }) };
      redraw();
    },
  };
  window.addEventListener('message', ({ source, origin: from, data }) => {
    if (source === window.parent && from === origin && Object.hasOwn(hears, data?.timeline)) hears[data.timeline](data);
  });
  model.goes = (note) => say({ timeline: 'note', note });
  store.watch(() => queueMicrotask(view));
  window.addEventListener('hashchange', view);
  say({ timeline: 'ready' });
  view();
}

/** @param {any} note @returns {note is Note} */
function isNote(note) {
  const texts = ['id', 'kind', 'text', 'author', 'at', 'answer'];
  const isRange = (/** @type {any} */ range) => Array.isArray(range) && range.length === 2 && range.every((at) => typeof at === 'string' && INSTANT.test(at));
  return Boolean(note) && texts.every((name) => typeof note[name] === 'string') && Array.isArray(note.facts) && note.facts.every((/** @type {unknown} */ fact) => typeof fact === 'string')
    && Array.isArray(note.ranges) && note.ranges.every(isRange);
}
