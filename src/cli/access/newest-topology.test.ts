// Which topology counts when the regions' ledgers differ.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { DesiredTopology } from '../../ledger/records.ts';
import { region } from '../view/picture-for-tests.ts';
import { newestTopology } from './newest-topology.ts';

const yaml = (set: string) => `regions:
  a: { kafka: { bootstrap.servers: "h:1" } }
  b: { kafka: { bootstrap.servers: "h:2" } }
mirrors:
  ${set}: { topics: [x], home: a, to: [b] }
`;
const applied = (appliedAtMs: number, text: string): DesiredTopology => ({
  kind: 'topology',
  yaml: text,
  appliedAtMs,
  actor: 'ada',
  reason: '',
});

test('the one applied last counts, wherever it is; who holds another one is told', async () => {
  const { applied: newest, regions } = await newestTopology([
    region('a', { desired: applied(1, yaml('old')) }),
    region('b', { desired: applied(2, yaml('new')) }),
    region('c'),
    region('d', { error: { code: 'CW-3001', message: 'silent' } }),
  ]);
  assert.deepEqual([...(newest?.topology.mirrors.keys() ?? [])], ['new']);
  assert.equal(newest?.record.appliedAtMs, 2);
  assert.deepEqual(
    regions.map(({ warnings }) => warnings),
    [
      ['it holds an older topology than another region; `causeway apply` brings all to the same'],
      [],
      ['it holds no topology; `causeway apply` brings all to the same'],
      [],
    ],
  );
});

test('nothing applied anywhere is no reason for a warning', async () => {
  const { applied: newest, regions } = await newestTopology([region('a'), region('b')]);
  assert.equal(newest, undefined);
  assert.deepEqual(
    regions.flatMap(({ warnings }) => warnings),
    [],
  );
});

test('a topology that this program cannot read is told, and the next newest counts', async () => {
  const { applied: newest, regions } = await newestTopology([
    region('a', { desired: applied(1, yaml('fine')) }),
    region('b', { desired: applied(2, 'regions: {}\nfuture: 1\n') }),
  ]);
  assert.deepEqual([...(newest?.topology.mirrors.keys() ?? [])], ['fine']);
  assert.match(regions[1]?.warnings[0] ?? '', /the applied topology in b has \d+ problems?:/);
});
