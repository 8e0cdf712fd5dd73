import { makeChart, shownItems } from './chart/chart.js';
import { notDrawn, runPacked, unpackBytes, unpackJson } from './data/codec.js';
import { byId, painted } from './ui/dom.js';
import { makeDrawer } from './ui/drawer.js';
import { makeLegend } from './ui/legend.js';
import { makePanes } from './ui/panes.js';
import { makeFilters } from './controls/filters.js';
import { makeHeader } from './controls/header.js';
import { makeHeadline } from './controls/headline.js';
import { makeTimings } from './controls/timings.js';
import { makeHelp } from './ui/help.js';
import { makeHost } from './ui/host.js';
import { listenKeys } from './controls/keys.js';
import { keepPlace, makeNews, putBlocks } from './ui/live.js';
import { makeModel } from './data/model.js';
import { makeExcerpts } from './data/excerpts.js';
import { readFacts } from './data/facts.js';
import { makeFind } from './data/find.js';
import { readInstant, sinceOrigin } from './data/instant.js';
import { isHome } from './data/home.js';
import { limitWords } from './data/limits.js';
import { readRecords } from './data/records.js';
import { HELD, makeRows } from './data/rows.js';
import { makeOverview } from './chart/overview.js';
import { makePanel } from './controls/panel.js';
import { makePlayer } from './controls/player.js';
import { inRange, selectGaps, selectNotes, unsearched } from './data/select.js';
import { readSamples } from './data/series.js';
import { makeStore } from './data/store.js';
import { makeStrip } from './ui/strip.js';
import { makeTable } from './table/table.js';
import { makeTheme } from './ui/theme.js';
import { hideTip, refreshTip } from './chart/tip.js';
import { listenTouch } from './chart/touch.js';

const FOLLOWED = 250; // ms between two drawings while words are looked for
const PRINT_WIDTH = 1000; // px: a sheet across at the print style's size

async function start() {
  const model = await unpackModel();
  const store = makeStore(model);
  document.documentElement.toggleAttribute('data-drill', model.drill);
  const page = assemble(model, store);
  await readFirst(model, store.get());
  page.words();
  page.player.draw();
  page.selected(true);
  // Rows and numbers are seen, and answer, before the script that draws lines is so much as unpacked.
  await painted();
  listen(store, page);
  await page.chart.begin(runPacked('plotly'));
  page.selected(true);
  // What came to stand around the chart meanwhile may leave it another height.
  if (byId('chart').clientHeight !== page.chart.current().room) await page.chart.draw();
  document.documentElement.dataset.ready = String(Math.round(performance.now()));
  let renewing = Promise.resolve();
  makeHost(model, store, () => page.selected(false), page.noted, (blocks) => {
    const made = renewing.then(() => renew(model, store, page, blocks));
    renewing = made.then(() => undefined, () => undefined);
    return made;
  });
  page.seek();
  await readRest(model);
}

/** All but what rows say, which is read when it is needed. */
async function unpackModel() {
  const [data, facts, ids, samples] = await Promise.all([unpackJson('data'), unpackBytes('facts'), unpackBytes('ids'), unpackBytes('samples')]);
  const origin = readInstant(data.window.start).seconds;
  const gaps = readRecords(data.gaps);
  data.gaps = Array.from({ length: gaps.count }, (_, index) => gaps.at(index));
  const read = readFacts(facts, ids, data.facts, origin);
  const rows = makeRows(data.rows, unpackJson);
  return makeModel(data, read, origin, { rows, find: makeFind(read.items, rows), samples: readSamples(samples, sinceOrigin(data.window.start, origin)) });
}

/**
 * Take another build's data in: the page stays, and so do the range, what is chosen and the rows in sight. How many facts are new.
 * @param {Model} model @param {Store} store @param {Page} page @param {Record<string, string>} blocks
 */
