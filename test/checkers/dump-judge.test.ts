// The judge of dumps must find each way of breaking the promise, in lines as Kafka's dump prints them.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { judgeDumps } from './dump-judge.ts';
import { type DumpedBatch, readDumps } from './dumped-log.ts';

interface Written {
  readonly producerId?: number;
  readonly isTransactional?: boolean;
  readonly codec?: string;
}

/** Records at consecutive offsets, as a batch of the dump. */
function batch(base: number, values: readonly string[], written: Written = {}): string[] {
  const { producerId = -1, isTransactional = false, codec = 'none' } = written;
  const head =
    `baseOffset: ${base} lastOffset: ${base + values.length - 1} count: ${values.length} ` +
    `baseSequence: 0 lastSequence: 9 producerId: ${producerId} producerEpoch: 0 partitionLeaderEpoch: 0 ` +
    `isTransactional: ${isTransactional} isControl: false deleteHorizonMs: OptionalLong.empty position: 0 ` +
    `CreateTime: 17 size: 80 magic: 2 compresscodec: ${codec} crc: 1 isvalid: true`;
  const lines = values.map(
    (value, index) =>
      `| offset: ${base + index} CreateTime: ${1_700 + base + index} keySize: -1 ` +
      `valueSize: ${value.length} sequence: ${index} headerKeys: [a] payload: ${value}`,
  );
  return [head, ...lines];
}

const marker = (offset: number, producerId: number, how: 'COMMIT' | 'ABORT'): string[] => [
  `baseOffset: ${offset} lastOffset: ${offset} count: 1 baseSequence: -1 lastSequence: -1 ` +
    `producerId: ${producerId} producerEpoch: 0 partitionLeaderEpoch: 0 isTransactional: true ` +
    'isControl: true deleteHorizonMs: OptionalLong.empty position: 0 CreateTime: 17 size: 78 magic: 2 ' +
    'compresscodec: none crc: 1 isvalid: true',
  `| offset: ${offset} CreateTime: 17 keySize: 4 valueSize: 6 sequence: -1 headerKeys: [] ` +
    `endTxnMarker: ${how} coordinatorEpoch: 0`,
];

const good = { producerId: 7, isTransactional: true };
const bad = { producerId: 8, isTransactional: true };
/** Offsets 0..1 plain, 2..3 and 6 committed, 4..5 aborted, 7..8 markers, 9 plain. */
const sourceLines = [
  ...batch(0, ['p0', 'p1']),
  ...batch(2, ['g2', 'g3'], good),
  ...batch(4, ['b4', 'b5'], bad),
  ...batch(6, ['g6'], good),
  ...marker(7, 8, 'ABORT'),
  ...marker(8, 7, 'COMMIT'),
  ...batch(9, ['p9']),
];
const filler = (offset: number) => marker(offset, 99, 'ABORT');
const targetLines = [
  ...batch(0, ['p0', 'p1'], { producerId: 4 }),
  ...batch(2, ['g2', 'g3'], { producerId: 4, codec: 'lz4' }),
  ...[filler(4), filler(5)].flat(),
  ...batch(6, ['g6'], { producerId: 4 }),
  ...[filler(7), filler(8)].flat(),
  ...batch(9, ['p9'], { producerId: 4 }),
];

async function dumped(lines: readonly string[]): Promise<DumpedBatch[]> {
  const all = ['Dumping /data/eu-west-1/payments-0/00.log', 'Log starting offset: 0', ...lines];
  async function* told() {
    yield* all;
  }
  return (await readDumps(told())).get('/data/eu-west-1/payments-0') ?? [];
}

const whole = { start: 0, end: 10 };

async function judged(target: readonly string[], bounds: Partial<typeof whole> = {}, source = sourceLines) {
  const theirs = { ...whole, batches: await dumped(source) };
  return judgeDumps(theirs, { ...whole, ...bounds, batches: await dumped(target) });
}

test('a mirror of committed and aborted transactions', async () => {
  assert.deepEqual(await judged(targetLines), { records: 6, fillers: 4, aborted: 2 });
});

/** The target's lines with each pattern's first match replaced. */
const changed = (pattern: RegExp, by: string) => targetLines.map((line) => line.replace(pattern, by));

