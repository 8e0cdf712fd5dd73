import { copyButtonOf, el } from './dom.js';
import { copiedFact, copiedRange, MOST_COPIED, rangeFragment } from '../data/copied.js';
import { shownItems } from '../chart/chart.js';

/** @type {import('../data/copied.js').Form[]} */
const FORMS = ['text', 'Markdown', 'link'];

/** Buttons that copy a fact in each form. @param {Item} item @param {Model} model @param {string} zone */
export function factCopies(item, model, zone) {
  return FORMS.flatMap((form) => [copyButtonOf(async () => {
    await model.rows.read(item);
    return copiedFact(item, model.rows.at(item), model, zone, form, location);
  }, form === 'Markdown' ? 'the fact as Markdown, with its reference' : `the fact as ${form}`, form), ' ']);
}

/** The same for what is shown: the marked range of it, where one is marked. @param {Model} model @param {Store} store */
export function rangeCopies(model, store) {
  const range = () => {
    const { mark, from, to } = store.get();
    return mark ?? /** @type {[number, number]} */ ([from ?? 0, to ?? model.length]);
  };
  const buttons = FORMS.flatMap((form) => [copyButtonOf(async () => {
    const { zone, fact } = store.get();
    const shown = range();
    const items = shownItems(model, { ...store.get(), from: shown[0], to: shown[1] });
    await Promise.all(items.slice(0, MOST_COPIED).map((item) => model.rows.read(item)));
    return copiedRange(items, shown, model, zone, form, rangeFragment(shown, fact ?? '', model.origin, store.get()), location, store.get());
  }, form === 'Markdown' ? 'what is shown as MD, Markdown with references' : `what is shown as ${form}`, form === 'Markdown' ? 'MD' : form), ' ']);
  return el('span', { class: 'copies' }, 'copy ', ...buttons);
}
