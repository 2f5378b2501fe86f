// The log of a command: silent, or on standard error with --verbose.
import { type Log, silentLog } from '../../base/log.ts';
import { withoutSecrets } from '../../base/secret-names.ts';
import type { Invocation } from '../invocation.ts';

export function commandLog({ terminal, verbosity }: Invocation): Log {
  if (verbosity !== 'verbose') return silentLog;
  const line: Log['info'] = (fields, message) => {
    const details = Object.entries(fields).map(([key, value]) => ` ${key}=${String(value)}`);
    terminal.stderr.write(`${withoutSecrets(message + details.join(''))}\n`);
  };
  return { debug: line, info: line, warn: line, error: line };
}
