// What a scrape shows: sums and maxima over left-out labels, totals that never fall, and nothing for the
// unknown.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import {
  type Granularity,
  labelsAt,
  type MetricEntry,
  metricCatalog,
  type MetricName,
} from './metric-catalog.ts';
import { Metrics } from './metrics.ts';

const mirror = (topic: string, partition: number) => {
  return { source: 'eu', target: 'us', set: 's', topic, partition };
};

/** Samples of one metric, sorted, without its name. */
async function shown(metrics: Metrics, name: string): Promise<string[]> {
  const lines = (await metrics.text()).split('\n').filter((line) => /^[^#]/.test(line));
  return lines
    .filter((line) => line.startsWith(`${name} `) || line.startsWith(`${name}{`))
    .map((line) => line.slice(name.length).trim())
    .toSorted();
}

test('partitions are summed up per topic, and per set', async () => {
  const expected: Record<Granularity, string[]> = {
    set: ['{source="eu",target="us",set="s"} 111'],
    topic: [
      '{source="eu",target="us",set="s",topic="a"} 11',
      '{source="eu",target="us",set="s",topic="b"} 100',
    ],
    partition: [
      '{source="eu",target="us",set="s",topic="a",partition="0"} 1',
      '{source="eu",target="us",set="s",topic="a",partition="1"} 10',
      '{source="eu",target="us",set="s",topic="b",partition="0"} 100',
    ],
  };
  for (const granularity of ['set', 'topic', 'partition'] as const) {
    const metrics = new Metrics({ granularity });
    metrics.setAll('causeway_mirror_lag_records', [
      { labels: mirror('a', 0), value: 1 },
      { labels: mirror('a', 1), value: 10 },
      { labels: mirror('b', 0), value: 100 },
    ]);
    assert.deepEqual(await shown(metrics, 'causeway_mirror_lag_records'), expected[granularity]);
  }
});

test('of ages the greatest is shown', async () => {
  const metrics = new Metrics();
  const ages = [3, 9, 4].map((value, partition) => ({ labels: mirror('a', partition), value }));
  metrics.setAll('causeway_mirror_rpo_seconds', ages);
  assert.deepEqual(await shown(metrics, 'causeway_mirror_rpo_seconds'), [
    '{source="eu",target="us",set="s",topic="a"} 9',
  ]);
});

test('what cannot be put together is shown only with all labels', async () => {
  for (const granularity of ['topic', 'partition'] as const) {
    const metrics = new Metrics({ granularity });
    metrics.setAll('causeway_mirror_position', [{ labels: mirror('a', 0), value: 5 }]);
    metrics.set('causeway_mirror_position', mirror('a', 1), 6);
    const lines = await shown(metrics, 'causeway_mirror_position');
    assert.equal(lines.length, granularity === 'partition' ? 2 : 0);
    assert.equal((await metrics.text()).includes('causeway_mirror_position'), granularity === 'partition');
  }
});

test('a series without a value disappears: unknown is not 0', async () => {
  const metrics = new Metrics();
  const name = 'causeway_mirror_lag_records';
  metrics.setAll(name, [
    { labels: mirror('a', 0), value: 1 },
    { labels: mirror('b', 0), value: 2 },
  ]);
  metrics.setAll(name, [{ labels: mirror('b', 0), value: 3 }]);
  assert.deepEqual(await shown(metrics, name), ['{source="eu",target="us",set="s",topic="b"} 3']);
  metrics.setAll(name, []);
  assert.deepEqual(await shown(metrics, name), []);
});

test('before anything is known nothing is shown but counters without labels', async () => {
  const metrics = new Metrics();
  const lines = (await metrics.text()).split('\n').filter((line) => /^[^#]/.test(line));
  assert.deepEqual(lines, ['causeway_process_pauses_total 0']);
});

test('counters count, and never fall', async () => {
  const metrics = new Metrics();
  const name = 'causeway_ledger_writes_total';
  metrics.count(name, { region: 'eu' });
  metrics.count(name, { region: 'eu' }, 5);
  metrics.count(name, { region: 'eu' }, -3);
  metrics.count(name, { region: 'us' }, 0);
  assert.deepEqual(await shown(metrics, name), ['{region="eu"} 6']);
});

test('totals counted elsewhere: only what was added counts, also after they begin again at 0', async () => {
  const metrics = new Metrics();
  const name = 'causeway_mirror_records_total';
  const set = (...values: number[]) =>
    metrics.setTotals(
      name,
      values.map((value, partition) => ({ labels: mirror('a', partition), value })),
    );
  const total = async () => Number((await shown(metrics, name))[0]?.split(' ')[1]);
  set(100, 10);
  assert.equal(await total(), 110);
  set(150, 10);
  assert.equal(await total(), 160);
  set(7, 10);
  assert.equal(await total(), 167, 'the first partition began anew at 0');
  set(7);
  assert.equal(await total(), 167, 'a partition that went away stays counted');
  set(7, 12);
  assert.equal(await total(), 179, 'and counts from 0 when it comes back');
});

/** Any labels: the type asks for those of one metric. */
const labelsOf = (labels: readonly string[]) =>
  Object.fromEntries(labels.map((label) => [label, 'x'])) as never;

test('every metric of the catalog can be shown, under its type and help, and no other is', async () => {
  for (const granularity of ['set', 'topic', 'partition'] as const) {
    const metrics = new Metrics({ granularity });
    const expected: string[] = [];
    for (const [name, entry] of Object.entries(metricCatalog) as [MetricName, MetricEntry][]) {
      const all = labelsOf(entry.labels);
      if (entry.type === 'counter') metrics.count(name as never, all, 2);
      else metrics.set(name as never, all, 2);
      const labels = labelsAt(entry, granularity);
      if (labels === undefined) continue;
      const inside = labels.map((label) => `${label}="x"`).join(',');
      expected.push(`# HELP ${name} ${entry.help}`, `# TYPE ${name} ${entry.type}`);
      expected.push(labels.length === 0 ? `${name} 2` : `${name}{${inside}} 2`);
    }
    assert.deepEqual(
      (await metrics.text()).split('\n').filter((line) => line !== ''),
      expected,
    );
  }
});

test('label values of any kind are written so that they can be read', async () => {
  const metrics = new Metrics();
  metrics.count('causeway_ledger_writes_total', { region: 'a"b\\c\nd' });
  assert.deepEqual(await shown(metrics, 'causeway_ledger_writes_total'), ['{region="a\\"b\\\\c\\nd"} 1']);
});

test('Node’s own metrics are there where they are asked for', async () => {
  assert.match(await new Metrics({ processMetrics: true }).text(), /^process_cpu_seconds_total /m);
  assert.doesNotMatch(await new Metrics().text(), /process_cpu/);
});
