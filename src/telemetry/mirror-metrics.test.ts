// From partitions to metrics: lag, recovery point and age where they are known, nothing where they are not.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Metrics } from './metrics.ts';
import { type PartitionReport, reportMirrors } from './mirror-metrics.ts';

const nowMs = 1_700_000_100_000;
const where = { set: 's', topic: 't', source: 'eu', target: 'us' };
const known: Omit<PartitionReport, 'labels'> = {
  state: 'mirroring',
  cause: undefined,
  position: 900n,
  sourceEnd: 1_000n,
  sourceSeenAtMs: nowMs - 2_000,
  oldestMissingMs: nowMs - 12_000,
  bytes: 5_000n,
  records: 900n,
  batches: 30n,
  holes: 7n,
  fillers: 8n,
  starts: 2,
  fenceRefusals: 1,
};
const mirrorOf = (...partitions: Partial<PartitionReport>[]): PartitionReport[] =>
  mirrorAt(where, ...partitions);
const mirrorAt = (at: typeof where, ...partitions: Partial<PartitionReport>[]): PartitionReport[] =>
  partitions.map((each, partition) => ({ ...known, labels: { ...at, partition }, ...each }));

/** Values by metric and by the labels that tell them apart. */
async function valuesOf(partitions: readonly PartitionReport[]): Promise<Record<string, number>> {
  const metrics = new Metrics({ granularity: 'partition' });
  reportMirrors(metrics, partitions, nowMs);
  const lines = (await metrics.text()).split('\n').filter((line) => line.startsWith('causeway_mirror_'));
  return Object.fromEntries(
    lines.map((line) => {
      const [, name = '', labels = '', value] = /^causeway_mirror_(\w+)\{(.*)\} (\S+)$/.exec(line) ?? [];
      const own = labels
        .split(',')
        .filter((label) => /^(partition|state|code)=/.test(label))
        .map((label) => label.split('"')[1]);
      return [`${name} ${own.join(' ')}`, Number(value)];
    }),
  );
}

test('a partition of which all is known', async () => {
  assert.deepEqual(await valuesOf(mirrorOf({})), {
    'records_total 0': 900,
    'bytes_total 0': 5_000,
    'batches_total 0': 30,
    'holes_total 0': 7,
    'fillers_total 0': 8,
    'lag_records 0': 100,
    'rpo_seconds 0': 10,
    'evidence_age_seconds 0': 2,
    'position 0': 900,
    'shift 0': 0,
    'held_seconds 0': 0,
    'prefix_left 0': 0,
    'state 0 mirroring': 1,
    'start_procedures_total 0': 2,
    'fence_refusals_total 0': 1,
  });
});

test('a partition of which nothing is known yet shows its state and what was counted', async () => {
  const unknown = {
    state: 'starting',
    position: undefined,
    sourceEnd: undefined,
    sourceSeenAtMs: undefined,
    oldestMissingMs: undefined,
    records: 0n,
    bytes: 0n,
    batches: 0n,
    starts: 0,
    fenceRefusals: 0,
  };
  assert.deepEqual(Object.keys(await valuesOf(mirrorOf(unknown))).toSorted(), [
    'batches_total 0',
    'bytes_total 0',
    'fence_refusals_total 0',
    'fillers_total 0',
    'holes_total 0',
    'records_total 0',
    'start_procedures_total 0',
    'state 0 starting',
  ]);
});

test('a shifted partition: lag and recovery point count at the source', async () => {
  const values = await valuesOf(
    mirrorOf({ position: 903n, shift: 3n }, { position: 1_003n, shift: 3n, oldestMissingMs: undefined }),
  );
  assert.equal(values['lag_records 0'], 100);
  assert.equal(values['shift 0'], 3);
  assert.equal(values['position 0'], 903);
  assert.deepEqual([values['lag_records 1'], values['rpo_seconds 1']], [0, 0]);
});

test('what an open transaction holds is shown by how long it does', async () => {
  const values = await valuesOf(mirrorOf({ heldBy: { sinceMs: nowMs - 12_500 } }, {}));
  assert.deepEqual([values['held_seconds 0'], values['held_seconds 1']], [12.5, 0]);
});

