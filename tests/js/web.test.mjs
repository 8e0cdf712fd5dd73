import assert from 'node:assert/strict';
import { once } from 'node:events';
import { createServer } from 'node:http';
import { after, test } from 'node:test';
import { load } from './load.mjs';

const { ask, newId, Refused } = await load('web/api.js');
const { makeStore } = await load('web/store.js');
const { moment, range } = await load('web/dom.js');

const fact = { id: 'f-0000000000000001', when: '14:07:31', statement: 'It fired', kind: 'alert.firing', source: 'prod', disputed: [] };
const note = (id, text) => ({ id, heads: [{ id: 'v-1', note: id, base: [], at: '2026-11-21T14:00:00Z', author: 'Ada', body: { kind: 'observation', text, cites: [{ fact: fact.id }] } }], conflict: false, removed: false, versions: 1, changed: {} });
const form = (...notes) => ({ cursor: '10-v-1', notes, facts: { [fact.id]: fact }, agenda: [], disputed: {}, problems: [] });

/** A server that answers by path; what it was asked is kept. */
const asked = [];
const answers = {};
const server = createServer(async (request, response) => {
  let body = '';
  for await (const chunk of request) body += chunk;
  asked.push({ method: request.method, url: request.url, body, type: request.headers['content-type'], last: request.headers['last-event-id'] });
  answers[`${request.method} ${request.url.split('?')[0]}`](request, response);
}).listen(0, '127.0.0.1');
await once(server, 'listening');
after(() => { opened.forEach((one) => one.close()); server.closeAllConnections(); server.close(); });
const home = `http://127.0.0.1:${server.address().port}`;
// A page's addresses are relative to it; Node has no page.
const fetched = globalThis.fetch;
globalThis.fetch = (path, options) => fetched(new URL(path, home), options);
const Source = globalThis.EventSource;
const opened = [];
globalThis.EventSource = class extends Source { constructor(path) { super(new URL(path, home).href); opened.push(this); } };
const json = (status, value) => (_, response) => response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(value));

test('an answer is its value, a refusal says why, a conflict holds both sides', async () => {
  answers['GET /api/a'] = json(200, { ok: true });
  assert.deepEqual(await ask('/api/a'), { ok: true });
  assert.equal(asked.at(-1).type, undefined);
  answers['POST /api/a'] = json(201, { ok: 1 });
  await ask('/api/a', 'POST', { text: 'ä' });
  assert.deepEqual([asked.at(-1).body, asked.at(-1).type], ['{"text":"ä"}', 'application/json']);
  answers['PUT /api/a'] = json(409, { detail: 'Bo changed it', note: note('n-1', 'theirs'), yours: null });
  const clash = await ask('/api/a', 'PUT', {}).catch((error) => error);
  assert.ok(clash instanceof Refused);
  assert.deepEqual([clash.message, clash.conflict.note.id], ['Bo changed it', 'n-1']);
  answers['DELETE /api/a'] = json(422, { detail: [{ loc: ['body', 'body', 0, 'text'], msg: 'is empty' }, { loc: ['query', 'base'], msg: 'is missing' }] });
  const wrong = await ask('/api/a', 'DELETE').catch((error) => error);
  assert.deepEqual([wrong.message, wrong.conflict], ['body text: is empty; base: is missing', null]);
  answers['GET /api/b'] = (_, response) => response.writeHead(502).end('<html>');
  assert.equal((await ask('/api/b').catch((error) => error)).message, 'the server answered 502');
});

test('names of notes are new and in the form that the server takes', () => {
  const names = new Set(Array.from({ length: 1000 }, newId));
  assert.equal(names.size, 1000);
  for (const name of names) assert.match(name, /^n-[0-9a-f]{16}$/);
});

test('moments and ranges read as clock times, with the day where it changes', () => {
  assert.equal(moment('2026-11-21T14:07:31Z'), '2026-11-21 14:07:31');
  assert.equal(range('2026-11-21T14:07:31Z', '2026-11-21T14:09:00Z'), '14:07:31 to 14:09:00');
  assert.equal(range('2026-11-21T23:59:00Z', '2026-11-22T00:01:00Z'), '23:59:00 to 2026-11-22 00:01:00');
});

test('the store follows the stream, and a lost connection goes on behind the last event', async () => {
  const send = (response, id, event, data) => response.write(`retry: 20\nid: ${id}\nevent: ${event}\ndata: ${JSON.stringify(data)}\n\n`);
  const streams = [];
  answers['GET /api/incidents/INC-1/notes'] = json(200, form(note('n-1', 'first')));
  answers['GET /api/incidents/INC-1/stream'] = (_, response) => { response.writeHead(200, { 'content-type': 'text/event-stream' }); response.flushHeaders(); streams.push(response); };
  const seen = [];
  const lights = [];
  let rebuilt = 0;
  const until = async (holds) => { for (let n = 0; n < 400 && !holds(); n += 1) await new Promise((then) => { setTimeout(then, 10); }); assert.ok(holds(), String(holds)); };
  const told = [];
  const store = makeStore('INC-1', { changed: ({ notes }) => seen.push(notes && [...notes]), connected: (on) => lights.push(on), timeline: () => { rebuilt += 1; }, draft: () => told.push('draft'), build: ({ state }) => told.push(state) });
  await store.start();
  await until(() => lights.at(-1) === true && streams.length === 1);
  assert.deepEqual(seen, [null]);
  assert.match(asked.at(-1).url, /\/stream\?after=10-v-1$/);
  send(streams[0], '20-v-2', 'version', { ...form(note('n-2', 'second')), cursor: '20-v-2' });
  await until(() => store.state.notes.size === 2);
  assert.deepEqual(seen.at(-1), ['n-2']);
  streams[0].destroy();
  await until(() => streams.length === 2 && lights.at(-1) === true);
  assert.ok(lights.includes(false));
  assert.equal(asked.at(-1).last, '20-v-2');
  // The same event again changes nothing; everything anew leaves out what is gone.
  send(streams[1], '20-v-2', 'version', { ...form(note('n-2', 'second')), cursor: '20-v-2' });
  // Of a build notes are read again: they may cite what says something else by now. What is older than what is shown is not taken.
  answers['GET /api/incidents/INC-1/notes'] = json(200, form(note('n-1', 'older')));
  send(streams[1], '30-v-3', 'timeline', {});
  await until(() => rebuilt === 1 && asked.at(-1).url === '/api/incidents/INC-1/notes');
  assert.equal(store.state.notes.size, 2);
  answers['GET /api/incidents/INC-1/notes'] = json(200, { ...form(note('n-1', 'first'), note('n-2', 'again')), cursor: '30-v-3' });
  send(streams[1], '30-v-3', 'timeline', {});
  await until(() => store.state.notes.get('n-2').heads[0].body.text === 'again');
  send(streams[1], '30-v-3', 'draft', {});
  send(streams[1], '30-v-3', 'build', { state: 'running' });
  await until(() => told.length === 2);
  assert.deepEqual(told, ['draft', 'running']);
  send(streams[1], '40-v-4', 'all', form(note('n-2', 'changed')));
  await until(() => store.state.notes.size === 1);
  assert.equal(store.state.notes.get('n-2').heads[0].body.text, 'changed');
  assert.equal((await store.fact(fact.id)).statement, 'It fired');
});