async function renew(model, store, page, blocks) {
  const [known, origin, { notes, loose, opened, payloads }] = [new Set(model.items.map((item) => item.id)), model.origin, model];
  putBlocks(blocks);
  const fresh = await unpackModel();
  if (fresh.data.tool !== model.data.tool) throw new Error('another version made the page');
  await Promise.all(fresh.rows.parts.slice(0, HELD).map((_, part) => fresh.rows.part(part)));
  // Who looks at the incident goes on doing so, longer as it may be now.
  const atHome = model.home !== null && isHome(store.get(), model.home);
  Object.assign(model, fresh, { notes, loose, opened, payloads });
  const by = origin - model.origin; // a window that begins elsewhere
  const moved = (/** @type {number | null} */ at) => (at === null ? null : at + by);
  if (by) store.set({ from: moved(store.get().from), to: moved(store.get().to), at: moved(store.get().at) });
  if (atHome) store.set({ from: model.home?.[0] ?? null, to: model.home?.[1] ?? null });
  const count = page.news.since(known);
  keepPlace(page.renewed);
  await page.chart.draw();
  return count;
}

/** What is seen at once: the chosen fact, and the first rows of the table. @param {Model} model @param {State} state */
async function readFirst(model, state) {
  const chosen = state.fact ? model.byId.get(state.fact) : undefined;
  const first = inRange(model.items, state)[0];
  await Promise.all([chosen, first].map((item) => item && model.rows.read(item)));
}

/** The rest, while nothing else is to do: then it is there before anybody asks. @param {Model} model */
async function readRest(model) {
  for (const part of model.rows.parts.slice(0, HELD).keys()) {
    await new Promise((then) => { (window.requestIdleCallback ?? ((later) => setTimeout(later, 50)))(() => then(undefined), { timeout: 1000 }); });
    await model.rows.part(part);
    await model.find.prepare(part);
  }
  document.documentElement.dataset.read = 'yes';
}

/** @typedef {ReturnType<typeof assemble>} Page */

/** @param {Model} model @param {Store} store */
function assemble(model, store) {
  const help = makeHelp();
  const overview = makeOverview(model, store);
  const chart = makeChart(model, store, overview.draw);
  const theme = makeTheme(() => chart.draw());
  const player = makePlayer(model, store, () => chart.draw());
  const actions = { help: help.toggle, close: () => timings.close(), theme, replay: player.toggle, play: player.play, step: player.step };
  listenKeys(model, store, actions);
  listenTouch(byId('chart'), chart.current);
  const timings = makeTimings(model, store);
  const headline = makeHeadline(model, store, timings);
  const [drawer, legend] = [makeDrawer(), makeLegend(model, () => chart.draw())];
  makePanes(() => chart.draw());
  let [header, strip, filters] = [makeHeader(model, store, actions), makeStrip(model, store), makeFilters(model, store)];
  const table = makeTable(model, store);
  const news = makeNews(model, store);
  let excerpts = makeExcerpts(model.data.excerpts, unpackJson);
  const panel = makePanel(model, store, (list, place) => excerpts(list, place));
  const words = () => {
    const state = store.get();
    const shown = shownItems(model, state);
    const left = unsearched(model, state);
    header();
    headline(); // how much room the chart has depends on it
    timings.draw();
    legend(shown);
    filters.draw(shown.length, left);
    table.draw(shown, [...selectGaps(model, state), ...selectNotes(model, state)], left > 0);
  };
  const selected = (/** @type {boolean} */ scroll) => {
    const state = store.get();
    panel.draw();
    strip();
    drawer.show(Boolean(state.fact || state.gap || state.at !== null));
    table.choose(state, scroll);
    headline();
    if (scroll) chart.seek();
    const there = timings.cited(scroll) || model.drill;
    tell(state.fact && !model.byId.has(state.fact) ? `This link names ${state.fact}, which is no fact of this timeline.` : there ? '' : `This link names ${state.named}, which is no measure and no number of this timeline.`);
  };
  const moved = () => {
    player.draw();
    overview.head();
    table.stand(store.get().at);
  };
  // Words that are looked for are found chunk by chunk; what is drawn follows now and then, and at the end.
  let drawn = 0;
  const follow = () => {
    const { q } = store.get();
    if (model.find.left(q) && performance.now() - drawn < FOLLOWED) return;
    words();
    selected(false);
    chart.follow();
    drawn = performance.now();
  };
  const seek = () => { if (unsearched(model, store.get())) model.find.read(store.get().q, follow); };
  const hear = () => model.rows.whenRead(() => {
    table.arrived();
    panel.arrived();
    refreshTip();
    if (store.get().at !== null) player.draw();
  });
  const limit = () => {
    const limits = byId('limits');
    limits.textContent = limitWords(model);
    limits.hidden = !limits.textContent;
  };
  hear();
  limit();
  /** Notes came or changed; those on ranges are rows of their own. @param {boolean} moved */
  const noted = (moved) => {
    if (moved) keepPlace(words);
    table.noted();
  };
  /** The model holds another build. */
  const renewed = () => {
    hear();
    limit();
    hideTip();
    excerpts = makeExcerpts(model.data.excerpts, unpackJson);
    strip = makeStrip(model, store);
    // Who types or chooses there goes on doing so; the numbers follow with the next build.
    if (!byId('header').contains(document.activeElement)) header = makeHeader(model, store, actions);
    const bar = byId('filters');
    if (!bar.contains(document.activeElement) && !bar.querySelector('details[open]')) filters = makeFilters(model, store);
    words();
    selected(false);
    moved();
    seek();
    news.draw();
  };
  return { chart, words, noted, selected, table, player, moved, seek, news, renewed, lanes: () => filters.lanes(), drill: model.drill };
}

