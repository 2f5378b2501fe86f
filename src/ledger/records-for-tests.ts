// Any well-formed ledger record, for properties that hold for all of them.
import fc from 'fast-check';
import { differenceKinds } from '../base/difference-kinds.ts';
import type { LedgerRecord } from './record-key.ts';
import { linkHolds } from './records.ts';

const text = fc.string({ unit: 'binary', maxLength: 12 });
const count = fc.nat();
const ms = fc.nat({ max: 2 ** 45 });
const int64 = fc.bigInt({ min: -(2n ** 63n), max: 2n ** 63n - 1n });
const optional = <T>(arbitrary: fc.Arbitrary<T>) => fc.option(arbitrary, { nil: undefined });
const offsets = fc.array(fc.record({ topic: text, partition: count, offset: int64 }), { maxLength: 3 });
const cause = optional(fc.record({ code: text, message: text, sinceMs: ms }));

const partition = fc.record({
  partition: count,
  state: fc.constantFrom('starting', 'prefilling', 'mirroring', 'paused', 'waiting', 'stopped'),
  cause,
  position: optional(int64),
  shift: optional(int64),
  sourceEnd: optional(int64),
  sourceStable: optional(int64),
  sourceStart: optional(int64),
  sourceSeenAtMs: optional(ms),
  oldestMissingMs: optional(ms),
  bytes: int64,
  records: int64,
  batches: int64,
  holes: optional(int64),
  fillers: optional(int64),
  prefix: optional(fc.record({ reached: int64, firstOffset: int64 })),
  heldBy: optional(fc.record({ sinceMs: ms, producerId: optional(int64) })),
  tail: optional(fc.constantFrom('equal', 'unverified', 'empty')),
});

const byKind: { readonly [Kind in LedgerRecord['kind']]: fc.Arbitrary<LedgerRecord> } = {
  topology: fc.record({
    kind: fc.constant('topology'),
    yaml: text,
    appliedAtMs: ms,
    actor: text,
    reason: text,
  }),
  pause: fc.record({
    kind: fc.constant('pause'),
    set: text,
    topic: text,
    pausedAtMs: ms,
    actor: text,
    reason: text,
  }),
  resume: fc.record({
    kind: fc.constant('resume'),
    set: text,
    topic: text,
    resumedAtMs: ms,
    actor: text,
    reason: text,
  }),
  opened: fc.record({
    kind: fc.constant('opened'),
    set: text,
    generation: fc.integer({ min: 1 }),
    producerId: int64,
    producerEpoch: fc.nat({ max: 32_767 }),
    startOffsets: offsets,
    openedAtMs: ms,
  }),
  ended: fc.record({
    kind: fc.constant('ended'),
    set: text,
    generation: fc.integer({ min: 1 }),
    authorityEpoch: count,
    cut: offsets,
    endedAtMs: ms,
  }),
  'data-id': fc.record({
    kind: fc.constant('data-id'),
    set: text,
    targetTopicId: text,
    topic: text,
    partition: count,
    producerId: int64,
    producerEpoch: fc.nat({ max: 32_767 }),
    recordedAtMs: ms,
  }),
  shifted: fc.record({
    kind: fc.constant('shifted'),
    set: text,
    targetTopicId: text,
    topic: text,
    partition: count,
    firstTargetOffset: int64,
    shift: int64,
    recordedAtMs: ms,
  }),
  started: fc.record({
    kind: fc.constant('started'),
    set: text,
    targetTopicId: text,
    topic: text,
    partition: count,
    firstOffset: int64,
    way: fc.constantFrom('prefix', 'shifted'),
    timestampMs: ms,
  }),
  lost: fc.record({
    kind: fc.constant('lost'),
    set: text,
    targetTopicId: text,
    topic: text,
    partition: count,
    firstOffset: int64,
    endOffset: int64,
    recordedAtMs: ms,
  }),
  mirror: fc.record({
    kind: fc.constant('mirror'),
    set: text,
    topic: text,
    source: text,
    target: text,
    worker: text,
    observedAtMs: ms,
    partitions: fc.array(partition, { maxLength: 3 }),
  }),
  region: fc.record({
    kind: fc.constant('region'),
    region: text,
    seenFrom: text,
    clusterId: optional(text),
    brokers: optional(count),
    rttMs: optional(fc.double({ min: 0, max: 1e6, noNaN: true }).map((value) => value + 0)),
    error: optional(fc.record({ code: text, message: text })),
    observedAtMs: ms,
  }),
  link: fc.record({
    kind: fc.constant('link'),
    source: text,
    target: text,
    worker: text,
    limitBytesPerSecond: optional(ms),
    bytesPerSecond: ms,
    held: fc.array(fc.record({ by: fc.constantFrom(...linkHolds), sinceMs: ms }), { maxLength: 3 }),
    observedAtMs: ms,
  }),
  verified: fc.record({
    kind: fc.constant('verified'),
    set: text,
    topic: text,
    partition: count,
    source: text,
    target: text,
    sourceTopicId: optional(text),
    targetTopicId: optional(text),
    verifiedTo: int64,
    checkedAtMs: ms,
    again: optional(fc.record({ verifiedTo: int64, more: count })),
    completeAtMs: optional(ms),
    ranges: fc.array(
      fc.record({
        kind: fc.constantFrom(...differenceKinds),
        firstOffset: int64,
        endOffset: int64,
        sourceOffset: int64,
        detail: text,
      }),
      { maxLength: 3 },
    ),
    more: count,
    observedAtMs: ms,
  }),
  process: fc.record({
    kind: fc.constant('process'),
    name: text,
    region: text,
    roles: fc.array(text, { maxLength: 3 }),
    version: text,
    startedAtMs: ms,
    stoppedAtMs: optional(ms),
    observedAtMs: ms,
  }),
  topic: fc.record({
    kind: fc.constant('topic'),
    set: text,
    topic: text,
    target: text,
    state: fc.constantFrom('mirrored', 'refused', 'gone'),
    cause,
    sourceTopicId: optional(text),
    targetTopicId: optional(text),
    partitions: optional(count),
    soft: optional(fc.constantFrom('from-start', 'later')),
    observedAtMs: ms,
  }),
};

export const recordKinds = Object.keys(byKind) as LedgerRecord['kind'][];
export const recordOfKind = (kind: LedgerRecord['kind']): fc.Arbitrary<LedgerRecord> => byKind[kind];
export const anyRecord: fc.Arbitrary<LedgerRecord> = fc.oneof(...Object.values(byKind));
