import { amount } from './words.js';

/**
 * Flaps that are drawn as ribbons, and the facts that have marks: a ribbon stands for all of its facts, and where only some
 * are selected they are marks on it. A replay unfolds flaps, for a count would tell what is still ahead.
 * @param {Item[]} items @param {State} state
 */
export function parted(items, state) {
  /** @type {Map<Flap, number>} */
  const counts = new Map();
  if (state.at === null) for (const { flap } of items) if (flap && !state.open.includes(flap.id)) counts.set(flap, (counts.get(flap) ?? 0) + 1);
  return { flaps: [...counts.keys()], rest: counts.size ? items.filter(({ flap }) => !flap || counts.get(flap) !== flap.items.length) : items };
}

/** What a ribbon says of itself: `flapping 8×, active 61–64 % of the time`. @param {Flap} flap */
export function flapWords(flap) {
  return [`flapping ${flap.times}×`, dutyWords(flap)].filter(Boolean).join(', ');
}

/** The same with less and less room. @param {Flap} flap */
export function flapForms(flap) {
  return [flapWords(flap), [`flapping ${flap.times}×`, dutyWords(flap).replace('active ', '').replace(' of the time', '')].filter(Boolean).join(', '), `flapping ${flap.times}×`, `${flap.times}×`];
}

/** The share of time it was on, rounded outward: bounds are bounds. @param {Flap} flap */
export function dutyWords({ duty }) {
  if (!duty) return '';
  const [low, high] = [Math.floor(duty[0] * 100), Math.ceil(duty[1] * 100)];
  return `active ${low === high ? amount(low) : `${low}–${high}`} % of the time`;
}
