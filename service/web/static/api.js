/** An answer that is no success; `conflict` holds both versions of a note. */
export class Refused extends Error {
  /** @param {number} status @param {any} answer */
  constructor(status, answer) {
    super(words(status, answer));
    this.status = status;
    /** @type {Conflict | null} */
    this.conflict = status === 409 ? answer : null;
  }
}

/** @param {number} status @param {any} answer */
function words(status, answer) {
  const { detail } = answer ?? {};
  if (Array.isArray(detail)) return detail.map((one) => `${one.loc.slice(1).filter((/** @type {any} */ part) => typeof part === 'string').join(' ')}: ${one.msg}`).join('; ');
  return typeof detail === 'string' ? detail : `the server answered ${status}`;
}

/** @param {string} path @param {string} [method] @param {any} [body] @returns {Promise<any>} */
export async function ask(path, method = 'GET', body = undefined) {
  /** @type {Record<string, string>} */
  const headers = body === undefined ? {} : { 'content-type': 'application/json' };
  const answer = await fetch(path, { method, headers, body: body === undefined ? undefined : JSON.stringify(body) })
    .catch(() => { throw new Error('the server cannot be reached now; try again in a moment'); });
  const value = await answer.json().catch(() => null);
  if (!answer.ok) throw new Refused(answer.status, value);
  return value;
}

/** A note's name is chosen here: a request that is sent again after a lost answer writes nothing twice. */
export function newId() {
  const bytes = crypto.getRandomValues(new Uint8Array(8));
  return `n-${[...bytes].map((byte) => byte.toString(16).padStart(2, '0')).join('')}`;
}
