// The catalog against the code: each metric is declared once, each is set somewhere, and nothing else is.
import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { test } from 'node:test';
import { granularities, labelsAt, type MetricEntry, metricCatalog } from './metric-catalog.ts';

const sourceFolder = fileURLToPath(new URL('..', import.meta.url));
const entries: readonly (readonly [string, MetricEntry])[] = Object.entries(metricCatalog);

/** Names of metrics in string literals, with the files that hold them. */
function namesInCode(): Map<string, string[]> {
  const names = new Map<string, string[]>();
  for (const path of readdirSync(sourceFolder, { recursive: true, encoding: 'utf8' })) {
    if (!path.endsWith('.ts') || path.endsWith('.test.ts') || path.endsWith('metric-catalog.ts')) continue;
    const text = readFileSync(join(sourceFolder, path), 'utf8');
    for (const [, name = ''] of text.matchAll(/['"`](causeway_[a-z0-9_]+)['"`]/g)) {
      names.set(name, [...(names.get(name) ?? []), path]);
    }
  }
  return names;
}

test('every metric of the catalog is set somewhere, and only those are', () => {
  assert.deepEqual([...namesInCode().keys()].toSorted(), entries.map(([name]) => name).toSorted());
});

test('names follow the rules: prefix, base units, _total for counters and nothing else', () => {
  for (const [name, { type }] of entries) {
    assert.match(name, /^causeway(_[a-z]+)+$/, name);
    assert.equal(name.endsWith('_total'), type === 'counter', name);
    assert.doesNotMatch(name, /_(ms|millis|milliseconds|minutes|kb|mb)(_|$)/, name);
  }
});

test('labels are those that the project uses, each once', () => {
  const known = ['source', 'target', 'set', 'topic', 'partition', 'group', 'region', 'state', 'code'];
  const own = ['action', 'outcome', 'version', 'node', 'by'];
  for (const [name, { labels }] of entries) {
    assert.equal(new Set(labels).size, labels.length, name);
    for (const label of labels) assert.ok([...known, ...own].includes(label), `${name}: ${label}`);
  }
});

test('each help is one line of whole sentences', () => {
  for (const [name, { help }] of entries) {
    assert.match(help, /^[A-Z][^\n]*\.$/, name);
  }
  assert.equal(new Set(entries.map(([, { help }]) => help)).size, entries.length, 'no two are alike');
});

test('the granularity leaves labels out, and metrics that would mean nothing', () => {
  const entry = (labels: string[], combine: MetricEntry['combine']): MetricEntry => {
    return { type: 'gauge', help: 'Test.', labels, combine };
  };
  const mirror = ['source', 'target', 'set', 'topic', 'partition'];
  assert.deepEqual(
    granularities.map((each) => labelsAt(entry(mirror, 'sum'), each)),
    [mirror.slice(0, 3), mirror.slice(0, 4), mirror],
  );
  assert.deepEqual(
    granularities.map((each) => labelsAt(entry(mirror, 'none'), each)),
    [undefined, undefined, mirror],
  );
  assert.deepEqual(labelsAt(entry(['region'], 'none'), 'set'), ['region']);
});
