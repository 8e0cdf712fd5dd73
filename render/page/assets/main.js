import { makeChart, shownItems } from './chart/chart.js';
import { notDrawn, runPacked, unpackBytes, unpackJson } from './data/codec.js';
import { readColumns, readExcerpts } from './data/columns.js';
import { byId } from './ui/dom.js';
import { makeFilters } from './controls/filters.js';
import { makeHeader, makeMeasures } from './controls/header.js';
import { makeHelp } from './ui/help.js';
import { listenKeys } from './controls/keys.js';
import { makeModel } from './data/model.js';
import { makeOverview } from './chart/overview.js';
import { makePanel } from './controls/panel.js';
import { makePlayer } from './controls/player.js';
import { selectGaps, selectItems } from './data/select.js';
import { readSamples } from './data/series.js';
import { makeStore } from './data/store.js';
import { makeStrip } from './ui/strip.js';
import { makeTable } from './table/table.js';
import { makeTheme } from './ui/theme.js';
import { hideTip } from './chart/tip.js';
import { listenTouch } from './chart/touch.js';

const PRINT_WIDTH = 1000; // px: a sheet across at the print style's size

async function start() {
  const plotly = runPacked('plotly');
  const [data, samples] = await Promise.all([unpackJson('data'), unpackBytes('samples')]);
  data.facts = readColumns(data.facts);
  const model = makeModel(data, (shift) => readSamples(samples, shift));
  const store = makeStore(model);
  document.documentElement.toggleAttribute('data-drill', model.drill);
  const page = assemble(model, store);
  page.words();
  page.player.draw();
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
  const player = makePlayer(model, store, () => chart.draw());
  const actions = { help: help.toggle, theme, replay: player.toggle, play: player.play, step: player.step };
  listenKeys(model, store, actions);
  listenTouch(byId('chart'), chart.current);
  makeMeasures(model, store);
  const [header, strip, filters, overview, table] = [makeHeader(model, store, actions), makeStrip(model, store), makeFilters(model, store), makeOverview(model, store), makeTable(model, store)];
  /** @type {Promise<Excerpt[]> | null} */
  let texts = null;
  const panel = makePanel(model, store, () => { texts ??= unpackJson('excerpts').then(readExcerpts); return texts; });
  const words = () => {
    const state = store.get();
    const shown = shownItems(model, state);
    header();
    filters.draw(shown.length);
    overview.draw(selectItems(model, state));
    table.draw(shown, selectGaps(model, state));
  };
  const selected = (/** @type {boolean} */ scroll) => {
    const state = store.get();
    panel();
    strip();
    table.choose(state, scroll);
    tell(state.fact && !model.byId.has(state.fact) ? `This link names ${state.fact}, which is no fact of this timeline.` : '');
  };
  const moved = () => {
    player.draw();
    overview.head();
    table.stand(store.get().at);
  };
  return { chart, words, selected, table, player, moved, lanes: filters.lanes, drill: model.drill };
}

/** @param {string} text */
function tell(text) {
  const notice = byId('notice');
  notice.textContent = text;
  notice.hidden = !text;
}

const SELECTS = /** @type {const} */ (['q', 'lanes', 'sources', 'services', 'kinds', 'from', 'to', 'zone']);
const PLACES = /** @type {const} */ (['fold', 'order', 'sizes', 'open']);

/** @param {Store} store @param {Page} page */
function listen(store, page) {
  store.watch((state, before) => {
    const changed = (/** @type {readonly (keyof State)[]} */ keys) => keys.some((key) => state[key] !== before[key]);
    hideTip();
    const again = changed(SELECTS) || (page.drill && changed(['at']));
    if (again) page.words();
    if (again || changed(PLACES) || changed(['at'])) page.chart.draw();
    else if (changed(['fact', 'gap', 'mark'])) page.chart.overlay();
    if (again || changed(PLACES)) page.lanes();
    if (again || changed(['at', 'speed', 'fact'])) page.moved();
    if (again || changed(['fact', 'gap', 'zone'])) page.selected(true);
    else if (changed(['mark'])) page.selected(false);
  });
  /** @type {number | undefined} */
  let later;
  window.addEventListener('resize', () => {
    clearTimeout(later);
    later = setTimeout(() => { page.words(); page.moved(); page.selected(false); page.chart.draw(); }, 120);
  });
  // A sheet shows all rows and all words, and the chart at the sheet's width.
  /** @type {HTMLDetailsElement[]} */
  let opened = [];
  window.addEventListener('beforeprint', () => {
    opened = [.../** @type {NodeListOf<HTMLDetailsElement>} */ (document.querySelectorAll('.agreement:not([open]), .tile.unknown:not([open])'))];
    opened.forEach((one) => { one.open = true; });
    page.table.whole();
    page.chart.draw(PRINT_WIDTH);
  });
  window.addEventListener('afterprint', () => {
    opened.forEach((one) => { one.open = false; });
    page.chart.draw();
  });
}

start().catch((error) => {
  tell(notDrawn(error));
  throw error;
});