/** @param {string} text */
function tell(text) {
  const notice = byId('notice');
  notice.textContent = text;
  notice.hidden = !text;
}

const FILTERS = /** @type {const} */ (['q', 'lanes', 'sources', 'services', 'kinds']);
const SELECTS = /** @type {const} */ ([...FILTERS, 'from', 'to', 'zone']);
const PLACES = /** @type {const} */ (['fold', 'order', 'sizes', 'open']);

/** @param {Store} store @param {Page} page */
function listen(store, page) {
  store.watch((state, before) => {
    const changed = (/** @type {readonly (keyof State)[]} */ keys) => keys.some((key) => state[key] !== before[key]);
    hideTip();
    const again = changed(SELECTS) || (page.drill && changed(['at']));
    if (again) page.words();
    if (changed(['q'])) page.seek();
    if (changed(FILTERS)) page.chart.follow();
    else if (again || changed(PLACES) || changed(['at'])) page.chart.draw();
    else if (changed(['fact', 'gap', 'mark'])) page.chart.overlay();
    if (again || changed(PLACES)) page.lanes();
    if (again || changed(['at', 'speed', 'fact'])) page.moved();
    // A range that is marked by itself, as a number is of it, is gone to as a fact is.
    const gone = changed(['mark']) && state.mark !== null && !state.fact && !state.gap;
    if (again || gone || changed(['fact', 'named', 'gap', 'zone'])) page.selected(true);
    else if (changed(['mark', 'at'])) page.selected(false);
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
    opened = [.../** @type {NodeListOf<HTMLDetailsElement>} */ (document.querySelectorAll('.agreement:not([open]), .row-notes details:not([open])'))];
    opened.forEach((one) => { one.open = true; });
    page.table.whole();
    page.chart.draw(PRINT_WIDTH);
  });
  window.addEventListener('afterprint', () => {
    opened.forEach((one) => { one.open = false; });
    page.table.printed();
    page.chart.draw();
  });
}

start().catch((error) => {
  tell(notDrawn(error));
  throw error;
});
