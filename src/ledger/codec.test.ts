// Records as JSON and back: every kind, newer versions and kinds, and whatever else may stand in a topic.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { InvariantError } from '../base/errors.ts';
import { decodeRecord, encodeRecord } from './codec.ts';
import { recordForms } from './record-schemas.ts';
import type { DesiredPause, GenerationOpened } from './records.ts';
import { anyRecord, recordKinds, recordOfKind } from './records-for-tests.ts';
import { ledgerTopics } from './topic-names.ts';

const pause: DesiredPause = {
  kind: 'pause',
  set: 'payments',
  topic: '*',
  pausedAtMs: 1_700_000_000_000,
  actor: 'ada',
  reason: 'maintenance',
};
const opened: GenerationOpened = {
  kind: 'opened',
  set: 'payments',
  generation: 3,
  producerId: 4_000n,
  producerEpoch: 0,
  startOffsets: [{ topic: 'payments', partition: 1, offset: 2n ** 62n }],
  openedAtMs: 1,
};

/** What is not there and what is undefined are the same to every reader. */
function withoutUndefined(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(withoutUndefined);
  if (typeof value !== 'object' || value === null) return value;
  const known = Object.entries(value).filter(([, field]) => field !== undefined);
  return Object.fromEntries(known.map(([name, field]) => [name, withoutUndefined(field)]));
}

/** The pause as JSON with other values around and in it. */
function textOf(around: Record<string, unknown>, inside: Record<string, unknown> = {}): string {
  const value = JSON.parse(encodeRecord(pause).value) as { record: Record<string, unknown> };
  return JSON.stringify({ ...value, record: { ...value.record, ...inside }, ...around });
}
const decodePause = (value: string, key = 'pause/payments/*') => decodeRecord('causeway.desired', key, value);

for (const kind of recordKinds) {
  test(`a ${kind} record comes back as it was written`, () => {
    fc.assert(
      fc.property(recordOfKind(kind), (record) => {
        const { key, value } = encodeRecord(record);
        const decoded = decodeRecord(recordForms[kind].topic, key, value);
        assert.equal(decoded.is, 'record', decoded.is === 'malformed' ? decoded.why : decoded.is);
        assert.deepEqual(withoutUndefined(decoded.record), withoutUndefined(record));
      }),
      { numRuns: 200 },
    );
  });
}

test('offsets are decimal text in JSON and bigint in memory', () => {
  const { key, value } = encodeRecord(opened);
  assert.equal(key, 'payments/3');
  assert.match(value, /"producerId":"4000"/);
  assert.match(value, /"offset":"4611686018427387904"/);
  const decoded = decodeRecord('causeway.generations', key, value);
  assert.deepEqual(decoded, { is: 'record', record: opened });
});

test('reports of versions that told less are read', () => {
  const { key, value } = encodeRecord({
    kind: 'mirror',
    set: 'payments',
    topic: 'ledger',
    source: 'eu-west',
    target: 'us-east',
    worker: 'w1',
    observedAtMs: 5,
    partitions: [],
  });
  assert.equal((JSON.parse(value) as { version: number }).version, 3);
  const decode = (version: number) =>
    decodeRecord('causeway.observed', key, value.replace('"version":3', `"version":${version}`));
  assert.equal(decode(1).is, 'record');
  assert.equal(decode(2).is, 'record');
  assert.equal(decode(3).is, 'record');
  assert.equal(decode(4).is, 'newer');
});

test('a newer version of a known kind is left alone, whatever its fields are', () => {
  const newer = { is: 'newer', kind: 'pause', version: 2 };
  assert.deepEqual(decodePause(textOf({ version: 2 })), newer);
  assert.deepEqual(decodePause(textOf({ version: 2, until: 'tomorrow' }, { set: 7 })), newer);
  assert.deepEqual(decodePause(textOf({ version: 2 }), 'a/key/of/another/form'), newer);
});

test('an unknown kind is left alone, also one that every object has', () => {
  for (const kind of ['authority', 'toString', '__proto__', 'constructor', '']) {
    assert.deepEqual(decodePause(textOf({ kind })), { is: 'newer', kind, version: 1 });
  }
});

