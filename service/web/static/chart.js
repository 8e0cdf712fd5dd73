import { el } from './dom.js';

const FACT = /^f-[0-9a-f]{16}$/;
const DIGEST = /^[0-9a-f]{64}$/;
// The page's own policy allows inline styles; these mark what notes say of its facts.
const PILL = 'flex: none; align-self: flex-start; margin-inline-start: 8px; padding: 0 6px; border: 1px solid; font: 11px/1.4 system-ui, sans-serif; white-space: nowrap;';
const MARKS = `
  tr[data-noted]:not([data-disputed]) td:nth-child(2)::after, #fact-panel[data-noted]:not([data-disputed]) .statement::after { content: var(--noted); ${PILL} border-radius: 8px; color: var(--accent, #0b5cad); }
  tr[data-disputed] td:nth-child(2)::after, #fact-panel[data-disputed] .statement::after { content: "disputed"; ${PILL} border-radius: 3px; color: var(--alerts, #d55e00); }`;

/**
 * The chart in its frame, spoken to by the hooks that every page of a timeline has: the fragment,
 * `[data-fact]` and `#fact-panel[data-fact]`.
 * @param {HTMLIFrameElement} frame @param {string} incident @param {(fact: string | null) => void} chose
 */
export function makeChart(frame, incident, chose) {
  /** @type {Record<string, string[]>} */
  let disputed = {};
  /** @type {Record<string, number>} */
  let noted = {};
  let told = '';
  const page = () => frame.contentDocument;
  const hash = () => frame.contentWindow?.location.hash ?? '';
  const panel = () => /** @type {HTMLElement | null} */ (page()?.getElementById('fact-panel') ?? null);

  const mark = () => {
    for (const one of page()?.querySelectorAll('[data-fact]') ?? []) {
      const fact = one.getAttribute('data-fact') ?? '';
      set(one, 'data-disputed', disputed[fact] ? 'yes' : null);
      const words = noted[fact] ? `${noted[fact]} note${noted[fact] > 1 ? 's' : ''}` : null;
      if (one.getAttribute('data-noted') === words) continue;
      set(one, 'data-noted', words);
      /** @type {HTMLElement} */ (one).style.setProperty('--noted', JSON.stringify(words ?? ''));
    }
    const aside = panel();
    if (aside && !aside.dataset.fact) ['data-disputed', 'data-noted'].forEach((name) => aside.removeAttribute(name));
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
    const style = document_.createElement('style');
    style.textContent = MARKS;
    document_.head.append(style);
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
    /** @param {Record<string, string[]>} open @param {Record<string, number>} counts */
    marks: (open, counts) => { disputed = open; noted = counts; mark(); },
  };
}

/** Only what changes is written: the observer looks at these very attributes. @param {Element} one @param {string} name @param {string | null} value */
function set(one, name, value) {
  if (one.getAttribute(name) === value) return;
  if (value === null) one.removeAttribute(name);
  else one.setAttribute(name, value);
}
