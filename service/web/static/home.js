import { ask } from './api.js';

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
