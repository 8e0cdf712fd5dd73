/**
 * Unpack a data script of the page: base64 of gzip.
 * @param {string} id
 * @returns {Promise<Blob>}
 */
async function unpack(id) {
  const stream = new Blob([bytesOf((document.getElementById(id)?.textContent ?? '').trim())]).stream().pipeThrough(new DecompressionStream('gzip'));
  return new Response(stream).blob();
}

/** @param {string} packed base64 @returns {Uint8Array<ArrayBuffer>} */
function bytesOf(packed) {
  const { fromBase64 } = /** @type {any} */ (Uint8Array);
  if (fromBase64) return fromBase64.call(Uint8Array, packed); // a browser of today reads it many times as fast
  const text = atob(packed);
  const bytes = new Uint8Array(text.length);
  for (let index = 0; index < bytes.length; index += 1) bytes[index] = text.charCodeAt(index);
  return bytes;
}

/** @param {string} id @returns {Promise<any>} */
export async function unpackJson(id) {
  return JSON.parse(await (await unpack(id)).text());
}

/** @param {string} id @returns {Promise<ArrayBuffer>} */
export async function unpackBytes(id) {
  return (await unpack(id)).arrayBuffer();
}

/**
 * Run the packed script: `strict-dynamic` lets our script, known by its hash, add it.
 * @param {string} id
 * @returns {Promise<void>}
 */
export async function runPacked(id) {
  const blob = new Blob([await unpack(id)], { type: 'text/javascript' });
  const address = URL.createObjectURL(blob);
  const ran = await new Promise((resolve) => {
    const script = document.createElement('script');
    script.src = address;
    script.onload = () => resolve(true);
    script.onerror = () => resolve(false);
    document.head.append(script);
  });
  URL.revokeObjectURL(address);
  if (!ran && !runInline(await blob.text())) throw new Error(`the packed script ${id} did not run`);
  document.getElementById(id)?.remove();
}

/** Run a script where the program that shows the page lets none run from an address; tell whether it did. @param {string} text */
function runInline(text) {
  const script = document.createElement('script');
  script.textContent = `${text}${RAN}`;
  document.head.append(script);
  script.remove();
  return script.dataset.ran !== undefined;
}

/** Marks a script that ran to its end; `service/agent/app.py` knows it. */
const RAN = '\n;document.currentScript.dataset.ran = "";';

/** What a reader is told who sees no chart. @param {unknown} error */
export function notDrawn(error) {
  return `The page could not be drawn: ${error instanceof Error ? error.message : error}. The same facts are in postmortem.md and timeline.json.`;
}
