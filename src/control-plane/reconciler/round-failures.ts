// What failed in one round, and which of the later actions that makes useless: they would cover the cause up.
import type { CausewayError } from '../../base/errors.ts';
import { type Action, topicOf } from './actions.ts';

/**
 * Work towards a mirror, and what has no use without one: a copy is not deleted for nothing. What is refused
 * or left is said all the same.
 */
const towardsMirror: ReadonlySet<Action['kind']> = new Set([
  'create-topic',
  'delete-topic',
  'add-partitions',
  'set-settings',
  'mirror-topic',
]);

export class RoundFailures {
  readonly #ofSets = new Map<string, CausewayError>();
  readonly #ofTopics = new Map<string, CausewayError>();

  note(action: Action, error: CausewayError): void {
    const topic = topicOf(action);
    if (topic === undefined) this.#ofSets.set(action.set, error);
    else this.#ofTopics.set(keyOf(action.set, topic), error);
  }

  /** Why there is no use in this action now. */
  before(action: Action): CausewayError | undefined {
    const topic = topicOf(action);
    if (topic === undefined || !towardsMirror.has(action.kind)) return undefined;
    const ofSet = this.#ofSets.get(action.set);
    // Settings and partitions are mended each by itself; only the decision rests on all of them.
    const ofTopic = action.kind === 'mirror-topic' ? this.#ofTopics.get(keyOf(action.set, topic)) : undefined;
    return ofSet ?? ofTopic;
  }
}

const keyOf = (set: string, topic: string) => `${set}/${topic}`;
