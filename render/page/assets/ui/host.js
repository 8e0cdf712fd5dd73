import { isoText } from '../data/instant.js';
import { byFact } from '../data/model.js';
import { areBlocks } from './live.js';
import { factNotes, markNoted } from './noted.js';

const EVIDENCE = /^\/api\/incidents\/[\w.-]+\/evidence\/$/;

/**
 * Speak with the review that shows this page in a frame: by messages alone, for it lies behind an origin of its own.
 * What it says is where to go, and the notes of now; what it is told is what is chosen, and which payload is wanted.
 * @param {Model} model @param {Store} store @param {() => void} redraw draws the panel anew
 * @param {(blocks: Record<string, string>) => Promise<number>} renew takes another build's data in
 */
export function makeHost(model, store, redraw, renew) {
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
  const mark = () => {
    for (const node of /** @type {NodeListOf<HTMLElement>} */ (document.querySelectorAll('tr[data-fact], #fact-panel'))) markNoted(node, node.dataset.fact, model);
    const place = document.getElementById('fact-notes');
    if (place) place.replaceWith(factNotes(place.dataset.fact ?? '', model));
  };
  /** @type {Record<string, (given: any) => void>} */
  const hears = {
    go: ({ hash }) => { if (typeof hash === 'string') location.replace(`#${hash}`); },
    notes: ({ notes }) => {
      if (!Array.isArray(notes)) return;
      model.notes = byFact(notes.filter(isNote));
      mark();
    },
    built: ({ blocks }) => {
      if (!areBlocks(blocks)) return;
      renew(blocks).then((fresh) => { mark(); say({ timeline: 'renewed', fresh }); }, (error) => { console.error(error); say({ timeline: 'outdated' }); });
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
  store.watch(() => queueMicrotask(view));
  window.addEventListener('hashchange', view);
  say({ timeline: 'ready' });
  view();
}

/** @param {any} note @returns {note is Note} */
function isNote(note) {
  const texts = ['kind', 'text', 'author', 'at', 'answer'];
  return Boolean(note) && texts.every((name) => typeof note[name] === 'string') && Array.isArray(note.facts) && note.facts.every((/** @type {unknown} */ fact) => typeof fact === 'string');
}
