import { below, first } from './below.js';
import { headOf, makeCards } from './cards.js';
import { byId, keyed } from './dom.js';
import { makePage } from './page.js';

const page = makePage({ draw, heard: (what) => { if (what === 'timeline') map(); } });
const card = makeCards(page);
const form = first(page, byId('new'), 'factor');

/** @param {Set<string> | null} touched */
function draw(touched) {
  const factors = page.notes().filter((note) => headOf(note).body?.kind === 'factor');
  // A factor that is new, or another one now, is one that others may have contributed to.
  form?.renew();
  keyed(byId('factors'), factors.map((note) => ({ key: note.id, fresh: !touched || touched.has(note.id), make: () => {
    const made = card(note);
    below(page, made, 'What contributed to it?', 'factor', note.id);
    return made;
  } })));
  if (!touched || [...touched].some((id) => page.store.state.notes.get(id)?.heads.some((head) => !head.body || head.body.kind === 'factor'))) map();
}

let asked = 0;
async function map() {
  const mine = ++asked;
  const answer = await fetch(`/incidents/${page.incident}/factors/map`).catch(() => null);
  const html = answer?.ok ? await answer.text() : null;
  if (html === null || mine !== asked) return;
  const made = new DOMParser().parseFromString(html, 'text/html').body;
  const open = byId('map').querySelector('details')?.open;
  const left = byId('map').querySelector('.scroll')?.scrollLeft ?? 0;
  byId('map').replaceChildren(...made.childNodes);
  const [details, scroll] = [byId('map').querySelector('details'), byId('map').querySelector('.scroll')];
  if (details && open) details.open = true;
  if (scroll) scroll.scrollLeft = left;
}

/** A box leads to what it stands for: a fact in the chart, a factor to be edited. */
byId('map').addEventListener('click', (/** @type {MouseEvent} */ event) => {
  const link = /** @type {Element} */ (event.target).closest('a');
  const id = link?.getAttribute('href')?.split('#')[1] ?? '';
  if (!id || event.ctrlKey || event.metaKey) return;
  event.preventDefault();
  if (id.startsWith('f-')) page.open({ fact: id });
  else {
    const there = /** @type {HTMLElement | null} */ (byId('factors').querySelector(`[data-note="${CSS.escape(id)}"]`));
    there?.scrollIntoView({ block: 'center' });
    /** @type {HTMLElement | null | undefined} */ (there?.querySelector('.edit, button'))?.focus({ preventScroll: true });
  }
});
page.start();
