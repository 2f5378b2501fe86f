// Where placeholders of connection settings are looked up: this process's environment, and files.
import { readFileSync } from 'node:fs';
import type { SecretReaders } from '../../topology/secrets.ts';
import type { Terminal } from '../terminal.ts';

export function secretReaders(terminal: Terminal): SecretReaders {
  return {
    readEnv: (name) => terminal.env[name],
    readFile: (path) => readFileSync(path, 'utf8'),
  };
}
