// Incremental fetch sessions of one broker (KIP-227).
import { kafkaError } from '../../src/kafka/wire/error-codes.ts';
import type { FetchPartition, FetchRequest, TopicId } from '../../src/kafka/wire/messages.ts';
import { partitionKey } from './model-types.ts';

export interface SessionPartition {
  readonly topicId: TopicId;
  asked: FetchPartition;
  /** What the client was told last; an unchanged partition without records is left out of an answer. */
  told: string;
}

export interface FetchContext {
  readonly errorCode: number;
  readonly sessionId: number;
  /** Everything to look at for this request. */
  readonly partitions: readonly SessionPartition[];
  /** False where every partition is answered. */
  readonly incremental: boolean;
}

interface Session {
  epoch: number;
  readonly partitions: Map<string, SessionPartition>;
}

export class FetchSessions {
  readonly #sessions = new Map<number, Session>();
  #nextId: number;

  /** Session ids differ between brokers and between their processes: a client may name one of another. */
  constructor(firstId: number) {
    this.#nextId = firstId;
  }

  /** Partitions that were given records come last the next time, so that none starves. */
  answered(sessionId: number, given: readonly SessionPartition[]): void {
    const session = this.#sessions.get(sessionId);
    for (const each of given) {
      const key = partitionKey(each.topicId, each.asked.partition);
      if (session?.partitions.delete(key)) session.partitions.set(key, each);
    }
  }

  /** Finds or opens the session of a request. */
  contextOf(request: FetchRequest): FetchContext {
    if (request.sessionEpoch <= 0) {
      if (request.sessionId !== 0) this.#sessions.delete(request.sessionId);
      const partitions = named(request);
      if (request.sessionEpoch < 0) {
        return { errorCode: kafkaError.NONE, sessionId: 0, partitions, incremental: false };
      }
      const sessionId = this.#nextId++;
      this.#sessions.set(sessionId, { epoch: 1, partitions: byKey(partitions) });
      return { errorCode: kafkaError.NONE, sessionId, partitions, incremental: false };
    }
    const session = this.#sessions.get(request.sessionId);
    if (session === undefined) return refused(kafkaError.FETCH_SESSION_ID_NOT_FOUND);
    if (session.epoch !== request.sessionEpoch) return refused(kafkaError.INVALID_FETCH_SESSION_EPOCH);
    session.epoch += 1;
    for (const each of named(request)) {
      const key = partitionKey(each.topicId, each.asked.partition);
      const known = session.partitions.get(key);
      if (known === undefined) session.partitions.set(key, each);
      else known.asked = each.asked;
    }
    // What is named and forgotten at once is forgotten.
    for (const { topicId, partitions } of request.forgotten) {
      for (const partition of partitions) session.partitions.delete(partitionKey(topicId, partition));
    }
    if (session.partitions.size === 0) {
      this.#sessions.delete(request.sessionId);
      return { errorCode: kafkaError.NONE, sessionId: 0, partitions: named(request), incremental: false };
    }
    return {
      errorCode: kafkaError.NONE,
      sessionId: request.sessionId,
      partitions: [...session.partitions.values()],
      incremental: true,
    };
  }
}

const refused = (errorCode: number): FetchContext => ({
  errorCode,
  sessionId: 0,
  partitions: [],
  incremental: false,
});

/** A partition that is named twice counts as the later one says, in the place of the earlier. */
function named(request: FetchRequest): SessionPartition[] {
  const all = request.topics.flatMap(({ topicId, partitions }) =>
    partitions.map((asked) => ({ topicId, asked, told: '' })),
  );
  return [...byKey(all).values()];
}

function byKey(partitions: readonly SessionPartition[]): Map<string, SessionPartition> {
  return new Map(partitions.map((each) => [partitionKey(each.topicId, each.asked.partition), each]));
}
