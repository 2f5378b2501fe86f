// Random logs against a judge of plain maps: transactions, cleaners on both sides, shifts, damage of every
// kind, any batching. Both judges must name the same offsets.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { pick, type Random, seededRandom } from '../../base/random.ts';
import type { ShiftSegment } from '../../base/shift-segments.ts';
import { encodeBatch, type TestRecord } from './batch-for-tests.ts';
import { sideNamed } from '../../base/difference-kinds.ts';
import type { AbortedSpan, ServedLog } from './served-log-for-tests.ts';
import { verifyServed } from './verify-for-tests.ts';

interface Slot {
  readonly record: TestRecord;
  /** The transaction it is part of. */
  readonly producerId?: bigint;
}
/** What stands where; a producer id alone is its marker. */
interface History {
  readonly slots: Map<bigint, Slot>;
  readonly markers: Map<bigint, bigint>;
  readonly aborted: AbortedSpan[];
  readonly end: bigint;
}
type Records = Map<bigint, TestRecord>;

const recordAt = (random: Random, offset: bigint, keys: number): TestRecord => ({
  offset,
  timestampMs: 1_700_000_000_000n + offset,
  key: random.int(15) === 0 ? undefined : Buffer.from(`k${random.int(keys)}`),
  value: random.int(5) === 0 ? undefined : Buffer.from(`v${offset}`),
  headers: [],
});

/** Producers write at once, each in transactions that end in one way or the other; some write without. */
function historyOf(random: Random): History {
  const history: History = { slots: new Map(), markers: new Map(), aborted: [], end: 0n };
  const open = new Map<bigint, bigint>();
  const keys = 2 + random.int(6);
  const end = (producerId: bigint, at: bigint) => {
    history.markers.set(at, producerId);
    const firstOffset = open.get(producerId) ?? at;
    if (random.int(2) === 0) history.aborted.push({ producerId, firstOffset, lastOffset: at });
    open.delete(producerId);
  };
  let at = 0n;
  for (const length = BigInt(5 + random.int(40)); at < length; at += 1n) {
    const producerId = BigInt(random.int(4));
    if (random.int(5) === 0 && open.has(producerId)) end(producerId, at);
    else if (producerId === 0n) history.slots.set(at, { record: recordAt(random, at, keys) });
    else {
      if (!open.has(producerId)) open.set(producerId, at);
      history.slots.set(at, { record: recordAt(random, at, keys), producerId });
    }
  }
  for (const producerId of open.keys()) {
    end(producerId, at);
    at += 1n;
  }
  return { ...history, end: at };
}

const isAborted = ({ aborted }: History, offset: bigint, { producerId }: Slot) =>
  aborted.some(
    (each) => each.producerId === producerId && each.firstOffset <= offset && offset < each.lastOffset,
  );

const committedOf = (history: History): Records =>
  new Map(
    [...history.slots]
      .filter(([at, slot]) => !isAborted(history, at, slot))
      .map(([at, { record }]) => [at, record]),
  );

const keyOf = ({ key }: TestRecord) => key?.toString();
const lastOf = (records: Records, key: string | undefined): TestRecord | undefined =>
  [...records.values()].filter((each) => keyOf(each) === key).at(-1);

/** Removes what a cleaner may: superseded records, and tombstones with nothing before them. */
function cleaned(random: Random, records: Records): Records {
  const left = new Map(records);
  for (const [at, record] of records) {
    const last = lastOf(records, keyOf(record));
    const isSuperseded = record.key === undefined || (last !== undefined && last.offset > at);
    if (isSuperseded && random.int(2) === 0) left.delete(at);
  }
  for (const [at, record] of left) {
    const isOnly = [...left.values()].filter((each) => keyOf(each) === keyOf(record)).length === 1;
    if (record.value === undefined && isOnly && random.int(2) === 0) left.delete(at);
  }
  return left;
}

/** Changes a few records of a copy as a faulty mirror would. */
function damaged(random: Random, history: History, copy: Records): Records {
  const bad = new Map(copy);
  for (let times = random.int(4); times > 0; times -= 1) {
    const at = BigInt(random.int(Number(history.end)));
    const kind = pick(random, ['lose', 'change', 'add', 'leak'] as const);
    const there = bad.get(at);
    if (kind === 'lose') bad.delete(at);
    if (kind === 'change' && there !== undefined) bad.set(at, { ...there, value: Buffer.from('other') });
    if (kind === 'add' && !history.slots.has(at)) bad.set(at, recordAt(random, at, 8));
    const slot = history.slots.get(at);
    if (kind === 'leak' && slot !== undefined && isAborted(history, at, slot)) bad.set(at, slot.record);
  }
  return new Map([...bad].sort(([a], [b]) => Number(a - b)));
}

