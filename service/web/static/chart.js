import { el } from './dom.js';

const FACT = /^f-[0-9a-f]{16}$/;
const DIGEST = /^[0-9a-f]{64}$/;

/**
 * The chart in its frame, spoken to by the hooks that every page of a timeline has: the fragment,
 * `[data-fact]` and `#fact-panel[data-fact]`.
 * @param {HTMLIFrameElement} frame @param {string} incident @param {(fact: string | null) => void} chose
 */
export function makeChart(frame, incident, chose) {
  /** @type {Record<string, string[]>} */
  let disputed = {};
  /** @type {Record<string, Told[]>} */
  let noted = {};
  let told = '';
  const page = () => frame.contentDocument;
  const hash = () => frame.contentWindow?.location.hash ?? '';
  const panel = () => /** @type {HTMLElement | null} */ (page()?.getElementById('fact-panel') ?? null);

  const mark = () => {
    for (const one of page()?.querySelectorAll('[data-fact]') ?? []) {
      const fact = one.getAttribute('data-fact') ?? '';
      set(one, 'data-disputed', disputed[fact] ? 'yes' : null);
      const count = noted[fact]?.length ?? 0;
      const words = count ? `${count} note${count > 1 ? 's' : ''}` : null;
      if (one.getAttribute('data-noted') === words) continue;
      set(one, 'data-noted', words);
      /** @type {HTMLElement} */ (one).style.setProperty('--noted', JSON.stringify(words ?? ''));
    }
    const aside = panel();
    if (aside && !aside.dataset.fact) ['data-disputed', 'data-noted'].forEach((name) => aside.removeAttribute(name));
    write();
  };
  /** The page holds the notes of when it was made; here stand those of now. */
  const write = () => {
    const place = page()?.getElementById('fact-notes');
    if (!place) return;
    const notes = noted[place.dataset.fact ?? ''] ?? [];
    const now = JSON.stringify(notes);
    if (place.dataset.told === now) return;
    place.dataset.told = now;
    place.replaceChildren(...notes.map((note) => el('div', { className: `fact-note${note.open ? ' open' : ''}` },
      el('p', { className: 'muted' }, el('b', {}, note.kind), `${note.state} · ${note.author}, ${note.at.slice(0, 10)}`),
      el('p', { className: 'words', dir: 'auto' }, note.text), note.answer && el('p', { className: 'words', dir: 'auto' }, el('b', {}, 'answer: '), note.answer))));
  };
  const payloads = () => {
    for (const code of panel()?.querySelectorAll('code') ?? []) {
      const digest = code.textContent ?? '';
      if (!DIGEST.test(digest) || code.dataset.whole) continue;
      code.dataset.whole = 'yes';
      const link = el('a', { href: `/api/incidents/${incident}/evidence/${digest}`, target: '_blank', rel: 'noopener' }, 'whole payload');
      code.after(' ', link);
    }
  };
  const look = () => {
    const now = panel()?.dataset.fact ?? (FACT.test(hash().slice(1, 19)) ? hash().slice(1, 19) : null);
    if (hash() !== location.hash) history.replaceState(null, '', hash() || location.pathname);
    if ((now ?? '') === told) return;
    told = now ?? '';
    chose(now);
  };
  const watch = () => {
    const document_ = page();
    if (!document_?.body) return;
    let later = 0;
    const soon = () => { cancelAnimationFrame(later); later = requestAnimationFrame(() => { payloads(); mark(); look(); }); };
    new MutationObserver(soon).observe(document_.body, { subtree: true, childList: true, attributes: true, attributeFilter: ['data-fact', 'aria-selected'] });
    // A range is written to the fragment alone, which tells nobody.
    setInterval(look, 500);
    soon();
  };
  frame.addEventListener('load', watch);
  frame.src = `/incidents/${incident}/timeline.html${location.hash}`;

  const go = (/** @type {string} */ next) => frame.contentWindow?.location.replace(`${frame.contentWindow.location.pathname}#${next}`);
  // A link to another view of the page that is open already.
  window.addEventListener('hashchange', () => { if (location.hash !== hash()) go(location.hash.slice(1)); });
  return {
    /** Choose a fact; what else the view holds stays. @param {string} fact */
    choose: (fact) => {
      const parts = hash().slice(1).split('&').filter(Boolean);
      if (FACT.test(parts[0] ?? '')) parts.shift();
      go([fact, ...parts].join('&'));
    },
    /** Show a range. @param {string} start @param {string} end */
    show: (start, end) => {
      const kept = hash().slice(1).split('&').filter((part) => part && !/^(from|to)=/.test(part));
      go([...kept, `from=${start}`, `to=${end}`].join('&'));
    },
    /** The range that is shown. @returns {{start: string, end: string} | null} */
    range: () => {
      const pairs = new URLSearchParams(hash().slice(1));
      const [start, end] = [pairs.get('from'), pairs.get('to')];
      return start && end ? { start, end } : null;
    },
    /** @param {Record<string, string[]>} open @param {Record<string, Told[]>} told by fact */
    marks: (open, told) => { disputed = open; noted = told; mark(); },
  };
}

/** Only what changes is written: the observer looks at these very attributes. @param {Element} one @param {string} name @param {string | null} value */
function set(one, name, value) {
  if (one.getAttribute(name) === value) return;
  if (value === null) one.removeAttribute(name);
  else one.setAttribute(name, value);
}
