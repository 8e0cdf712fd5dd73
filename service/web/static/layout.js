import { byId } from './dom.js';

/** Tabs, and the draft's rows that belong to facts. @param {(panel: string) => void} shown */
export function makeLayout(shown) {
  const tabs = /** @type {HTMLElement[]} */ ([...document.querySelectorAll('[role="tab"]')]);
  const draft = byId('panel-draft');
  // Who goes to a fact from a finding reads on at the sentence.
  let stays = false;
  const choose = (/** @type {HTMLElement} */ tab) => {
    for (const one of tabs) {
      const on = one === tab;
      one.setAttribute('aria-selected', String(on));
      one.tabIndex = on ? 0 : -1;
      byId(one.getAttribute('aria-controls') ?? '').hidden = !on;
    }
    shown(tab.getAttribute('aria-controls') ?? '');
  };
  tabs.forEach((tab, place) => {
    tab.addEventListener('click', () => choose(tab));
    tab.addEventListener('keydown', (event) => {
      const step = { ArrowRight: 1, ArrowLeft: -1 }[event.key];
      if (!step) return;
      const next = tabs[(place + step + tabs.length) % tabs.length];
      choose(next);
      next.focus();
    });
  });
  return {
    /** Show which row of the draft tells the chosen fact. @param {string | null} fact */
    row: (fact) => {
      for (const row of draft.querySelectorAll('tr[aria-selected]')) row.removeAttribute('aria-selected');
      const rows = fact ? [...draft.querySelectorAll(`tr[data-fact="${fact}"]`)] : [];
      rows.forEach((row) => row.setAttribute('aria-selected', 'true'));
      // The last of them stands in the timeline's table; measures above may name the fact as well.
      if (!draft.hidden && !stays) rows.at(-1)?.scrollIntoView({ block: 'nearest' });
      stays = false;
    },
    /** @param {Record<string, string[]>} disputed */
    marks: (disputed) => { for (const row of draft.querySelectorAll('tr[data-fact]')) row.toggleAttribute('data-disputed', Boolean(disputed[row.dataset.fact])); },
    /** @param {(fact: string) => void} then */
    links: (then) => draft.addEventListener('click', (/** @type {MouseEvent} */ event) => {
      const from = /** @type {Element} */ (event.target);
      const link = from.closest('a');
      if (link && step(link.getAttribute('href') ?? '')) { event.preventDefault(); return; }
      const fact = /** @type {HTMLElement | null} */ (link ? link.closest('a[data-fact]') : from.closest('tr[data-fact]'))?.dataset.fact;
      if (!fact || event.ctrlKey || event.metaKey) return;
      event.preventDefault();
      stays = Boolean(from.closest('.finding'));
      then(fact);
    }),
  };
}

/** Go to a finding, or to the words it is about: the address stays, as it is the chart's. @param {string} href */
function step(href) {
  const there = /^#(finding|mark)-\d+$/.test(href) && byId(href.slice(1));
  if (!there) return false;
  there.scrollIntoView({ block: 'center' });
  if (there.tabIndex < 0 && !there.hasAttribute('tabindex')) there.tabIndex = -1;
  there.focus({ preventScroll: true });
  return true;
}

/** The divider between the chart and what stands beside it: by pointer and by keyboard. */
export function divide() {
  const [divider, split] = [byId('divider'), byId('content')];
  const width = (/** @type {number} */ px) => {
    const most = Math.max(innerWidth - 400, 280);
    const kept = Math.round(Math.min(Math.max(px, 280), most));
    split.style.setProperty('--side', `${kept}px`);
    tell(kept, most);
  };
  const tell = (/** @type {number} */ now, /** @type {number} */ most) => {
    for (const [name, value] of [['now', now], ['min', 280], ['max', most], ['text', `${now} pixels`]]) divider.setAttribute(`aria-value${name}`, String(value));
  };
  tell(Math.round(split.lastElementChild.getBoundingClientRect().width), Math.max(innerWidth - 400, 280));
  divider.addEventListener('pointerdown', (/** @type {PointerEvent} */ event) => {
    divider.setPointerCapture(event.pointerId);
    split.classList.add('dragging');
    divider.onpointermove = (/** @type {PointerEvent} */ at) => width(innerWidth - at.clientX);
  });
  divider.addEventListener('pointerup', () => { divider.onpointermove = null; split.classList.remove('dragging'); });
  divider.addEventListener('keydown', (/** @type {KeyboardEvent} */ event) => {
    const step = { ArrowLeft: 24, ArrowRight: -24 }[event.key];
    if (step) width(split.lastElementChild.getBoundingClientRect().width + step);
  });
}
