import { ask } from './api.js';
import { byId } from './dom.js';
import { search } from './search.js';

if (byId('search')) search(byId('search'));

for (const button of /** @type {NodeListOf<HTMLButtonElement>} */ (document.querySelectorAll('button[data-build]'))) {
  button.addEventListener('click', async () => {
    button.disabled = true;
    try {
      await ask(`/api/incidents/${button.dataset.build}/builds`, 'POST');
      location.reload();
    } catch (error) {
      button.after(` ${error instanceof Error ? error.message : error}`);
      button.disabled = false;
    }
  });
}
