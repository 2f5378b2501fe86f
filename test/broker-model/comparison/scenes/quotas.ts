// Quotas: the throttle time is told at once, a fetch brings nothing, and the connection's next request waits.
import { earliest, type Scene, type Stage } from './stage.ts';

const large = { values: ['x'.repeat(500_000)] };
/** Measured over ten seconds, so that one large batch is somewhat more: the wait is a second or two. */
const bytesPerSecond = 40_000;
/** Less than what a client of that quota is told to wait, and more than a request takes. */
const quietMs = 300;

export const quotas: Scene = {
  name: 'quotas',
  config: {},
  play: async (stage) => {
    await stage.write(large);
    const { cluster } = stage.model;
    stage.note('a quota for fetches');
    await stage.quotas(bytesPerSecond, undefined);
    cluster.throttleMs = (kind, bytes) => (kind === 'fetch' && bytes > bytesPerSecond ? 1_000 : 0);
    await stage.fetch(0n);
    await waits(stage);
    stage.note('a quota for produce requests');
    await stage.quotas(undefined, bytesPerSecond);
    cluster.throttleMs = (kind, bytes) => (kind === 'produce' && bytes > bytesPerSecond ? 1_000 : 0);
    await stage.write(large);
    await waits(stage);
    await stage.quotas(undefined, undefined);
    cluster.throttleMs = () => 0;
    await stage.compareLog();
  },
};

async function waits(stage: Stage): Promise<void> {
  const { realMs, modelMs } = await stage.times(earliest);
  if (realMs < quietMs || modelMs < quietMs)
    stage.fail(`waited for ${realMs} ms, the model for ${modelMs} ms`);
}
