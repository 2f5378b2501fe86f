// An id is forgotten by the age of its last record, and never while it has a transaction open.
import { hourMs, type Scene } from './stage.ts';

const old = 48 * hourMs;
const transactionalId = 'x0';

export const expiry: Scene = {
  name: 'expiry of producer ids',
  config: {},
  play: async (stage) => {
    const begun = await stage.ask({
      kind: 'initProducerId',
      transactionalId,
      timeoutMs: 600_000,
      id: -1,
      epoch: -1,
    });
    const held = { transactionalId, id: begun['id'] as number, epoch: begun['epoch'] as number };
    await stage.ask({ kind: 'addPartitionsToTxn', ...held, partitions: [0] });
    await stage.write({ values: ['in a transaction'], ...held, sequence: 0, ageMs: old });
    await stage.write({ values: ['kept'], id: 1_001, sequence: 5 });
    await stage.write({ values: ['a', 'b'], id: 1_000, sequence: 0, ageMs: old });
    await stage.realProducers((producers) => !producers.some((each) => each.startsWith('1000')));
    stage.model.cluster.mustBroker(1).expireProducers();
    await stage.producers();
    // Unknown again: any sequence is taken, and a repeat is none.
    await stage.write({ values: ['a', 'b'], id: 1_000, sequence: 0 });
    await stage.write({ values: ['c'], id: 1_000, sequence: 9 });
    await stage.write({ values: ['c'], id: 1_001, sequence: 9 });
    await stage.ask({ kind: 'endTxn', ...held, committed: false });
    await stage.ask({ kind: 'describeTransaction', transactionalId, settled: true });
    await stage.producers();
    await stage.compareLog();
  },
};
