import { el, range, withCode } from './dom.js';

/**
 * What a note will cite, always in sight before it is sent: what was pinned, else a chip that follows what is chosen or
 * shown in the chart until it is pinned or taken away. What is shown is what is sent.
 * @param {ReviewPage} page @param {Cite[]} cites @param {boolean} follows
 */
export function makeCites(page, cites, follows) {
  let pinned = [...cites];
  let refused = '';
  let single = false; // a dispute is about one fact
  const list = el('ul', { className: 'chips', 'aria-label': 'Cited', onview: () => draw() });
  const shown = () => {
    const current = page.current();
    const all = pinned.length || !follows || key(current) === refused ? pinned : [current];
    return single ? all.filter((one) => one.fact !== undefined).slice(0, 1) : all;
  };
  const pin = (/** @type {Cite} */ cite) => {
    if (!pinned.some((one) => key(one) === key(cite))) pinned.push(cite);
    draw();
  };
  const drop = (/** @type {Cite} */ cite) => {
    if (pinned.includes(cite)) pinned = pinned.filter((one) => one !== cite);
    refused = key(cite);
    draw();
  };
  const chip = (/** @type {Cite} */ cite) => {
    const loose = !pinned.includes(cite);
    return el('li', { className: `chip${loose ? ' loose' : ''}`, title: loose ? 'Follows what you choose in the chart, until it is pinned' : '' },
      el('span', { className: 'what' }, ...label(cite, page.store.state.facts)),
      loose && el('button', { type: 'button', className: 'quiet', 'aria-label': 'Pin what is cited', onclick: () => pin(cite) }, 'pin'),
      el('button', { type: 'button', className: 'quiet', 'aria-label': 'Do not cite this', onclick: () => drop(cite) }, '×'));
  };
  const draw = () => {
    const all = shown();
    list.replaceChildren(...(all.length ? all.map(chip) : [el('li', { className: 'muted' }, single ? 'Choose the fact that you doubt in the chart.' : 'Cites nothing yet: choose a fact in the chart.')]));
    for (const { fact } of all) if (fact && !page.store.state.facts[fact]) page.store.fact(fact).then(draw, () => null);
  };
  draw();
  return {
    node: list,
    pin,
    /** @returns {Cite[]} */
    value: shown,
    limit: (/** @type {boolean} */ on) => { single = on; draw(); },
    reset: (/** @type {Cite[]} */ now) => { [pinned, refused] = [[...now], '']; draw(); },
  };
}

const key = (/** @type {Cite} */ cite) => cite.fact ?? `${cite.start} ${cite.end}`;

/** @param {Cite} cite @param {Record<string, FactForm>} facts @returns {(Node | string)[]} */
export function label(cite, facts) {
  if (cite.fact === undefined) return [el('span', { className: 'time' }, range(cite.start, cite.end)), ' UTC'];
  const fact = facts[cite.fact];
  return fact ? [el('span', { className: 'time' }, fact.when), ' ', ...withCode(fact.statement)] : [cite.fact];
}
