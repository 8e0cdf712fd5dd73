import { parted } from '../data/flaps.js';
import { addTo, grouped } from '../data/grouped.js';
import { severityOf } from '../ui/severity.js';
import { spanning, spansOf } from '../data/lives.js';

const MOST_ROWS = 24; // with more lives in the range, several share a row, and it says so
const FEW_ROWS = 8; // with more, those of one service and name share a row
const NAMED = 20; // lives that a shared row names

/**
 * The spans of a life; at a playhead, those that are known then and, faint, those still ahead.
 * @param {Item[]} life in display order @param {Model} model @param {State} state
 */
function lifeSpans(life, model, state) {
  const { at } = state;
  // A life may hold the crossings of its rule, too: in their lane nothing is silenced.
  const silenced = life.some((item) => item.lane === 'alerts') ? model.silences.get(life[0].life) : undefined;
  const all = spansOf(life, model.length, silenced, Infinity, model.gaps);
  if (at === null) return all;
  const known = spansOf(life.filter((item) => item.to <= at), Math.min(at, model.length), silenced, at, model.gaps);
  const ahead = all.filter((span) => span.to > at && span.state !== 'role').map((span) => ({ ...span, state: /** @type {Span['state']} */ ('ahead'), from: Math.max(span.from, at), open: false }));
  return model.drill ? known : [...known, ...ahead];
}

/**
 * A whole life, whichever of its facts are selected, but for what ribbons stand for: a search that finds how an alert
 * began and not how it ended must not draw it as firing still.
 * @param {Item[]} selected @param {Flap[]} flaps @param {Model} model
 */
function wholeLife(selected, flaps, model) {
  const [{ life, lane }] = selected;
  const whole = model.threads.get(life) ?? selected;
  const plain = !flaps.length && whole.every((item) => item.lane === lane);
  return plain ? whole : whole.filter((item) => item.lane === lane && !(item.flap && flaps.includes(item.flap)));
}

/** @param {Item[]} items */
function livesOf(items) {
  return [...grouped(items, (item) => item.life).values()];
}

/** @param {Model} model @param {Item[]} items @param {State} state @returns {Row[]} one a source */
export function sourceRows(model, items, state) {
  const names = [...new Set(items.map((item) => item.source))].sort();
  const alone = names.length === 1;
  return names.map((name) => {
    const { rest, flaps } = parted(alone ? items : items.filter((item) => item.source === name), state);
    const spans = livesOf(rest.filter(spanning)).flatMap((life) => lifeSpans(wholeLife(life, flaps, model), model, state));
    return { label: alone && name === items[0].lane ? '' : name, sources: [name], y: 0, items: rest, flaps, spans };
  });
}

/** One row a life; with many in the range, lives that do not overlap share: a zoom parts and names them. @param {Model} model @param {Item[]} items @param {State} state @returns {Row[]} */
export function alertRows(model, items, state) {
  const rows = withGuests(livesOf(items).map((life) => {
    const { rest, flaps } = parted(life, state);
    return { label: [life[0].words, model.apart.get(life[0].life)].filter(Boolean).join(' · '), sources: [life[0].source], y: 0, items: rest, flaps, spans: lifeSpans(wholeLife(life, flaps, model), model, state), severity: severityOf(life) };
  }));
  if (rows.length <= FEW_ROWS) return rows;
  const near = rows.length > MOST_ROWS ? rows.filter((row) => meets(row, state)) : rows;
  const few = near.length <= FEW_ROWS ? near : byName(near);
  return few.length <= MOST_ROWS ? few : packed(few);
}

/** Alerts of one service and name as one row, where it begins first. @param {Row[]} rows @returns {Row[]} */
function byName(rows) {
  return [...grouped(rows, calledBy).entries()].map(([name, own]) => {
    if (own.length === 1) return own[0];
    const most = atOnce(own.map(extent));
    const label = `${name} · ${own.length}×${most > 1 ? `, ${most} at once` : ''}`;
    return { ...own[0], label, hint: hintOf(own), severity: worst(own), items: own.flatMap((row) => row.items).sort((a, b) => a.index - b.index), spans: own.flatMap((row) => row.spans), flaps: own.flatMap((row) => row.flaps), sources: [...new Set(own.flatMap((row) => row.sources))], lives: own.length };
  });
}

/** @param {Row[]} rows @returns {Severity} */
function worst(rows) {
  return /** @type {Severity[]} */ (['high', 'middle', 'low']).find((rank) => rows.some((row) => row.severity === rank)) ?? '';
}

/** Who shares a row. @param {Row[]} rows */
function hintOf(rows) {
  return [...rows.slice(0, NAMED).map((row) => row.label), ...(rows.length > NAMED ? [`and ${rows.length - NAMED} more`] : []), 'zoom in to part them'].join('\n');
}

/**
 * What another source says of an alert (a notification, an acknowledgement) stands in the alert's row: in the
 * only one of these words, else in the only one of that name.
 * @param {Row[]} rows
 */
function withGuests(rows) {
  const own = (/** @type {Row} */ row) => row.spans.length > 0 || row.flaps.length > 0;
  const hosts = rows.filter(own);
  const byWords = grouped(hosts, calledBy);
  const named = grouped(hosts, (host) => alertName(calledBy(host)));
  /** @type {Map<Row, Item[]>} */
  const guests = new Map();
  const left = rows.filter((row) => {
    if (own(row)) return true;
    const [host] = [byWords.get(calledBy(row)), named.get(alertName(calledBy(row)))].flatMap((some) => (some?.length === 1 ? some : []));
    if (host) for (const item of row.items) addTo(guests, host, item);
    return !host;
  });
  for (const [host, items] of guests) host.items = [...host.items, ...items].sort((a, b) => a.index - b.index);
  return left;
}

