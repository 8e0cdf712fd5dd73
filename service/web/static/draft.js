import { byId } from './dom.js';

/**
 * The draft beside the chart: it follows notes, builds and the file itself without a reload, and stays where it is read.
 * @param {string} incident @param {() => void} drawn called after it was drawn anew
 */
export function makeDraft(incident, drawn) {
  const panel = byId('panel-draft');
  let asked = 0;
  let stale = false; // while it is not in sight nobody waits for it
  let last = panel.innerHTML.trim(); // as it was sent, before rows were marked
  const renew = async () => {
    const mine = ++asked;
    const answer = await fetch(`/incidents/${incident}/draft`).catch(() => null);
    if (!answer?.ok) return;
    const made = new DOMParser().parseFromString(await answer.text(), 'text/html').body;
    if (mine !== asked || made.innerHTML.trim() === last) return;
    last = made.innerHTML.trim();
    const place = placeOf(panel);
    const focused = document.activeElement !== panel && panel.contains(document.activeElement) ? document.activeElement?.id || panel.id : '';
    panel.replaceChildren(...made.childNodes);
    place();
    // A finding keeps its number unless one before it went.
    if (focused) (byId(focused) ?? panel).focus({ preventScroll: true });
    byId('count-draft').textContent = (answer.headers.get('x-findings') ?? '').replace(/^0$/, '');
    drawn();
  };
  /** @type {ReturnType<typeof setTimeout> | undefined} */
  let soon;
  return {
    /** Something that it is made of changed: several at once are read once. */
    changed: () => {
      stale = panel.hidden;
      clearTimeout(soon);
      if (!stale) soon = setTimeout(renew, 100);
    },
    shown: () => { if (stale) { stale = false; renew(); } },
  };
}

/** Where a reader is; what is returned goes there in what came instead. @param {HTMLElement} panel */
function placeOf(panel) {
  const top = panel.getBoundingClientRect().top;
  const old = /** @type {HTMLElement[]} */ ([...panel.children]);
  const first = Math.max(old.findIndex((node) => node.getBoundingClientRect().bottom > top + 1), 0);
  const seen = old.slice(0, first + 1).map((node) => ({ text: node.textContent, at: node.getBoundingClientRect().top })).reverse();
  const scrolled = panel.scrollTop;
  return () => {
    panel.scrollTop = scrolled;
    if (!scrolled) return;
    const now = /** @type {HTMLElement[]} */ ([...panel.children]);
    const same = seen.find(({ text }) => now.some((node) => node.textContent === text));
    const there = same && now.find((node) => node.textContent === same.text);
    if (there && same) panel.scrollTop += there.getBoundingClientRect().top - same.at;
  };
}
