// The JSON form of each record, version by version. A change of a record's shape is a new version; additions
// too, so that an older program says "newer" instead of dropping what it does not know.
import Type, { type TObject, type TProperties } from 'typebox';
import { differenceKinds } from '../base/difference-kinds.ts';
import { startWays } from '../base/partition-start.ts';
import type { LedgerRecord } from './record-key.ts';
import { linkHolds } from './records.ts';
import type { LedgerTopic } from './topic-names.ts';

const text = Type.String();
const optionalText = Type.Optional(text);
/** Milliseconds since the epoch, or a duration in milliseconds. */
const ms = Type.Number({ minimum: 0 });
const count = Type.Integer({ minimum: 0 });
/** Per second. */
const rate = Type.Number({ minimum: 0 });
const bigintText = Type.String({ pattern: '^(0|-?[1-9][0-9]{0,18})$' });

/** Fields that are decimal strings in JSON and bigint in memory, wherever they stand. */
export const bigintFields: ReadonlySet<string> = new Set([
  'producerId',
  'offset',
  'firstTargetOffset',
  'shift',
  'firstOffset',
  'reached',
  'position',
  'sourceEnd',
  'sourceStable',
  'sourceStart',
  'bytes',
  'records',
  'batches',
  'holes',
  'fillers',
  'verifiedTo',
  'firstOffset',
  'endOffset',
  'sourceOffset',
]);

const closed = { additionalProperties: false } as const;
const object = <T extends TProperties>(fields: T) => Type.Object(fields, closed);

const problem = Type.Optional(object({ code: text, message: text }));
const cause = Type.Optional(object({ code: text, message: text, sinceMs: ms }));
const partitionOffsets = Type.Array(object({ topic: text, partition: count, offset: bigintText }));

const observedPartition = object({
  partition: count,
  state: Type.Enum(['starting', 'prefilling', 'mirroring', 'paused', 'waiting', 'stopped']),
  cause,
  position: Type.Optional(bigintText),
  shift: Type.Optional(bigintText),
  sourceEnd: Type.Optional(bigintText),
  sourceStable: Type.Optional(bigintText),
  sourceStart: Type.Optional(bigintText),
  sourceSeenAtMs: Type.Optional(ms),
  oldestMissingMs: Type.Optional(ms),
  bytes: bigintText,
  records: bigintText,
  batches: bigintText,
  holes: Type.Optional(bigintText),
  fillers: Type.Optional(bigintText),
  prefix: Type.Optional(object({ reached: bigintText, firstOffset: bigintText })),
  heldBy: Type.Optional(object({ sinceMs: ms, producerId: Type.Optional(bigintText) })),
  tail: Type.Optional(Type.Enum(['equal', 'unverified', 'empty'])),
});

const verifiedRange = object({
  kind: Type.Enum([...differenceKinds]),
  firstOffset: bigintText,
  endOffset: bigintText,
  sourceOffset: bigintText,
  detail: text,
});

export interface RecordForm {
  readonly topic: LedgerTopic;
  readonly version: number;
  readonly schema: TObject;
}

/** Versions up to this one are read: what a later one added is optional. */
const form = (
  topic: LedgerTopic,
  kind: LedgerRecord['kind'],
  fields: TProperties,
  version = 1,
): RecordForm => ({
  topic,
  version,
  // The record has a room of its own: a process has a version, too.
  schema: object({
    kind: Type.Literal(kind),
    version: Type.Integer({ minimum: 1, maximum: version }),
    record: object(fields),
  }),
});

