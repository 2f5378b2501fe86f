// The log cleaner: two passes over keyed data, tombstones, transactions and fillers, and what is left of each
// batch and known of each id, also after a stop.
import type { Scene, Stage } from './stage.ts';

export const cleaner: Scene = {
  name: 'cleaner',
  config: {
    'cleanup.policy': 'compact',
    'segment.bytes': '1048576',
    'min.cleanable.dirty.ratio': '0',
    // What may go goes with the second pass.
    'delete.retention.ms': '0',
  },
  play: async (stage) => {
    await stage.write({ values: ['refused'] });
    await stage.write({ ...keyed('abc'), id: 1_000, sequence: 0 });
    await stage.write({ ...keyed('a'), id: 1_000, sequence: 3 });
    await stage.write({ keys: ['b', 'd'], values: [null, 'kept'], id: 1_001, sequence: 0 });
    await transaction(stage, 'x0', 'ae', true);
    await transaction(stage, 'x1', 'cf', false);
    await filler(stage, 900, 0);
    await filler(stage, 900, 1);
    // So much that a large batch does not fit any more, and so little, once it is cleaned, that it does.
    await stage.write(keyed('xyx'.repeat(300)));
    await pass(stage);
    await stage.write({ ...keyed('c'), id: 1_001, sequence: 2 });
    await transaction(stage, 'x0', 'y', true);
    await stage.write(keyed('de'.repeat(10)));
    await pass(stage);
    // After a kill it would depend on how far the log was written down as flushed, once a minute.
    await stage.restart('stop');
    await stage.compareLog();
    await stage.ask({ kind: 'deleteRecords', topic: 'topic', partition: 0, offset: 1n });
  },
};

const keyed = (keys: string) => ({
  keys: keys.split(''),
  values: keys.split('').map((key, at) => `${key} ${at}`),
});

async function pass(stage: Stage): Promise<void> {
  const upTo = await stage.roll();
  await stage.realCleaned(upTo);
  stage.replica.compact({ upTo, deleteRetentionMs: 0n });
  stage.note(`cleaned up to ${upTo}`);
  await stage.compareLog();
}

async function transaction(stage: Stage, transactionalId: string, keys: string, committed: boolean) {
  const init = { kind: 'initProducerId', transactionalId, timeoutMs: 600_000, id: -1, epoch: -1 } as const;
  const { id, epoch } = (await stage.ask(init)) as { id: number; epoch: number };
  const held = { transactionalId, id, epoch };
  await stage.ask({ kind: 'addPartitionsToTxn', ...held, partitions: [0] });
  await stage.write({ ...keyed(keys), ...held, sequence: 0 });
  await stage.ask({ kind: 'endTxn', ...held, committed });
  await stage.ask({ kind: 'describeTransaction', transactionalId, settled: true });
}

async function filler(stage: Stage, id: number, epoch: number): Promise<void> {
  const marker = {
    id,
    epoch,
    committed: false,
    coordinatorEpoch: 0,
    topic: 'topic',
    partitions: [0],
  } as const;
  await stage.ask({ kind: 'writeTxnMarkers', markers: [marker] });
}
