import { byId, el } from './dom.js';

/** @type {['facts' | 'chart', string][]} */
const PANES = [['facts', 'Facts'], ['chart', 'Chart']];

/**
 * On a phone, where there is room for one pane: the facts as cards first, the chart behind a tab.
 * @param {() => void} shown the chart has come into sight
 */
export function makePanes(shown) {
  const root = document.documentElement;
  const choose = (/** @type {string} */ pane) => {
    root.dataset.pane = pane;
    tabs.forEach((tab) => {
      const on = tab.dataset.pane === pane;
      tab.setAttribute('aria-selected', String(on));
      tab.tabIndex = on ? 0 : -1;
    });
    if (pane === 'chart') shown();
  };
  const tabs = PANES.map(([pane, title]) => el('button', { type: 'button', role: 'tab', 'data-pane': pane, 'aria-controls': pane === 'chart' ? 'chart-pane' : 'table', on: { click: () => choose(pane) } }, title));
  tabs.forEach((tab, place) => tab.addEventListener('keydown', (event) => {
    if (event.key !== 'ArrowLeft' && event.key !== 'ArrowRight') return;
    const next = tabs[(place + 1) % tabs.length];
    event.preventDefault();
    event.stopPropagation();
    choose(next.dataset.pane ?? 'facts');
    next.focus();
  }));
  byId('panes').replaceChildren(...tabs);
  choose('facts');
}