export const recordForms: Readonly<Record<LedgerRecord['kind'], RecordForm>> = {
  topology: form('causeway.desired', 'topology', {
    yaml: text,
    appliedAtMs: ms,
    actor: text,
    reason: text,
  }),
  pause: form('causeway.desired', 'pause', {
    set: text,
    topic: text,
    pausedAtMs: ms,
    actor: text,
    reason: text,
  }),
  resume: form('causeway.desired', 'resume', {
    set: text,
    topic: text,
    resumedAtMs: ms,
    actor: text,
    reason: text,
  }),
  opened: form('causeway.generations', 'opened', {
    set: text,
    generation: Type.Integer({ minimum: 1 }),
    producerId: bigintText,
    producerEpoch: Type.Integer({ minimum: 0, maximum: 32_767 }),
    startOffsets: partitionOffsets,
    openedAtMs: ms,
  }),
  ended: form('causeway.generations', 'ended', {
    set: text,
    generation: Type.Integer({ minimum: 1 }),
    authorityEpoch: count,
    cut: partitionOffsets,
    endedAtMs: ms,
  }),
  shifted: form('causeway.generations', 'shifted', {
    set: text,
    targetTopicId: text,
    topic: text,
    partition: count,
    firstTargetOffset: bigintText,
    shift: bigintText,
    recordedAtMs: ms,
  }),
  'data-id': form('causeway.generations', 'data-id', {
    set: text,
    targetTopicId: text,
    topic: text,
    partition: count,
    producerId: bigintText,
    producerEpoch: Type.Integer({ minimum: 0, maximum: 32_767 }),
    recordedAtMs: ms,
  }),
  started: form('causeway.generations', 'started', {
    set: text,
    targetTopicId: text,
    topic: text,
    partition: count,
    firstOffset: bigintText,
    way: Type.Enum([...startWays]),
    timestampMs: ms,
  }),
  lost: form('causeway.generations', 'lost', {
    set: text,
    targetTopicId: text,
    topic: text,
    partition: count,
    firstOffset: bigintText,
    endOffset: bigintText,
    recordedAtMs: ms,
  }),
  // Version 2 tells shifts, holes, and what an open transaction holds up; version 3 tells prefixes.
  mirror: form(
    'causeway.observed',
    'mirror',
    {
      set: text,
      topic: text,
      source: text,
      target: text,
      worker: text,
      observedAtMs: ms,
      partitions: Type.Array(observedPartition),
    },
    3,
  ),
  region: form('causeway.observed', 'region', {
    region: text,
    seenFrom: text,
    clusterId: optionalText,
    brokers: Type.Optional(count),
    rttMs: Type.Optional(ms),
    error: problem,
    observedAtMs: ms,
  }),
  process: form('causeway.observed', 'process', {
    name: text,
    region: text,
    roles: Type.Array(text),
    version: text,
    startedAtMs: ms,
    stoppedAtMs: Type.Optional(ms),
    observedAtMs: ms,
  }),
  // Version 2 tells which topics are soft: a worker that does not know how to write them leaves them alone.
  topic: form(
    'causeway.observed',
    'topic',
    {
      set: text,
      topic: text,
      target: text,
      state: Type.Enum(['mirrored', 'refused', 'gone']),
      cause,
      sourceTopicId: optionalText,
      sourceClusterId: optionalText,
      targetTopicId: optionalText,
      partitions: Type.Optional(count),
      soft: Type.Optional(Type.Enum(['from-start', 'later'])),
      observedAtMs: ms,
    },
    2,
  ),
  link: form('causeway.observed', 'link', {
    source: text,
    target: text,
    worker: text,
    limitBytesPerSecond: Type.Optional(rate),
    bytesPerSecond: rate,
    held: Type.Array(object({ by: Type.Enum([...linkHolds]), sinceMs: ms })),
    observedAtMs: ms,
  }),
  verified: form('causeway.observed', 'verified', {
    set: text,
    topic: text,
    partition: count,
    source: text,
    target: text,
    sourceTopicId: optionalText,
    targetTopicId: optionalText,
    verifiedTo: bigintText,
    checkedAtMs: ms,
    again: Type.Optional(object({ verifiedTo: bigintText, more: count })),
    completeAtMs: Type.Optional(ms),
    ranges: Type.Array(verifiedRange),
    more: count,
    observedAtMs: ms,
  }),
};