test('what is no record is malformed, with a reason', () => {
  const cases: readonly [value: string, why: RegExp][] = [
    ['', /no JSON/],
    ['{"kind":"pause"', /no JSON/],
    ['null', /no JSON object/],
    ['[]', /no JSON object/],
    ['7', /no JSON object/],
    ['{}', /no kind/],
    [textOf({ kind: 7 }), /no kind/],
    [textOf({ version: undefined }), /no version/],
    [textOf({ version: 0 }), /no version/],
    [textOf({ version: 1.5 }), /no version/],
    [textOf({ version: '1' }), /no version/],
    [textOf({ record: undefined }), /record/],
    [textOf({ record: [] }), /\/record/],
    [textOf({ until: 1 }), /\/until/],
    [textOf({}, { set: undefined }), /set/],
    [textOf({}, { pausedAtMs: 'now' }), /\/record\/pausedAtMs/],
    [textOf({}, { until: 1 }), /\/record\/until/],
    [textOf({}).replace('{', '{"__proto__":{"set":"x"},'), /__proto__/],
    [textOf({}).replace('"set"', '"__proto__":{},"set"'), /__proto__/],
    [textOf({}, { topic: 'other' }), /its key is pause\/payments\/\*, not pause\/payments\/other/],
  ];
  for (const [value, why] of cases) {
    const decoded = decodePause(value);
    assert.equal(decoded.is, 'malformed', value);
    assert.match(decoded.why, why);
  }
});

test('a record in a topic where it does not belong is malformed', () => {
  const { key, value } = encodeRecord(pause);
  const decoded = decodeRecord('causeway.observed', key, value);
  assert.deepEqual(decoded, { is: 'malformed', why: 'records of kind pause belong into causeway.desired' });
});

test('numbers beyond 64 bits and numbers in another spelling are malformed', () => {
  const { key, value } = encodeRecord(opened);
  const withId = (id: string) =>
    decodeRecord('causeway.generations', key, value.replace('"4000"', JSON.stringify(id)));
  assert.equal(withId(String(2n ** 63n - 1n)).is, 'record');
  assert.equal(withId(String(-(2n ** 63n))).is, 'record');
  for (const id of [
    String(2n ** 63n),
    String(-(2n ** 63n) - 1n),
    '1e3',
    '0x10',
    '007',
    '-0',
    '',
    ' 1',
    '1.0',
  ]) {
    assert.equal(withId(id).is, 'malformed', id);
  }
  assert.equal(decodeRecord('causeway.generations', key, value.replace('"4000"', '4000')).is, 'malformed');
});

test('a value of enormous length is not looked into', () => {
  const decoded = decodePause(' '.repeat(64 * 1024 * 1024 + 1));
  assert.deepEqual(decoded, { is: 'malformed', why: 'its value has 67108865 characters' });
});

test('an ill-formed record is never written', () => {
  assert.throws(() => encodeRecord({ ...pause, pausedAtMs: Number.NaN }), InvariantError);
  assert.throws(() => encodeRecord({ ...opened, generation: 0 }), InvariantError);
});

test('no value makes the decoder throw, and none passes as a record that it is not', () => {
  const damaged = fc.tuple(anyRecord, fc.nat(), fc.string({ maxLength: 3 })).map(([record, at, piece]) => {
    const { key, value } = encodeRecord(record);
    const place = at % value.length;
    return { key, value: value.slice(0, place) + piece + value.slice(place + 1) };
  });
  const anything = fc.record({ key: fc.string(), value: fc.oneof(fc.string(), fc.json()) });
  fc.assert(
    fc.property(fc.oneof(damaged, anything), fc.constantFrom(...ledgerTopics), ({ key, value }, topic) => {
      const decoded = decodeRecord(topic, key, value);
      if (decoded.is !== 'record') return;
      const again = encodeRecord(decoded.record);
      assert.equal(again.key, key);
      assert.deepEqual(decodeRecord(topic, key, again.value), decoded);
    }),
    { numRuns: 5_000 },
  );
});
