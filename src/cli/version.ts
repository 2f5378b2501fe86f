// What this program tells of itself.
import { readFileSync } from 'node:fs';

/** How commands call themselves towards brokers. */
export const clientId = 'causeway-cli';

/** From the package file. */
export function programVersion(): string {
  const text = readFileSync(new URL('../../package.json', import.meta.url), 'utf8');
  return (JSON.parse(text) as { version: string }).version;
}
