// What differs between versions of Kafka as far as a mirror is concerned, found by running them; and what
// Causeway does about it.

export interface Difference {
  /** Versions, in words. */
  readonly where: string;
  readonly what: string;
  readonly handled: string;
}

export const differences: readonly Difference[] = [
  {
    where: 'target 3.9 or 4.0',
    what:
      'Produce names a topic, and its id plays no part. Where the topic of an idle mirror is deleted and ' +
      'created again, the batches under way get into the new one before the answer tells.',
    handled:
      'The partition stops with CW-2004 as everywhere; but the new topic then holds records, so the ' +
      'controller leaves it alone (CW-2028) in place of copying it anew. Delete it once more. From 4.1 on ' +
      'nothing gets in.',
  },
  {
    where: 'source 3.9 or 4.0, target 4.1 or newer',
    what: '`segment.bytes` may be smaller than 1 MiB at the source; from 4.1 on it is refused.',
    handled: 'The mirror gets 1 MiB, whatever the version of the target. Records are not touched by it.',
  },
  {
    where: 'upgrade from 3.9 or 4.0 to 4.1 or newer',
    what:
      'A broker does not start while any topic of its cluster has a `segment.bytes` below 1 MiB ' +
      '(“Invalid value … for configuration segment.bytes”).',
    handled: 'Mirrors never have one. Raise it on your own topics before the upgrade.',
  },
  {
    where: 'target 3.9',
    what:
      'As long as `message.timestamp.before.max.ms` and `after` are at their maximum, which is their ' +
      'default, the older `message.timestamp.difference.max.ms` counts, and the broker’s setting of that ' +
      'name: old records are refused with INVALID_TIMESTAMP.',
    handled: 'Both are held at their maximum less one.',
  },
  {
    where: 'target 4.0 and newer',
    what: 'Records more than one hour ahead are refused by default; before there was no limit.',
    handled: 'The same two settings let records of any time in.',
  },
  {
    where: 'target 4.4',
    what:
      '`max.decompressed.message.bytes` is new. Its default lets everything in; set lower, it refuses ' +
      'records that are larger once decompressed.',
    handled:
      'Held at its maximum where the target knows it: a topic is created without it, which is then set.',
  },
  {
    where: '3.9 and 4.0',
    what:
      'A topic that does not exist answers Produce with UNKNOWN_TOPIC_OR_PARTITION; from 4.1 on with ' +
      'UNKNOWN_TOPIC_ID.',
    handled: 'Both mean the same to the mirror. Our model of a broker does either.',
  },
];
