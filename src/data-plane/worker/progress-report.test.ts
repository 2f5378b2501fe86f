// What a worker tells the ledger, when topics come and go and when the ledger fails.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { silentLog } from '../../base/log.ts';
import type { LedgerWrite } from '../../ledger/writer.ts';
import { manualClock } from '../../../test/fixtures/manual-clock.ts';
import type { MirrorPartition } from '../mirror/mirror-partition.ts';
import { ProgressReport } from './progress-report.ts';

const partitionOf = (topic: string) =>
  ({
    spec: { set: 'payments', topic, partition: 0, sourceRegion: 'eu-west', targetRegion: 'us-east' },
    state: { name: 'mirroring' },
    view: {},
    counts: { bytes: 0, records: 0, batches: 0, holes: 0, fillers: 0 },
    revision: 0,
  }) as unknown as MirrorPartition;

function reportTo(ledger: { fails: boolean }) {
  const written: string[] = [];
  const write = async (writes: readonly LedgerWrite<'causeway.observed'>[]) => {
    for (const each of writes) {
      written.push(
        'tombstone' in each ? `- ${each.tombstone}` : `+ ${each.kind === 'mirror' ? each.topic : '?'}`,
      );
    }
    if (ledger.fails) throw new Error('no answer');
  };
  return { written, report: new ProgressReport({ name: 'w1', write, clock: manualClock(), log: silentLog }) };
}

test('a topic that the worker has no more is taken back, once', async () => {
  const { written, report } = reportTo({ fails: false });
  await report.write([partitionOf('a'), partitionOf('b')]);
  await report.write([partitionOf('b')]);
  await report.write([partitionOf('b')]);
  assert.deepEqual(written, ['+ a', '+ b', '+ b', '- mirror/payments/a/w1', '+ b']);
});

test('a worker with nothing to report writes nothing', async () => {
  const { written, report } = reportTo({ fails: false });
  await report.write([]);
  assert.deepEqual(written, []);
});

test('after a write of unknown outcome its topics are still taken back', async () => {
  const ledger = { fails: true };
  const { written, report } = reportTo(ledger);
  await report.write([partitionOf('a')]);
  assert.match(report.trouble ?? '', /no answer/);
  ledger.fails = false;
  await report.write([]);
  assert.deepEqual(written, ['+ a', '- mirror/payments/a/w1']);
  assert.equal(report.trouble, undefined);
});

test('what changes is told each time, the rest in turn', async () => {
  const { written, report } = reportTo({ fails: false });
  const partitions = Array.from({ length: 10 }, (_, at) => partitionOf(String(at)));
  await report.write(partitions);
  assert.equal(written.splice(0).length, 10);
  const busy = partitions[7] as { revision: number };
  for (let round = 0; round < 10; round += 1) {
    busy.revision += 1;
    await report.write(partitions);
  }
  const times = (topic: string) => written.filter((each) => each === `+ ${topic}`).length;
  assert.equal(times('7'), 10, 'it changed ten times');
  const others = partitions.map(({ spec }) => spec.topic).filter((topic) => topic !== '7');
  for (const topic of others)
    assert.ok(times(topic) === 1 || times(topic) === 2, `${topic}: ${written.join()}`);
});

test('after a write of unknown outcome everything of it is told again', async () => {
  const ledger = { fails: true };
  const { written, report } = reportTo(ledger);
  const partitions = Array.from({ length: 10 }, (_, at) => partitionOf(String(at)));
  await report.write(partitions);
  ledger.fails = false;
  written.length = 0;
  await report.write(partitions);
  assert.equal(written.length, 10);
});