const broken: readonly { readonly what: string; readonly lines: readonly string[]; readonly says: RegExp }[] =
  [
    { what: 'another value', lines: changed(/payload: g3/, 'payload: g2'), says: /at 3 the source has .*g3/ },
    { what: 'another time', lines: changed(/Time: 1706/, 'Time: 1707'), says: /at 6 the source has 1706/ },
    { what: 'other headers', lines: changed(/\[a\] payload: p9/, '[] payload: p9'), says: /at 9 the source/ },
    {
      what: 'a record lost',
      lines: [...targetLines.slice(0, -2), ...filler(9)],
      says: /a filler at 9, where the source has/,
    },
    { what: 'the end lost', lines: targetLines.slice(0, -2), says: /nothing stands at 9\.\.9/ },
    {
      what: 'a gap',
      lines: [...targetLines.slice(0, 6), ...targetLines.slice(8)],
      says: /nothing stands at 4\.\.4/,
    },
    {
      what: 'a record twice',
      lines: [...targetLines.slice(0, 3), ...batch(1, ['p1']), ...targetLines.slice(3)],
      says: /offset 1 stands twice/,
    },
    {
      what: 'an aborted record',
      lines: [...targetLines.slice(0, 6), ...batch(4, ['b4']), ...targetLines.slice(8)],
      says: /a record at 4 that the source does not have/,
    },
    {
      what: 'a transaction left open',
      lines: changed(/isTransactional: false/, 'isTransactional: true'),
      says: /at 0 of the target is in a transaction/,
    },
  ];
for (const { what, lines, says } of broken) {
  test(`${what} is found`, async () => {
    assert.notDeepEqual(lines, targetLines);
    await assert.rejects(judged(lines), says);
  });
}

test('another end is found, and records below the target’s log start', async () => {
  await assert.rejects(judged(targetLines, { end: 11 }), /the source ends at 10, the target at 11/);
  await assert.rejects(
    judged(targetLines, { start: 1 }),
    /the target begins at 1, the source has a record at 0/,
  );
});

test('below both log starts nothing is asked for', async () => {
  const source = { start: 1, end: 10, batches: await dumped(sourceLines) };
  const batches = await dumped([...batch(0, ['nothing']), ...batch(1, ['p1']), ...targetLines.slice(3)]);
  assert.equal(judgeDumps(source, { start: 1, end: 10, batches }).records, 5);
  assert.throws(() => judgeDumps(source, { start: 0, end: 10, batches }), /a record at 0 that the source/);
});

test('an open transaction at the source is told', async () => {
  // Without the marker at 8.
  const lines = [...sourceLines.slice(0, -4), ...sourceLines.slice(-2)];
  await assert.rejects(judged(targetLines, {}, lines), /the source has an open transaction of 7/);
});

test('a dump that says anything else, or shows a broken batch, is refused', async () => {
  await assert.rejects(dumped(['Found timestamp mismatch in :/data/x.timeindex']), /the dump says: Found/);
  await assert.rejects(
    dumped(batch(0, ['x']).map((line) => line.replace('isvalid: true', 'isvalid: false'))),
    /broken batch/,
  );
  await assert.rejects(dumped(['| offset: 0']), /outside of a batch/);
});

/** As `targetLines`, with two fillers too many behind 5, given back at 9. */
const shiftedLines = [
  ...targetLines.slice(0, 10),
  ...[filler(6), filler(7)].flat(),
  ...batch(8, ['g6']).map((line) => line.replace('Time: 1708', 'Time: 1706')),
  ...batch(9, ['p9']),
];
const shiftFrom8To9 = (offset: number) => (offset === 8 ? 2 : 0);

const judgedWith = async (shiftOf: (offset: number) => number, lines = shiftedLines) =>
  judgeDumps(
    { ...whole, batches: await dumped(sourceLines) },
    { ...whole, batches: await dumped(lines) },
    { shiftOf },
  );

test('records stand at their offsets and the shift that is told of them', async () => {
  assert.deepEqual(await judgedWith(shiftFrom8To9), { records: 6, fillers: 4, aborted: 2 });
  await assert.rejects(
    judgedWith(() => 0),
    /a record at 8 that the source does not have/,
  );
  const tooLong = (offset: number) => (offset >= 8 ? 2 : 0);
  await assert.rejects(judgedWith(tooLong), /the source ends at 10, the target at 10, not at 12/);
});

