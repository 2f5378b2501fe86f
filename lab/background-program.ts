// The process that holds a lab which was started in the background, until `lab down` or a signal.
import { CausewayError, describeError } from '../src/base/errors.ts';
import type { BackgroundMessage, BackgroundOrder } from './background.ts';
import { holdLab } from './held-lab.ts';

const interrupted = new AbortController();
let ready = false;
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) {
  process.on(signal, () => interrupted.abort(new Error(`ended by ${signal}`)));
}
// Whoever started this has gone, and nobody waits for the lab.
process.on('disconnect', () => {
  if (!ready) interrupted.abort(new Error('the process that started the lab has ended'));
});

const say = (message: BackgroundMessage) => {
  if (process.connected) process.send?.(message);
};

async function main(order: BackgroundOrder): Promise<void> {
  const { signal } = interrupted;
  const onProgress = (message: string, share?: number) =>
    say({ say: 'progress', message, ...(share !== undefined && { share }) });
  await using lab = await holdLab({ ...order, onProgress, signal });
  signal.throwIfAborted();
  ready = true;
  say({ say: 'ready', status: await lab.status() });
  const ended = new Promise((resolve) => signal.addEventListener('abort', resolve, { once: true }));
  await Promise.race([lab.downRequested, ended]);
}

process.once('message', (order: BackgroundOrder) => {
  main(order).then(
    () => process.exit(0),
    (error: unknown) => {
      const code = error instanceof CausewayError ? error.code : 'CW-5012';
      const message = error instanceof CausewayError ? error.message : describeError(error);
      process.stderr.write(`${code} ${message}\n`);
      if (!process.connected) process.exit(1);
      process.send?.({ say: 'failed', code, message } satisfies BackgroundMessage, () => process.exit(1));
    },
  );
});
