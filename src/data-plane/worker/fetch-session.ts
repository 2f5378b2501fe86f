// An incremental fetch session (KIP-227) of one lane: after the first request only what changed is named
// again.
import type { FetchPartition, FetchRequest, FetchResponse, TopicId } from '../../kafka/wire/messages.ts';
import { kafkaError } from '../../kafka/wire/error-codes.ts';
import type { MirrorPartition } from '../mirror/mirror-partition.ts';
import type { SourceOffset } from '../mirror/offsets.ts';

/** What was last asked for one partition. */
export interface Asked {
  readonly partition: MirrorPartition;
  readonly topicId: TopicId;
  readonly life: number;
  readonly offset: SourceOffset;
}

export type SessionRequest = Pick<FetchRequest, 'sessionId' | 'sessionEpoch' | 'topics' | 'forgotten'>;

const keyOf = (topicId: TopicId, partition: number) => `${topicId}/${partition}`;

/** Session epochs run 1 … 2^31 - 1 and then from 1 again; 0 opens a session. */
const epochMax = 0x7fffffff;

export class FetchSession {
  #id = 0;
  #epoch = 0;
  readonly #asked = new Map<string, Asked>();
  readonly #changed = new Map<string, Asked>();
  readonly #forgotten = new Map<string, Asked>();

  /** Partitions that the broker looks at for us. */
  get size(): number {
    return this.#asked.size;
  }

  /**
   * Asks for `partition` from now on, or from another place. Its answer, if any, comes with the next request.
   */
  ask(partition: MirrorPartition, topicId: TopicId, life: number, offset: SourceOffset): void {
    const key = keyOf(topicId, partition.spec.partition);
    const before = this.#asked.get(key);
    if (before?.life === life && before.offset === offset) return;
    const asked = { partition, topicId, life, offset };
    this.#asked.set(key, asked);
    this.#changed.set(key, asked);
    this.#forgotten.delete(key);
  }

  /** Asks for it no longer. */
  forget(topicId: TopicId, partition: number): void {
    const key = keyOf(topicId, partition);
    const asked = this.#asked.get(key);
    if (asked === undefined) return;
    this.#asked.delete(key);
    this.#changed.delete(key);
    this.#forgotten.set(key, asked);
  }

  find(topicId: TopicId, partition: number): Asked | undefined {
    return this.#asked.get(keyOf(topicId, partition));
  }

  /** Those that the last answer was about, whether it named them or not. */
  *answeredPartitions(): Generator<Asked> {
    for (const [key, asked] of this.#asked) if (!this.#changed.has(key)) yield asked;
  }

  /** The next request's part; everything when there is no session. */
  next(form: (asked: Asked) => FetchPartition): SessionRequest {
    const open = this.#id !== 0;
    const named = open ? this.#changed : this.#asked;
    const request: SessionRequest = {
      sessionId: this.#id,
      sessionEpoch: this.#epoch,
      topics: groupByTopic(named.values(), form),
      forgotten: open
        ? groupByTopic(this.#forgotten.values(), (asked) => asked.partition.spec.partition)
        : [],
    };
    this.#changed.clear();
    this.#forgotten.clear();
    return request;
  }

  /** Takes over what the answer says of the session. False: the session is gone, ask again. */
  answered(response: FetchResponse): boolean {
    if (response.errorCode !== kafkaError.NONE) {
      this.reset();
      return false;
    }
    // A broker without room for another session answers id 0: every request then names everything.
    this.#epoch = response.sessionId === 0 ? 0 : this.#epoch === epochMax ? 1 : this.#epoch + 1;
    this.#id = response.sessionId;
    return true;
  }

  /** Forgets the session, not what is asked for. */
  reset(): void {
    this.#id = 0;
    this.#epoch = 0;
  }
}

function groupByTopic<T>(
  asked: Iterable<Asked>,
  form: (asked: Asked) => T,
): { topicId: TopicId; partitions: T[] }[] {
  const topics = new Map<TopicId, T[]>();
  for (const each of asked) {
    const partitions = topics.get(each.topicId);
    if (partitions === undefined) topics.set(each.topicId, [form(each)]);
    else partitions.push(form(each));
  }
  return [...topics].map(([topicId, partitions]) => ({ topicId, partitions }));
}
