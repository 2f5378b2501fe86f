// Everything that Causeway has to be permitted, and nothing else: the one place where it is written down.
// Commands, the documentation and the tests take it from here. Nothing needs a right on a whole cluster; what
// would, is optional and says what is lost without it.
import type { Operation, ResourceType } from '../kafka/acl/right.ts';
import { desiredTopic, generationsTopic, ledgerTopics, observedTopic } from '../ledger/topic-names.ts';
import type { MirrorSetSpec } from '../topology/topology.ts';

/** `commands`: the command line, as whoever runs it logs in. */
export const roles = ['controller', 'worker', 'commands'] as const;
export type Role = (typeof roles)[number];

export const sides = ['source', 'target', 'every region'] as const;
export type Side = (typeof sides)[number];

/** What a right is given on. */
export const subjects = [
  'mirrored topics',
  'mirrors',
  desiredTopic,
  observedTopic,
  generationsTopic,
  'transactional ids',
  'workers’ group',
  'cluster',
] as const;
export type Subject = (typeof subjects)[number];

export const resourceTypeOf: Readonly<Record<Subject, ResourceType>> = {
  'mirrored topics': 'topic',
  mirrors: 'topic',
  [desiredTopic]: 'topic',
  [observedTopic]: 'topic',
  [generationsTopic]: 'topic',
  'transactional ids': 'transactional-id',
  'workers’ group': 'group',
  cluster: 'cluster',
};

export interface PermissionRule {
  readonly side: Side;
  readonly role: Role;
  readonly subject: Subject;
  readonly operation: Operation;
  /** What it is for. */
  readonly why: string;
  /** Given where not every mirror set needs it. */
  readonly onlyFor?: (set: MirrorSetSpec) => boolean;
  /** Set where everything else works without it: what is missing then. */
  readonly without?: string;
}

/** Before its first record, or with its source. */
const trimsMirrors = ({ offsets, trim }: MirrorSetSpec): boolean =>
  offsets === 'identical' || trim === 'follow';

const rulesOf =
  (side: Side, role: Role) =>
  (subject: Subject, uses: Readonly<Partial<Record<Operation, string>>>): PermissionRule[] =>
    Object.entries(uses).map(([operation, why]) => ({
      side,
      role,
      subject,
      operation: operation as Operation,
      why,
    }));

const optional = (without: string, rules: readonly PermissionRule[]): PermissionRule[] =>
  rules.map((rule) => ({ ...rule, without }));

const controllerAtSource = rulesOf('source', 'controller');
const workerAtSource = rulesOf('source', 'worker');
const commandsAtSource = rulesOf('source', 'commands');
const controllerAtTarget = rulesOf('target', 'controller');
const workerAtTarget = rulesOf('target', 'worker');
const commandsAtTarget = rulesOf('target', 'commands');
const commandsAnywhere = rulesOf('every region', 'commands');

export const permissionList: readonly PermissionRule[] = [
  ...controllerAtSource('mirrored topics', {
    Describe: 'which topics there are, and their partitions',
    DescribeConfigs: 'settings that the mirrors follow',
  }),
  ...workerAtSource('mirrored topics', {
    Describe: 'leaders, and where the log begins and ends',
    Read: 'the records',
  }),
  ...commandsAtSource('mirrored topics', {
    Describe: '`plan`: which topics there are',
    DescribeConfigs: '`plan`: settings that the mirrors follow; `verify`: where a cleaner runs',
  }),
  ...optional('`verify` cannot compare', commandsAtSource('mirrored topics', { Read: '`verify`' })),
  ...optional('`plan` shows `?` for the bytes to copy', [
    ...commandsAtSource('cluster', { Describe: '`plan`: sizes of topics' }),
  ]),

  ...controllerAtTarget('mirrors', {
    Describe: 'which mirrors there are, and their partitions',
    DescribeConfigs: 'whether their settings are as they should be',
    Create: 'new mirrors',
    Alter: 'partitions that the source has been given',
    AlterConfigs: 'settings that have changed at the source or drifted here',
  }),
  ...controllerAtTarget('mirrors', {
    Delete: 'only with `on.recreate: recreate`: copies of topics that were created anew',
  }).map((rule) => ({ ...rule, onlyFor: ({ onRecreate }: MirrorSetSpec) => onRecreate === 'recreate' })),
  ...controllerAtTarget('transactional ids', {
    Describe: 'who coordinates them',
    Write: 'the producer id under which a generation writes',
  }),
  ...controllerAtTarget(desiredTopic, { Describe: 'its leader', Read: 'what is wanted' }),
  ...controllerAtTarget(observedTopic, {
    Describe: 'its leader',
    Read: 'what was decided before',
    Write: 'what is decided, and a sign of life',
  }),
  ...controllerAtTarget(generationsTopic, {
    Describe: 'its leader',
    Read: 'which generations are open',
    Write: 'a new generation',
  }),

  ...workerAtTarget('mirrors', {
    Describe: 'leaders, and where the log ends',
    Read: 'the end of the mirror, what stands under its fence, and all of it to compare it with its source',
    Write: 'the records, and the fillers of holes',
  }),
  ...workerAtTarget('mirrors', {
    Delete:
      'not with `offsets: shifted` and `trim: own`: what was filled before the first record, where a copy ' +
      'begins above offset 0; what the source has deleted',
  }).map((rule) => ({ ...rule, onlyFor: trimsMirrors })),
  ...workerAtTarget('transactional ids', {
    Describe: 'who coordinates them',
    Write: 'keeps a generation’s id from being forgotten, once a day; a guard for each partition with holes',
  }),
  ...workerAtTarget(desiredTopic, { Describe: 'its leader', Read: 'what is wanted' }),
  ...workerAtTarget(observedTopic, {
    Describe: 'its leader',
    Read: 'what the controller decided',
    Write: 'progress, and a sign of life',
  }),
  ...workerAtTarget(generationsTopic, {
    Describe: 'its leader',
    Read: 'under which id to write',
    Write: 'where a mirror begins, and where its offsets are shifted, and by how much',
  }),
  ...workerAtTarget('workers’ group', {
    Describe: 'who coordinates the group',
    Read: 'sharing the partitions with the other workers',
  }),
  ...optional(
    'holes are filled one by one, by way of the coordinator (with it, permissions can be changed)',
    [...workerAtTarget('cluster', { Alter: 'filling holes directly, thousands at once' })],
  ),

  ...commandsAtTarget('mirrors', {
    Describe: '`plan`: which mirrors there are',
    DescribeConfigs: '`plan`: whether their settings are as they should be; `verify`: where a cleaner runs',
  }),
  ...optional('`verify` cannot compare', commandsAtTarget('mirrors', { Read: '`verify`' })),
  ...optional('`mirrors describe` shows `?` for the write protection', [
    ...commandsAtTarget('cluster', { Describe: '`mirrors describe`: who may write mirrors' }),
  ]),
  ...ledgerTopics.flatMap((topic) =>
    commandsAnywhere(topic, {
      Describe: 'its leader',
      DescribeConfigs: '`apply`: whether it forgets nothing',
      Create: '`apply`, the first time',
      Read: '`status` and most others',
      ...(topic === desiredTopic && { Write: '`apply`, `mirrors pause` and `resume`' }),
    }),
  ),
];
