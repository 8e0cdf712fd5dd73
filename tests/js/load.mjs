// Modules are the browser's; Node is told so, whatever the folder's nearest package.json says.
import { mkdtemp, cp, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';

const folder = await mkdtemp(join(tmpdir(), 'timeline-js-'));
await cp(fileURLToPath(new URL('../../render/page/assets', import.meta.url)), folder, { recursive: true });
await cp(fileURLToPath(new URL('../../service/web/static', import.meta.url)), join(folder, 'web'), { recursive: true });
await writeFile(join(folder, 'package.json'), '{"type": "module"}');
process.on('exit', () => rmSync(folder, { recursive: true, force: true }));

/** @param {string} name of a module in render/page/assets, or `web/` and one of service/web/static */
export const load = (name) => import(pathToFileURL(join(folder, name)));