test('a record in front of a shift and again behind it is found, and one that is nowhere', async () => {
  const twice = [...shiftedLines.slice(0, 10), ...batch(6, ['g6']), ...shiftedLines.slice(12)];
  await assert.rejects(judgedWith(shiftFrom8To9, twice), /6 of the source stands at 8 again/);
  const without = [...shiftedLines.slice(0, 14), ...filler(8), ...shiftedLines.slice(16)];
  await assert.rejects(
    judgedWith(shiftFrom8To9, without),
    /the source has .* g6 at 6, the target has it nowhere/,
  );
});

test('what the source’s cleaner has taken may be there where a later record of its key is', async () => {
  const record = (offset: number, key: string) => ({
    offset,
    text: `${key} ${offset}`,
    key,
    marker: undefined,
  });
  const of = (...records: ReturnType<typeof record>[]) => {
    const common = { producerId: '-1', isTransactional: false, isControl: false, codec: 'none', records };
    return { start: 0, end: 3, batches: [{ ...common, baseOffset: 0, lastOffset: 2 }] };
  };
  const target = of(record(0, 'a'), record(1, 'b'), record(2, 'a'));
  const cleaned = of(record(1, 'b'), record(2, 'a'));
  assert.equal(judgeDumps(cleaned, target, { isCompacted: true }).records, 2);
  assert.throws(() => judgeDumps(cleaned, target), /a record at 0 that the source does not have/);
  const lost = of(record(2, 'a'));
  assert.throws(() => judgeDumps(lost, target, { isCompacted: true }), /a record at 1 that the source/);
});

/** One batch for each offset: a key and a value, or a control record. */
const keyed = (...records: readonly (readonly [offset: number, key: string] | number)[]): DumpedBatch[] =>
  records.map((each) => {
    const isControl = typeof each === 'number';
    const [offset, key = ''] = isControl ? [each] : each;
    const record = { offset, key, text: `${offset}/${key}`, marker: undefined };
    const [producerId, codec] = ['5', 'none'];
    const range = { baseOffset: offset, lastOffset: offset };
    return { ...range, producerId, codec, isControl, isTransactional: false, records: [record] };
  });

const cleaned = (source: readonly DumpedBatch[], target: readonly DumpedBatch[], shift = 0) => {
  const rules = { isCompacted: true, ...(shift > 0 && { shiftOf: () => shift }) };
  return judgeDumps(
    { start: 0, end: 4, batches: source },
    { start: 0, end: 4 + shift, batches: target },
    rules,
  );
};

test('a cleaner may have taken on either side what a later record of its key replaces', () => {
  const all = keyed([0, 'a'], [1, 'b'], [2, 'a'], [3, 'c']);
  // The copy was made from a replica that was cleaned, and one leads now that was not; or the other way
  // round.
  assert.equal(cleaned(all, keyed(0, [1, 'b'], [2, 'a'], [3, 'c'])).records, 3);
  assert.equal(cleaned(keyed([1, 'b'], [2, 'a'], [3, 'c']), all).records, 3);
});

test('what nothing replaces has to be there, cleaners or not', () => {
  const all = keyed([0, 'a'], [1, 'b'], [2, 'a'], [3, 'c']);
  assert.throws(
    () => cleaned(all, keyed(0, 1, [2, 'a'], [3, 'c'])),
    /a filler at 1, where the source has 1\/b/,
  );
  assert.throws(
    () => cleaned(keyed([0, 'a'], [2, 'a'], [3, 'c']), all),
    /a record at 1 that the source does/,
  );
  const shifted = [...keyed(0), ...keyed(1, 2, [3, 'a'], [4, 'c'])].map((each) => ({
    ...each,
    records: each.records.map((record) =>
      each.isControl ? record : { ...record, text: `${record.offset - 1}/${record.key}` },
    ),
  }));
  assert.throws(() => cleaned(all, shifted, 1), /the source has 1\/b at 1, the target has it nowhere/);
});
