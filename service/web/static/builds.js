import { ask } from './api.js';
import { byId, el, reason } from './dom.js';

const OPEN = new Set(['queued', 'running']);

/**
 * The buttons that have an incident built again, and what the build does: the stream tells every page the same.
 * @param {string} incident @param {(text: string) => void} tell
 */
export function makeBuilds(incident, tell) {
  const state = byId('build-state');
  const more = byId('build-more');
  const buttons = /** @type {HTMLButtonElement[]} */ ([...document.querySelectorAll('button[data-make]')]);
  let on = false;
  let asked = false;
  // A second press while one is asked for, or runs, starts nothing.
  const draw = () => { for (const button of buttons) button.ariaDisabled = String(on || asked); };
  const show = (/** @type {BuildForm} */ build) => {
    on = OPEN.has(build.state) && !(build.state === 'queued' && build.error);
    state.parentElement.hidden = false;
    state.dataset.state = build.error && build.state !== 'running' ? 'failed' : build.state;
    state.textContent = words(build);
    more.replaceChildren(...[`${build.cause}, asked for at ${clock(build.queued_at)} UTC`, build.error ?? (build.facts !== null && `${build.facts} facts, ${build.gaps} gaps`),
      build.state === 'queued' && build.error && `tried again at ${clock(build.next_at)} UTC`].filter(Boolean).map((line) => el('p', {}, line)));
    draw();
  };
  const refreshed = (/** @type {RefreshForm} */ answer) => {
    state.dataset.state = 'done';
    state.textContent = `refreshed ${clock(new Date().toISOString())}`;
    more.replaceChildren(...[answer.files.length ? `written anew: ${answer.files.join(', ')}` : 'nothing had changed', answer.regions.length > 0 && `regions of the draft that say something else: ${answer.regions.join(', ')}`, ...answer.messages]
      .filter(Boolean).map((line) => el('p', {}, line)));
  };
  for (const button of buttons) {
    button.addEventListener('click', async () => {
      if (on || asked) return;
      asked = true;
      draw();
      state.parentElement.hidden = false;
      state.textContent = button.dataset.make === 'refresh' ? 'refreshing' : 'asked for';
      try {
        const answer = await ask(`/api/incidents/${incident}/${button.dataset.make}`, 'POST');
        tell('');
        if (answer.state) show(answer);
        else refreshed(answer);
      } catch (error) {
        state.textContent = `${button.textContent} failed`;
        tell(`${button.textContent?.trim()}: ${reason(error)}`);
      }
      asked = false;
      draw();
    });
  }
  return { show };
}

/** @param {BuildForm} build */
function words(build) {
  if (build.state === 'running') return `building since ${clock(build.started_at)}`;
  if (build.error) return 'build failed';
  return build.state === 'queued' ? 'waits to be built' : `built ${clock(build.finished_at)}`;
}

/** @param {string | null} iso */
function clock(iso) {
  return iso ? iso.slice(11, 19) : '';
}
