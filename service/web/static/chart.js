const FACT = /^f-[0-9a-f]{16}$/;
const NOTE = /^n-[0-9a-f]{16}$/;
const DIGEST = /^[0-9a-f]{64}$/;
const REBUILT = 'This timeline was built again meanwhile: reload to see it.';
const INSTANT = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d{1,9})?Z$/;
const HASH = /^(#[\x21-\x7e]{0,20000})?$/;
const ANSWERED = 30000; // ms that a page takes at most to take another build in
const OLDER = 15000; // ms after which a page that says nothing is one of an older version

/**
 * The chart in its frame. Its file may say anything, so it has no origin here, and can call nothing with the
 * reader's session: it is spoken to by messages, and of its own only those in `hears` are taken.
 * @param {HTMLIFrameElement} frame @param {string} incident
 * @param {(fact: string | null) => void} chose @param {() => void} viewed called once another range or fact is in sight
 * @param {(text: string) => void} tell @param {(note: string) => void} goes called where somebody wants to go to a note
 */
export function makeChart(frame, incident, chose, viewed, tell, goes) {
  const base = `/api/incidents/${incident}/evidence/`;
  let hash = location.hash;
  let ready = false;
  /** @type {{ start: string, end: string } | null} */
  let shown = null;
  /** @type {string | null | undefined} */
  let fact;
  /** @type {ChartNote[]} */
  let notes = [];
  /** @type {number | undefined} */
  let awaited;
  let late = false;
  // The frame's origin has no name that a message could be sent to.
  const say = (/** @type {Record<string, unknown>} */ words) => { if (ready) frame.contentWindow?.postMessage(words, '*'); };
  const renew = async () => {
    late = !ready; // built while the chart was being loaded: then once it is there
    if (late) return;
    const answer = await fetch(`/incidents/${incident}/timeline.data`);
    if (!answer.ok) return void tell(REBUILT);
    const blocks = await answer.json();
    clearTimeout(awaited);
    awaited = setTimeout(() => tell(REBUILT), ANSWERED);
    say({ timeline: 'built', blocks });
  };
  const go = (/** @type {string} */ next) => {
    hash = next ? `#${next}` : '';
    say({ timeline: 'go', hash: next });
  };
  /** @type {Record<string, (given: any) => void>} */
  const hears = {
    renewed: () => { clearTimeout(awaited); },
    outdated: () => { clearTimeout(awaited); tell(REBUILT); },
    ready: () => {
      ready = true;
      say({ timeline: 'payloads', base });
      say({ timeline: 'notes', notes });
      if (hash !== frameHash) go(hash.slice(1));
      if (late) renew().catch(() => tell(REBUILT));
    },
    view: (given) => {
      if (typeof given.hash !== 'string' || !HASH.test(given.hash)) return;
      hash = given.hash;
      shown = [given.start, given.end].every((at) => typeof at === 'string' && INSTANT.test(at)) ? { start: given.start, end: given.end } : null;
      if (hash !== location.hash) history.replaceState(null, '', hash || location.pathname);
      const now = typeof given.fact === 'string' && FACT.test(given.fact) ? given.fact : null;
      if (now !== fact) chose(fact = now);
      viewed();
    },
    note: ({ note }) => { if (typeof note === 'string' && NOTE.test(note)) goes(note); },
    // Only upon somebody's own click, and nothing but a payload of this incident, which is plain text.
    payload: ({ digest }) => { if (typeof digest === 'string' && DIGEST.test(digest) && navigator.userActivation?.isActive !== false) window.open(base + digest, '_blank', 'noopener'); },
  };
  window.addEventListener('message', ({ source, data }) => {
    if (source === frame.contentWindow && data && Object.hasOwn(hears, data.timeline)) hears[data.timeline](data);
  });
  frame.addEventListener('load', () => {
    setTimeout(() => { if (!ready) tell('This chart was made by an older version, and knows nothing of the notes: `timeline refresh` makes it anew.'); }, OLDER);
  });
  const frameHash = location.hash;
  frame.src = `/incidents/${incident}/timeline.html${frameHash}`;

  // A link to another view of the page that is open already.
  window.addEventListener('hashchange', () => { if (location.hash !== hash) go(location.hash.slice(1)); });
  return {
    /** Choose a fact; what else the view holds stays. @param {string} wanted */
    choose: (wanted) => {
      const parts = hash.slice(1).split('&').filter(Boolean);
      if (FACT.test(parts[0] ?? '')) parts.shift();
      go([wanted, ...parts].join('&'));
    },
    /** Show a range. @param {string} start @param {string} end */
    show: (start, end) => {
      const kept = hash.slice(1).split('&').filter((part) => part && !/^(from|to)=/.test(part));
      go([...kept, `from=${start}`, `to=${end}`].join('&'));
    },
    /** The range that is shown. @returns {{start: string, end: string} | null} */
    range: () => shown,
    /** Hand another build's data to the page: it takes them in where it stands. */
    renew,
    /** @param {ChartNote[]} now what is told of facts, the oldest first */
    notes: (now) => { notes = now; say({ timeline: 'notes', notes }); },
  };
}