interface Shifts {
  readonly segments: ShiftSegment[];
  /** Target offset of each source offset that has a place. */
  readonly places: Map<bigint, bigint>;
  readonly end: bigint;
}

/** Fillers that land too many anywhere, and are given back where the target holds nothing. */
function shiftsOf(random: Random, { end }: History, target: Records): Shifts {
  const shifts = { segments: [] as ShiftSegment[], places: new Map<bigint, bigint>() };
  let shift = 0n;
  const change = (at: bigint, by: bigint) => {
    shift += by;
    if (shifts.segments.at(-1)?.firstTargetOffset === at + shift) shifts.segments.pop();
    shifts.segments.push({ firstTargetOffset: at + shift, shift });
  };
  for (let at = 0n; at < end; at += 1n) {
    if (shift > 0n && !target.has(at) && random.int(2) === 0) {
      change(at + 1n, -1n);
      continue;
    }
    if (random.int(12) === 0) change(at, BigInt(1 + random.int(2)));
    shifts.places.set(at, at + shift);
  }
  return { ...shifts, end: end + shift };
}

/** In batches of any length, transactions kept apart, gaps kept or left between batches. */
function served(random: Random, history: History, slots: Map<bigint, Slot>): ServedLog {
  const batches: Buffer[] = [];
  let group: Slot[] = [];
  const flush = () => {
    const producerId = group[0]?.producerId;
    const form = producerId === undefined ? {} : { producerId };
    if (group.length > 0)
      batches.push(
        encodeBatch(
          group.map(({ record }) => record),
          undefined,
          form,
        ),
      );
    group = [];
  };
  for (let at = 0n; at < history.end; at += 1n) {
    const [slot, marker] = [slots.get(at), history.markers.get(at)];
    if (slot !== undefined) {
      if (group[0]?.producerId !== slot.producerId || random.int(4) === 0) flush();
      group.push(slot);
    }
    // A cleaned record of another producer is not inside a transaction's batch.
    else if (group[0]?.producerId !== history.slots.get(at)?.producerId) flush();
    if (marker !== undefined || random.int(8) === 0 || !history.slots.has(at)) flush();
    if (marker === undefined) continue;
    const filler: TestRecord = { ...recordAt(random, at, 1), key: Buffer.alloc(4), value: Buffer.alloc(6) };
    batches.push(encodeBatch([filler], undefined, { producerId: marker, control: true }));
  }
  flush();
  const batchesAtOnce = 1 + random.int(4);
  return { batches, start: 0n, end: history.end, aborted: history.aborted, batchesAtOnce };
}

/** Where both sides begin, and how far the target is. Source offsets. */
interface Window {
  readonly from: bigint;
  readonly to: bigint;
}
const isIn = ({ from, to }: Window, at: bigint) => from <= at && at < to;
const within = (records: Records, window: Window): Records =>
  new Map([...records].filter(([at]) => isIn(window, at)));

interface Case {
  readonly history: History;
  readonly source: Records;
  readonly target: Records;
  readonly isCompacted: boolean;
  readonly window: Window;
}

/** The promise, in maps. */
function expectedOf({ history, isCompacted, window, ...logs }: Case): Set<string> {
  const expected = new Set<string>();
  const [source, target] = [within(logs.source, window), within(logs.target, window)];
  const laterAtSource = within(logs.source, { from: window.to, to: history.end });
  const isFine = (mine: Records, other: Records, record: TestRecord) => {
    if (!isCompacted) return false;
    if (record.key === undefined) return true;
    const [here, there] = [lastOf(mine, keyOf(record)), lastOf(other, keyOf(record))];
    if (there !== undefined && there.offset > record.offset) return true;
    if (here?.offset !== record.offset) return true; // Told at the latest one, if at all.
    if (other === source && lastOf(laterAtSource, keyOf(record)) !== undefined) return true;
    return here.value === undefined && there?.value === undefined;
  };
  for (const [at, record] of target) {
    const slot = history.slots.get(at);
    const there = source.get(at);
    if (slot !== undefined && isAborted(history, at, slot)) expected.add(`aborted ${at}`);
    else if (there === undefined && !isFine(target, source, record)) expected.add(`extra ${at}`);
    else if (there !== undefined && there.value?.toString() !== record.value?.toString()) {
      expected.add(`different ${at}`);
    }
  }
  for (const [at, record] of source) {
    if (!target.has(at) && !isFine(source, target, record)) expected.add(`missing ${at}`);
  }
  return expected;
}

