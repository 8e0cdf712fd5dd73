// Models of facts as the modules know them: items and rows, both from what a fact is in `timeline.json`.
import { load } from './load.mjs';

const { laneOf, NO_SERVICE } = await load('data/lane.js');
const { makeModel } = await load('data/model.js');
const { makeRows } = await load('data/rows.js');
const { makeFind } = await load('data/find.js');
const { readInstant, sinceOrigin } = await load('data/instant.js');

/** An instant so many seconds after 13:00. */
export const second = (n) => new Date(Date.parse('2026-11-21T13:00:00Z') + n * 1000).toISOString();

/** Facts as the page's columns have them. */
export function itemsOf(facts, origin) {
  const lives = [...new Set(facts.map((fact) => fact.thread).filter(Boolean))];
  return facts.map((fact, index) => ({
    ...fact, index, category: fact.category, lane: laneOf(fact), sources: [...new Set([fact.source, ...fact.evidence.map((one) => one.source)])], means: fact.time_means, service: fact.subject.service ?? fact.subject.labels.service ?? NO_SERVICE,
    words: fact.words ?? '', panel: fact.panel ?? '', height: null, life: fact.thread ? lives.indexOf(fact.thread) : -1 - index, ribbon: fact.ribbon ?? -1, row: fact.row ?? -1, change: fact.change ?? 0, severity: fact.severity ?? '', group: -1, flap: null,
    from: fact.earliest ? sinceOrigin(fact.earliest, origin) : -Infinity, to: sinceOrigin(fact.latest, origin), seen: sinceOrigin(fact.surfaced ?? fact.latest, origin), isSurfaced: Boolean(fact.surfaced),
  }));
}

/** A chunk of rows, its columns as they are. */
export function chunkOf(facts) {
  const column = (value) => ['v', facts.map((fact) => value(fact) ?? null)];
  return { payloads: [], rows: [facts.length, { statement: column((fact) => fact.statement), quote: column((fact) => fact.quote?.text), labels: column((fact) => fact.subject.labels), evidence: column((fact) => fact.evidence.map(({ source }) => ({ source }))) }] };
}

/** A model of facts in chunks of at most `size`, from 13:00 to 14:00; none of them is read yet. */
export function modelOf(facts, more = {}, size = 1000) {
  const data = { incident: { id: 'I', title: 'Slow', services: [] }, window: { start: second(0), end: second(3600) }, digest: 'd', tool: '', sources: ['prod'], clocks: {}, facts: { of: facts.length }, gaps: [], measures: [], panels: [], groups: [], ...more };
  const origin = readInstant(data.window.start).seconds;
  const items = itemsOf(facts, origin);
  const parts = Array.from({ length: Math.ceil(facts.length / size) }, (_, n) => [n * size, Math.min((n + 1) * size, facts.length), `rows-${n}`]);
  const rows = makeRows(parts, async (name) => chunkOf(facts.slice(...parts[name.split('-')[1]])));
  return makeModel(data, { items, byId: new Map(items.map((item) => [item.id, item])) }, origin, { rows, find: makeFind(items, rows) });
}
