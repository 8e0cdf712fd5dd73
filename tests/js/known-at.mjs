// Reads a page whose path and instants come as JSON, and answers with what its replay shows at each of them.
import { readFileSync } from 'node:fs';
import { gunzipSync } from 'node:zlib';
import { load } from './load.mjs';

const { readFacts } = await load('data/facts.js');
const { makeModel } = await load('data/model.js');
const { readInstant, sinceOrigin } = await load('data/instant.js');
const { situation, standing, surfacedBy } = await load('data/replay.js');

const SCRIPT = /<script type="application\/octet-stream" id="([\w-]+)">([^<]*)<\/script>/g;
const [path, times] = JSON.parse(readFileSync(0, 'utf8'));
const scripts = new Map([...readFileSync(path, 'utf8').matchAll(SCRIPT)].map(([, id, text]) => [id, text]));
const bytes = (id) => { const made = gunzipSync(Buffer.from(scripts.get(id), 'base64')); return made.buffer.slice(made.byteOffset, made.byteOffset + made.length); };
const data = JSON.parse(new TextDecoder().decode(bytes('data')));
const origin = readInstant(data.window.start).seconds;
const facts = readFacts(bytes('facts'), bytes('ids'), data.facts, origin);
const model = makeModel({ ...data, panels: [], gaps: [] }, facts, origin, /** @type {any} */ ({}));

console.log(JSON.stringify(times.map((time) => {
  const at = sinceOrigin(time, origin);
  const stands = model.items.map((item) => standing(item, at));
  const { message, ...counts } = situation(model, at);
  return {
    surfaced: surfacedBy(model.items, at, model.items.length).map(({ id }) => id), untold: stands.filter((one) => one === 'untold').length,
    ahead: stands.filter((one) => one === 'ahead').length, ...counts, message: message?.id ?? null,
  };
})));
