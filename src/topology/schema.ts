// The shape of causeway.yaml, declared once: the reader, the types, the JSON schema for editors and the
// reference page come from here. `kind` names how a text is read (units.ts); other tools ignore it.
import Type, { type Static } from 'typebox';
import { durationPattern, ratePattern } from './units.ts';

const closed = { additionalProperties: false } as const;

const durationText = (description: string, options: { default?: string; examples?: string[] } = {}) =>
  Type.String({ description, pattern: durationPattern, kind: 'duration', ...options });

const rate = (description: string) =>
  Type.String({ description, pattern: ratePattern, kind: 'rate', examples: ['200MB/s', '50Mbit/s'] });

const settings = (description: string) =>
  Type.Record(Type.String(), Type.Union([Type.String(), Type.Number(), Type.Boolean()]), { description });

const choice = <const Values extends string[]>(values: [...Values], description: string, byDefault: string) =>
  Type.Enum(values, { description, default: byDefault });

const kafkaSettings = settings(
  'Connection settings under Kafka’s own names, verbatim. Values may hold ${env:NAME}, ${file:PATH:KEY} ' +
    'and ${file:PATH}.',
);

const region = Type.Object(
  {
    location: Type.Optional(
      Type.String({
        description: 'Where the cluster stands, as provider/region: for round trips, prices and the map.',
        pattern: '^[a-z0-9-]+/[A-Za-z0-9-]+$',
        examples: ['aws/eu-west-1'],
      }),
    ),
    kafka: kafkaSettings,
  },
  { ...closed, description: 'One Kafka cluster and the place it stands in.' },
);

const link = Type.Object(
  {
    limit: Type.Optional(
      rate(
        'The most bytes per second that mirrors may fetch over this link, all mirror sets together. MB is ' +
          '10^6 bytes, MiB 2^20, Mbit 10^6 bits. At least 10kB/s. Default: no limit.',
      ),
    ),
    earlyFetch: Type.Optional(
      rate(
        'Bytes per second and worker connection that may be fetched twice, so that records wait less ' +
          'for the round trip of a long link; 0B/s switches it off. Default: 1MB/s.',
      ),
    ),
    verify: Type.Optional(
      rate(
        'Bytes per second that the running comparison of both sides may read, both sides and all workers ' +
          'together: about half of it crosses the link. 0B/s switches it off. Default: 1MB/s, and a tenth ' +
          'of `limit` at most.',
      ),
    ),
  },
  { ...closed, description: 'The directed connection from one region to another, written A->B.' },
);

const failover = Type.Object(
  {
    automatic: Type.Optional(
      Type.Boolean({ description: 'Whether Causeway may fail the set over by itself.', default: false }),
    ),
    window: Type.Optional(
      durationText('How long a home must be out of reach before an automatic failover.', { default: '60s' }),
    ),
  },
  { ...closed, description: 'What happens when the home region is lost.' },
);

