// Reads messages of an app as JSON, and answers whether each is what the extension's own schemas let a host take.
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { pathToFileURL } from 'node:url';

const [folder] = process.argv.slice(2);
const resolved = createRequire(`${folder}/none.js`).resolve('@modelcontextprotocol/ext-apps');
const apps = await import(pathToFileURL(resolved));
const SCHEMAS = {
  'ui/initialize': apps.McpUiInitializeRequestSchema, 'ui/notifications/initialized': apps.McpUiInitializedNotificationSchema,
  'ui/notifications/size-changed': apps.McpUiSizeChangedNotificationSchema,
};
console.log(JSON.stringify(JSON.parse(readFileSync(0, 'utf8')).map((message) => ({
  method: message.method, ok: SCHEMAS[message.method]?.safeParse(message).success ?? false, latest: apps.LATEST_PROTOCOL_VERSION,
}))));