/** Retention on both sides, and a target that is behind: the logs are cut where a record may stand. */
function cut(
  random: Random,
  history: History,
  shifts: Shifts,
  logs: readonly [ServedLog, ServedLog],
): Window {
  if (random.int(2) === 0) return { from: 0n, to: history.end };
  const length = Number(history.end);
  const offsets = [random.int(length), random.int(length), random.int(length)].sort((a, b) => a - b);
  const [first = 0n, second = 0n, to = 0n] = offsets.map(BigInt);
  const [begin, end] = [second, to].map((at) => (shifts.segments.length === 0 ? at : shifts.places.get(at)));
  if (begin === undefined || end === undefined) return { from: 0n, to: history.end };
  const [source, target] = logs;
  target.start = begin;
  target.end = end;
  source.start = first;
  return { from: second, to };
}

const noShifts = ({ end }: History): Shifts => ({ segments: [], places: new Map(), end });

/** A target's log: its records at their places, and fillers. */
function mirrorOf(random: Random, history: History, target: Records, shifts: Shifts): ServedLog {
  const placeOf = (at: bigint) => shifts.places.get(at) ?? at;
  const slots = new Map(
    [...target].map(([at, record]) => [placeOf(at), { record: { ...record, offset: placeOf(at) } }] as const),
  );
  const fillers = [...history.markers.keys()].map(placeOf).filter((at) => !slots.has(at));
  const markers = new Map(fillers.map((at) => [at, 99n] as const));
  return served(random, { slots, markers, aborted: [], end: shifts.end }, slots);
}

const withTransactions = ({ slots }: History, records: Records) =>
  new Map([...slots].filter(([at, slot]) => records.has(at) || slot.producerId !== undefined));

function* cases(isCompacted: boolean) {
  for (let seed = 1; seed <= 800; seed += 1) {
    const random = seededRandom(seed);
    const history = historyOf(random);
    const committed = committedOf(history);
    const source = isCompacted ? cleaned(random, committed) : committed;
    const copy = isCompacted ? cleaned(random, committed) : committed;
    const target = damaged(random, history, copy);
    const slots = withTransactions(history, source);
    for (const at of committed.keys()) if (!source.has(at)) slots.delete(at);
    const shifts = random.int(2) === 0 ? noShifts(history) : shiftsOf(random, history, target);
    const logs = [served(random, history, slots), mirrorOf(random, history, target, shifts)] as const;
    const window = cut(random, history, shifts, logs);
    const keysMax = random.int(3) === 0 ? 2 : undefined;
    yield { seed, history, source, target, isCompacted, shifts, logs, window, keysMax };
  }
}

for (const isCompacted of [false, true]) {
  test(`random histories, ${isCompacted ? 'with' : 'without'} cleaners: both judges agree`, async () => {
    const kinds = new Map<string, number>();
    for (const each of cases(isCompacted)) {
      const { seed, shifts, logs, window, keysMax } = each;
      const { verdict } = await verifyServed(...logs, { isCompacted, keysMax, segments: shifts.segments });
      const sourceAt = new Map([...shifts.places].map(([at, place]) => [place, at]));
      const found = new Set<string>();
      for (const { kind, from, to } of verdict.comparison.differences.kept) {
        for (let at = from; at < to; at += 1n) {
          found.add(`${kind} ${sideNamed[kind] === 'target' ? (sourceAt.get(at) ?? at) : at}`);
        }
        kinds.set(kind, (kinds.get(kind) ?? 0) + 1);
      }
      assert.deepEqual([...found].sort(), [...expectedOf(each)].sort(), `seed ${seed}`);
      assert.deepEqual([verdict.from, verdict.to], [window.from, window.to], `seed ${seed}`);
      assert.equal(verdict.lagRecords, each.history.end - window.to, `seed ${seed}`);
    }
    for (const kind of ['missing', 'extra', 'different', 'aborted']) {
      assert.ok((kinds.get(kind) ?? 0) > 20, `${kind} was seen ${kinds.get(kind)} times`);
    }
  });
}
