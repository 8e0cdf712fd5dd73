import { count } from './words.js';

/** The largest page, as it is told. @param {Model} model */
function mostBytes({ data }) {
  return `${Math.round(data.limit / 2 ** 20)} MiB`;
}

/** What is not in the page, and where it is; empty where all is. @param {Model} model */
export function limitWords(model) {
  const { data, rows, items, drill } = model;
  const without = rows.parts.reduce((sum, [first, end, name]) => sum + (name ? 0 : end - first), 0);
  // An exercise does not tell how much is still to come.
  const some = (/** @type {number} */ n, /** @type {string} */ name) => (drill ? `some ${name}s` : count(n, name));
  const left = [
    data.facts.of > items.length && `${some(data.facts.of - items.length, 'fact')} far from the incident`,
    without && `the words of ${some(without, 'fact')}, which are drawn and counted`,
    data.excerpts_left_out && `${some(data.excerpts_left_out, 'excerpt')} of payloads`,
  ].filter(Boolean);
  return left.length ? `Left out, for a page is at most ${mostBytes(model)}: ${left.join('; ')}. timeline.json has all of it, and so have timeline serve and timeline export.` : '';
}

/** What stands for a fact's words while they are not at hand. @param {Item} item @param {Model} model */
export function absentWords(item, model) {
  return model.rows.has(item) ? 'reading …' : `What it says is left out of this page, which is at most ${mostBytes(model)}: timeline.json has it.`;
}

/** What stands for an excerpt that there is no room for. @param {Model} model */
export function noExcerptWords(model) {
  return `The excerpt is left out of this page, which is at most ${mostBytes(model)}; the digest names the payload.`;
}
