import { makeChart, shownItems } from './chart.js';
import { runPacked, unpackJson } from './codec.js';
import { byId } from './dom.js';
import { makeFilters } from './filters.js';
import { makeHeader, makeMeasures } from './header.js';
import { makeHelp } from './help.js';
import { listenKeys } from './keys.js';
import { makeModel } from './model.js';
import { makeOverview } from './overview.js';
import { makePanel } from './panel.js';
import { selectGaps, selectItems } from './select.js';
import { makeStore } from './store.js';
import { makeTable } from './table.js';
import { makeTheme } from './theme.js';
import { hideTip } from './tip.js';

const PRINT_WIDTH = 1000; // px: a sheet across at the print style's size

async function start() {
  const plotly = runPacked('plotly');
  const model = makeModel(await unpackJson('data'));
  const store = makeStore(model);
  const page = assemble(model, store);
  page.words();
  await plotly;
  await page.chart.draw();
  page.selected(true);
  document.documentElement.dataset.ready = String(Math.round(performance.now()));
  listen(store, page);
}

/** @typedef {ReturnType<typeof assemble>} Page */

/** @param {Model} model @param {Store} store */
function assemble(model, store) {
  const help = makeHelp();
  const chart = makeChart(model, store);
  const theme = makeTheme(() => chart.draw());
  const actions = { help: help.toggle, theme };
  listenKeys(model, store, actions);
  makeMeasures(model, store);
  const [header, filters, overview, table] = [makeHeader(model, store, actions), makeFilters(model, store), makeOverview(model, store), makeTable(model, store)];
  /** @type {Promise<string[]> | null} */
  let texts = null;
  const panel = makePanel(model, store, () => { texts ??= unpackJson('excerpts'); return texts; });
  const words = () => {
    const state = store.get();
    const shown = shownItems(model, state);
    header();
    filters(shown.length);
    overview.draw(selectItems(model, state));
    table.draw(shown, selectGaps(model, state));
  };
  const selected = (/** @type {boolean} */ scroll) => {
    const state = store.get();
    panel();
    table.choose(state, scroll);
    tell(state.fact && !model.byId.has(state.fact) ? `This link names ${state.fact}, which is no fact of this timeline.` : '');
  };
  return { chart, words, selected, table };
}

/** @param {string} text */
function tell(text) {
  const notice = byId('notice');
  notice.textContent = text;
  notice.hidden = !text;
}

/** @param {Store} store @param {Page} page */
function listen(store, page) {
  store.watch((state, before) => {
    hideTip();
    const same = state.q === before.q && state.lanes === before.lanes && state.sources === before.sources && state.kinds === before.kinds
      && state.from === before.from && state.to === before.to && state.zone === before.zone;
    if (same) page.chart.overlay();
    else {
      page.words();
      page.chart.draw();
    }
    page.selected(true);
  });
  /** @type {number | undefined} */
  let later;
  window.addEventListener('resize', () => {
    clearTimeout(later);
    later = setTimeout(() => { page.words(); page.selected(false); page.chart.draw(); }, 120);
  });
  // A sheet shows all rows, and the chart at the sheet's width.
  window.addEventListener('beforeprint', () => { page.table.whole(); page.chart.draw(PRINT_WIDTH); });
  window.addEventListener('afterprint', () => page.chart.draw());
}

start().catch((error) => {
  tell(`The page could not be drawn: ${error instanceof Error ? error.message : error}. The same facts are in postmortem.md and timeline.json.`);
  throw error;
});