/** What an alert's row is called, without what tells it from others of that name. @param {Row} row */
function calledBy(row) {
  return (row.items[0] ?? row.spans[0]?.begin ?? row.flaps[0].items[0]).words;
}

/** @param {string} label */
function alertName(label) {
  return label.split(' · ')[0];
}

/** @param {Row} row @param {State} state */
function meets(row, state) {
  const [from, to] = extent(row);
  return to >= (state.from ?? -Infinity) && from <= (state.to ?? Infinity);
}

/** @param {Row[]} rows */
function packed(rows) {
  /** @type {{ row: Row, end: number, lives: Row[] }[]} */
  const shared = [];
  for (const row of rows) {
    const [from, to] = extent(row);
    const place = shared.find((one) => one.end < from) ?? (shared.length < MOST_ROWS ? undefined : shared.reduce((a, b) => (a.end < b.end || (a.end === b.end && a.lives.length <= b.lives.length) ? a : b)));
    if (place) {
      for (const item of row.items) place.row.items.push(item);
      for (const span of row.spans) place.row.spans.push(span);
      place.row.flaps.push(...row.flaps);
      place.lives.push(row);
      place.end = Math.max(place.end, to);
    } else shared.push({ row: { ...row, items: [...row.items], spans: [...row.spans], flaps: [...row.flaps] }, end: to, lives: [row] });
  }
  return shared.map(({ row, lives }) => ({ ...row, ...sharedWords(lives), items: row.items.sort((a, b) => a.index - b.index), severity: worst(lives), lives: livesIn(lives) }));
}

/** What a shared row says of itself: how many, how many of them at once, and who. @param {Row[]} lives */
function sharedWords(lives) {
  if (lives.length === 1) return {};
  const most = atOnce(lives.map(extent));
  return { label: `${livesIn(lives)} alerts${most > 1 ? ` · ${most} at once` : ''}`, hint: hintOf(lives) };
}

/** @param {Row[]} rows */
function livesIn(rows) {
  return rows.reduce((sum, row) => sum + (row.lives ?? 1), 0);
}

/** How many of these overlap at most. @param {[number, number][]} extents */
function atOnce(extents) {
  const ends = extents.map(([, to]) => to).sort((a, b) => a - b);
  let [over, most] = [0, 1];
  [...extents].sort(([a], [b]) => a - b).forEach(([from], begun) => {
    while (ends[over] < from) over += 1;
    most = Math.max(most, begun + 1 - over);
  });
  return most;
}

/** @param {Row} row @returns {[number, number]} */
function extent(row) {
  let [least, most] = [Infinity, 0];
  for (const parts of [row.items, row.spans, row.flaps]) {
    for (const { from, to } of parts) [least, most] = [Math.min(least, Math.max(from, 0)), Math.max(most, to)];
  }
  return [least, most];
}

/**
 * A row a role: who held it, from one assignment to the next; and what the incident file claims.
 * @param {Model} model @param {Item[]} items @param {State} state @returns {Row[]}
 */
export function roleRows(model, items, state) {
  const roles = grouped(items, (item) => item.words);
  const until = Math.min(state.at ?? model.length, model.length);
  const rows = [...roles].map(([role, held]) => {
    const known = held.filter((item) => state.at === null || item.seen <= state.at);
    const spans = known.map((item, index) => ({ state: /** @type {Span['state']} */ ('role'), begin: item, end: known[index + 1] ?? null, from: Math.max(item.to, 0), to: Math.min(known[index + 1]?.from ?? until, until), before: false, open: !known[index + 1] }));
    return { label: role, sources: [held[0].source], y: 0, items: held, spans, flaps: [], words: '' };
  });
  const wanted = (!state.lanes || state.lanes.includes('people')) && !state.q && !state.kinds && !state.sources && !state.services;
  const claimed = wanted ? Object.entries(model.data.incident.roles ?? {}).filter(([role]) => !roles.has(role)) : [];
  return [...rows, ...claimed.map(([role, who]) => ({ label: role, sources: [], y: 0, items: [], spans: [], flaps: [], words: `${who}, per the incident file` }))];
}

/** @param {Model} model @param {State} state @returns {Row[]} */
export function coverageRows(model, state) {
  const names = model.data.sources.filter((name) => !state.sources || state.sources.includes(name));
  return names.map((name) => ({ label: name, sources: [name], y: 0, items: [], spans: [], flaps: [] }));
}

/**
 * What thresholds and alerts say of each other, where it happened: a row a name. A replay leaves them out,
 * for they compare with what came later.
 * @param {Model} model @param {Item[]} items the selection @returns {Row[]}
 */
export function agreementRows(model, items) {
  const rows = model.data.reconciliation ?? [];
  const held = new Set(rows.length ? items : []);
  return [...new Set(rows.map((row) => row.name))].flatMap((name) => {
    const own = rows.filter((row) => row.name === name).flatMap((row) => {
      const [begin, end] = [model.byId.get(row.from), row.to ? model.byId.get(row.to) : undefined];
      return begin && held.has(begin) ? [{ begin, end }] : [];
    });
    if (!own.length) return [];
    const spans = own.flatMap(({ begin, end }) => (end && end.from > begin.to ? [{ state: /** @type {Span['state']} */ ('running'), begin, end, from: begin.to, to: end.from, before: false, open: false }] : []));
    return [{ label: name, sources: [], y: 0, items: [...new Set(own.map((one) => one.begin))].sort((a, b) => a.index - b.index), spans, flaps: [] }];
  });
}
