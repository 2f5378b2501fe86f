// What a controller does to the world. Each action is idempotent, so a second controller or a second try does
// no harm.
import type { ObservedTopic } from '../../ledger/records.ts';
import type { NewTopic } from '../../kafka/admin/cluster-admin.ts';
import type { SettingChange } from './mirror-settings.ts';

export interface Reason {
  readonly set: string;
  /** A clause for a person: why this is to be done. */
  readonly reason: string;
}

/** Opens the first or next generation of a set: the fence under which its workers write. */
export interface OpenGeneration extends Reason {
  readonly kind: 'open-generation';
  readonly generation: number;
}
export interface CreateTopic extends Reason {
  readonly kind: 'create-topic';
  readonly topic: NewTopic;
  readonly source: string;
  /** What will be copied into it first; undefined where the source does not say. */
  readonly bytesToCopy: bigint | undefined;
  /** Where its partitions' copies will begin; undefined: at offset 0, as far as is known. */
  readonly beginning?: string | undefined;
}
/** The copy of a topic that does not exist any more at the source. Another one takes its place. */
export interface DeleteTopic extends Reason {
  readonly kind: 'delete-topic';
  readonly topic: string;
  readonly topicId: string;
  /** The new topic whose place it takes. */
  readonly source: { readonly region: string; readonly topicId: string };
}
export interface AddPartitions extends Reason {
  readonly kind: 'add-partitions';
  readonly topic: string;
  readonly from: number;
  readonly to: number;
}
export interface SetSettings extends Reason {
  readonly kind: 'set-settings';
  readonly topic: string;
  readonly changes: readonly SettingChange[];
}
/** Tells the workers, through the ledger, what is to be mirrored, what is refused, and what is over. */
export interface DecideTopic extends Reason {
  readonly kind: 'mirror-topic' | 'keep-topic' | 'refuse-topic' | 'leave-topic';
  readonly topic: string;
  readonly decision: Omit<ObservedTopic, 'observedAtMs' | 'cause'> & {
    readonly cause: { readonly code: string; readonly message: string } | undefined;
  };
}

export type Action = OpenGeneration | CreateTopic | DeleteTopic | AddPartitions | SetSettings | DecideTopic;
export type ActionKind = Action['kind'];

/** The topic that an action is about; undefined for those about a whole set. */
export function topicOf(action: Action): string | undefined {
  if (action.kind === 'open-generation') return undefined;
  return action.kind === 'create-topic' ? action.topic.name : action.topic;
}

/** One sentence without a full stop: what is done. Why is in `reason`. */
export function describeAction(action: Action): string {
  switch (action.kind) {
    case 'open-generation':
      return `open generation ${action.generation} of mirror set ${action.set}`;
    case 'create-topic': {
      const { name, partitions, replicationFactor } = action.topic;
      return (
        `create topic ${name}: ${counted(partitions, 'partition')}, ` +
        `replication factor ${replicationFactor}` +
        (action.beginning === undefined ? '' : `; ${action.beginning}`)
      );
    }
    case 'delete-topic':
      return `delete the copy ${action.topic} with all its records`;
    case 'add-partitions':
      return `raise ${action.topic} from ${action.from} to ${counted(action.to, 'partition')}`;
    case 'set-settings': {
      const changes = action.changes.map(({ name, from, to }) => `${name} ${from ?? '?'} → ${to}`);
      return `set on ${action.topic}: ${changes.join(', ')}`;
    }
    case 'mirror-topic':
      return `mirror ${action.topic}: ${counted(action.decision.partitions ?? 0, 'partition')}`;
    case 'keep-topic':
      return `keep mirroring ${action.topic} as it is`;
    case 'refuse-topic':
      return `refuse ${action.topic}`;
    case 'leave-topic':
      return `mirror ${action.topic} no longer; its topic stays as it is`;
  }
}

const counted = (count: number, noun: string) => `${count} ${noun}${count === 1 ? '' : 's'}`;
