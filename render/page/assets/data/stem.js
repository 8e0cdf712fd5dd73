const SHORTEST = 3; // letters of a stem
/** Endings, the longest first: what is left must have a vowel. */
const ENDINGS = ['ations', 'ation', 'ments', 'ment', 'ings', 'ing', 'ied', 'ies', 'ers', 'ed', 'es', 'er', 's', 'e', 'y'];
const DOUBLED = /([bdfgmnprt])\1$/;

/**
 * What words of one stem begin with, in English: `rolling`, `rolled` and `rolls` are of `roll`, `stopped` of `stop`. A
 * beginning of the word always, so that a text may be searched for it; other words, and short ones, are their own.
 * @param {string} word in lower case
 */
export function stemOf(word) {
  if (!/^[a-z]+$/.test(word)) return word;
  const ending = ENDINGS.find((one) => word.endsWith(one) && (one !== 'y' || /[^aeiou]y$/.test(word)) && word.length - one.length >= SHORTEST && /[aeiouy]/.test(word.slice(0, word.length - one.length)));
  if (!ending || word.endsWith('ss')) return word;
  const stem = word.slice(0, word.length - ending.length);
  return ending.length > 1 && DOUBLED.test(stem) && stem.length > SHORTEST ? stem.slice(0, -1) : stem;
}