test('a prefix that is being filled is shown by what is left of it', async () => {
  const prefix = { reached: 2_000_000n, firstOffset: 5_000_100n };
  const values = await valuesOf(mirrorOf({ state: 'prefilling', position: undefined, prefix }));
  assert.equal(values['prefix_left 0'], 3_000_100);
  assert.equal(values['state 0 prefilling'], 1);
});

test('nothing missing is a recovery point of 0; something missing of unknown age is none', async () => {
  const values = await valuesOf(
    mirrorOf({ position: 1_000n, oldestMissingMs: undefined }, { oldestMissingMs: undefined }),
  );
  assert.equal(values['rpo_seconds 0'], 0);
  assert.equal(values['rpo_seconds 1'], undefined);
  assert.equal(values['lag_records 1'], 100);
});

test('a source that was not seen has no age and no recovery point', async () => {
  const values = await valuesOf(mirrorOf({ sourceSeenAtMs: undefined }));
  assert.equal(values['evidence_age_seconds 0'], undefined);
  assert.equal(values['rpo_seconds 0'], undefined);
});

test('a target that is ahead of what was seen of the source has no negative lag', async () => {
  const values = await valuesOf(mirrorOf({ position: 1_005n, sourceSeenAtMs: nowMs + 50 }));
  assert.equal(values['lag_records 0'], 0);
  assert.equal(values['rpo_seconds 0'], 0);
  assert.equal(values['evidence_age_seconds 0'], 0);
});

test('what stopped or waits is shown by its code', async () => {
  const values = await valuesOf(
    mirrorOf(
      { state: 'stopped', cause: { code: 'CW-2007' } },
      { state: 'waiting', cause: { code: 'CW-2022' } },
      {},
    ),
  );
  assert.equal(values['stopped 0 CW-2007'], 1);
  assert.equal(values['stopped 1 CW-2022'], 1);
  assert.equal(values['state 0 stopped'], 1);
  assert.ok(!Object.keys(values).some((name) => name.startsWith('stopped 2')));
});

test('what was left behind in another state or with another worker disappears', async () => {
  const metrics = new Metrics({ granularity: 'partition' });
  reportMirrors(metrics, mirrorOf({ state: 'stopped', cause: { code: 'CW-2007' } }, {}), nowMs);
  reportMirrors(metrics, mirrorOf({}), nowMs);
  const text = await metrics.text();
  assert.doesNotMatch(text, /state="stopped"|CW-2007|causeway_mirror_lag_records\{[^}]*partition="1"/);
  assert.match(text, /causeway_worker_partitions\{source="eu",target="us"\} 1$/m);
  assert.match(text, /causeway_mirror_records_total\{[^}]*partition="1"\} 900$/m);
});

test('the partitions of a worker are counted per link', async () => {
  const metrics = new Metrics();
  const others = mirrorAt({ ...where, topic: 'u', source: 'ap' }, {}, {}, {});
  const another = mirrorAt({ ...where, topic: 'v' }, {});
  reportMirrors(metrics, [...mirrorOf({}, {}), ...another, ...others], nowMs);
  const text = await metrics.text();
  assert.match(text, /causeway_worker_partitions\{source="eu",target="us"\} 3$/m);
  assert.match(text, /causeway_worker_partitions\{source="ap",target="us"\} 3$/m);
});

test('how far the comparison is, where that is known', async () => {
  const verified = { to: 850n, completeAtMs: nowMs - 5_000, differing: 3 };
  const values = await valuesOf(
    mirrorOf({ verified }, {}, { verified: { ...verified, completeAtMs: undefined } }),
  );
  const told = Object.entries(values).filter(([name]) => /verified|differing/.test(name));
  assert.deepEqual(Object.fromEntries(told), {
    'verified_offset 0': 850,
    'unverified_offsets 0': 50,
    'verified_age_seconds 0': 5,
    'differing_ranges 0': 3,
    'verified_offset 2': 850,
    'unverified_offsets 2': 50,
    'differing_ranges 2': 3,
  });
});
