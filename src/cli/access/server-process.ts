// The server that `serve` runs.
import { InvariantError } from '../../base/errors.ts';

export interface RunningServer {
  readonly httpPort: number;
  stop(): Promise<void>;
  readonly finished: Promise<void>;
}

export function startServer(_options: unknown): Promise<RunningServer> {
  return Promise.reject(new InvariantError('being wired'));
}