const mirrorSet = Type.Object(
  {
    topics: Type.Array(Type.String(), {
      description: 'Topic names and patterns; * stands for any characters. Internal topics never match.',
      minItems: 1,
      examples: [['payments.*', 'ledger']],
    }),
    exclude: Type.Optional(
      Type.Array(Type.String(), { description: 'Names and patterns to leave out.', default: [] }),
    ),
    from: Type.Optional(
      Type.String({
        description:
          'Where the copy of a partition begins: earliest, with what the source has; latest, behind its ' +
          'last stable offset; or a timestamp (ISO 8601), with the first record of that time or later. ' +
          'Decided once, when its mirror starts for the first time.',
        default: 'earliest',
        examples: ['earliest', 'latest', '2026-01-31T00:00:00Z'],
      }),
    ),
    home: Type.String({ description: 'The region where applications write these topics at the start.' }),
    to: Type.Array(Type.String(), { description: 'The regions that get a copy.', minItems: 1 }),
    groups: Type.Optional(
      Type.Array(Type.String(), { description: 'Consumer groups whose offsets are copied.', default: [] }),
    ),
    mode: Type.Optional(choice(['async', 'sync', 'adaptive'], 'How writes wait for the copy.', 'async')),
    rpo: Type.Optional(durationText('Recovery point goal: how old the copy may be.', { examples: ['10s'] })),
    priority: Type.Optional(
      Type.Integer({
        description:
          '1 is served first where the link is saturated. Every other priority gets a twentieth at least.',
        minimum: 1,
        maximum: 1000,
        default: 1,
      }),
    ),
    naming: Type.Optional(
      choice(['identical', 'prefixed'], 'Names of the copies: the same, or <home>.<topic>.', 'identical'),
    ),
    offsets: Type.Optional(
      choice(
        ['identical', 'shifted'],
        'Whether records keep their offsets. shifted: the copy of a log that does not begin at 0 begins ' +
          'at 0 all the same, apart by one constant. Decided once, as `from` is.',
        'identical',
      ),
    ),
    'prefix.max': Type.Optional(
      Type.Integer({
        description:
          'Where a copy does not begin at offset 0: the most offsets of a partition that are filled and ' +
          'trimmed before its first record, so that offsets stay identical. Beyond, it is shifted. A ' +
          'million offsets are about 0.8 MB for a moment. Also the most that are filled in one gap.',
        minimum: 0,
        maximum: 10_000_000_000,
        default: 100_000_000,
      }),
    ),
    'holes.max': Type.Optional(
      Type.Integer({
        description:
          'Offsets without a record (transactions’ ends, aborted and compacted records) of a partition ' +
          'that are filled at most until its copy is level with the source; beyond, it stops (CW-2012).',
        minimum: 1,
        maximum: 1_000_000_000_000,
        default: 1_000_000_000,
      }),
    ),
    'runs.max': Type.Optional(
      Type.Integer({
        description:
          'As holes.max, of runs of such offsets: each costs some round trips at the target, however short.',
        minimum: 1,
        maximum: 1_000_000_000_000,
        default: 10_000_000,
      }),
    ),
    target: Type.Optional(
      settings('Topic settings of the copies that do not follow the source; replication.factor too.'),
    ),
    'on.gap': Type.Optional(
      choice(
        ['stop', 'fill'],
        'When the source deleted records before they were copied: stop the partition (CW-2007); fill: go ' +
          'on behind them at the same offsets, where no more than `prefix.max` are missing, and keep the ' +
          'range that was lost in the ledger.',
        'stop',
      ),
    ),
    'on.recreate': Type.Optional(
      choice(
        ['stop', 'recreate', 'keep'],
        'When the source topic was deleted and created anew: stop its mirror (CW-2003); recreate: delete ' +
          'the copy and copy the new topic from its start; keep the copy and mirror it no longer.',
        'stop',
      ),
    ),
    trim: Type.Optional(
      choice(
        ['own', 'follow'],
        'When the copy deletes old records: own: by its retention, which follows the source’s; follow: ' +
          'also whatever the source has deleted, by whichever way, within seconds.',
        'own',
      ),
    ),
    failover: Type.Optional(failover),
  },
  { ...closed, description: 'Topics that belong together: one home at a time, moved as one.' },
);

export const topologySchema = Type.Object(
  {
    regions: Type.Record(Type.String(), region, { description: 'The Kafka clusters, by name.' }),
    coordination: Type.Optional(
      Type.Object(
        { kafka: kafkaSettings },
        { ...closed, description: 'A cluster stretched over three places, for decisions. Optional.' },
      ),
    ),
    links: Type.Optional(
      Type.Record(Type.String(), link, { description: 'Settings of links, by A->B. Optional.', default: {} }),
    ),
    mirrors: Type.Record(Type.String(), mirrorSet, { description: 'The mirror sets, by name.' }),
  },
  { ...closed, title: 'causeway.yaml' },
);

/** A file that fits the schema. */
export type TopologyFile = Static<typeof topologySchema>;

/** What could be read of a file: whatever had a problem is absent. */
export type Draft<T> = T extends readonly (infer Item)[]
  ? readonly (Draft<Item> | undefined)[]
  : T extends object
    ? { readonly [Key in keyof T]?: Draft<T[Key]> | undefined }
    : T;

export type FileDraft = Draft<TopologyFile>;
export type SettingsDraft = Readonly<Record<string, string | undefined>>;
