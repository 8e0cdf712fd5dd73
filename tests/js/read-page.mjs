// Reads pages whose paths come by line, with the page's own modules, and answers with all that is in them.
import { readFileSync } from 'node:fs';
import { createInterface } from 'node:readline';
import { gunzipSync } from 'node:zlib';
import { load } from './load.mjs';

const { readFacts } = await load('data/facts.js');
const { readRecords } = await load('data/records.js');
const { makeExcerpts } = await load('data/excerpts.js');
const { makeFind } = await load('data/find.js');
const { makeRows } = await load('data/rows.js');
const { readInstant } = await load('data/instant.js');

const SCRIPT = /<script type="application\/octet-stream" id="([\w-]+)">([^<]*)<\/script>/g;
const COLUMNS = ['id', 'index', 'kind', 'lane', 'sources', 'service', 'actor', 'panel', 'height', 'words', 'life', 'ribbon', 'from', 'to', 'seen', 'isSurfaced'];

for await (const line of createInterface({ input: process.stdin })) console.log(JSON.stringify(await readPage(...JSON.parse(line))));

/** @param {string} path @param {string} q what is looked for */
async function readPage(path, q) {
  const scripts = new Map([...readFileSync(path, 'utf8').matchAll(SCRIPT)].map(([, id, text]) => [id, text]));
  const bytes = (id) => { const made = gunzipSync(Buffer.from(scripts.get(id), 'base64')); return made.buffer.slice(made.byteOffset, made.byteOffset + made.length); };
  const json = async (id) => JSON.parse(new TextDecoder().decode(bytes(id)));
  const data = await json('data');
  const { items, byId } = readFacts(bytes('facts'), bytes('ids'), data.facts, readInstant(data.window.start).seconds);
  const rows = makeRows(data.rows, json);
  for (const part of data.rows.keys()) await rows.part(part);
  const excerpts = makeExcerpts(data.excerpts, json);
  const gaps = readRecords(data.gaps);
  const find = makeFind(items, rows);
  await find.read(q, () => {});
  const facts = items.map((item) => rows.at(item));
  const pieces = facts.flatMap((fact) => fact?.evidence ?? []).filter(({ excerpt }) => excerpt && excerpt[0] >= 0);
  return {
    data: { ...data, facts: { ...data.facts, names: undefined } }, facts, gaps: Array.from({ length: gaps.count }, (_, index) => gaps.at(index)),
    excerpts: await Promise.all(pieces.map(({ excerpt }) => excerpts(...excerpt).then((texts) => texts && { place: excerpt[1], ...texts }))),
    items: items.map((item) => Object.fromEntries(COLUMNS.map((name) => [name, item[name]]))), places: items.map((item) => byId.get(item.id)?.index ?? -1),
    hits: q ? [...find.hits(q)] : [], scripts: [...scripts.keys()],
  };
}
