// The leader of a ledger topic's one partition: found, connected to, and let go after every failure.
import { CausewayError } from '../base/errors.ts';
import type { AuthorizedRequest } from '../kafka/acl/request-rights.ts';
import type { BrokerConnection, KafkaCluster } from '../kafka/client/cluster.ts';
import type { TopicId } from '../kafka/wire/messages.ts';
import { kafkaError } from '../kafka/wire/error-codes.ts';
import { ledgerRefusal } from './ledger-refusal.ts';
import type { LedgerTopic } from './topic-names.ts';

export interface Leader {
  readonly connection: BrokerConnection;
  readonly topicId: TopicId;
  readonly leaderEpoch: number;
}

export class TopicLeader {
  readonly #cluster: KafkaCluster;
  readonly region: string;
  readonly topic: LedgerTopic;
  #kept: Leader | undefined;
  #ended: string | undefined;

  constructor(parts: { cluster: KafkaCluster; region: string; topic: LedgerTopic }) {
    this.#cluster = parts.cluster;
    this.region = parts.region;
    this.topic = parts.topic;
  }

  /**
   * The leader last found, or by fresh metadata. Throws CW-4001, CW-4002, CW-4009 and what the cluster
   * throws.
   */
  async find(): Promise<Leader> {
    if (this.#kept !== undefined && !this.#kept.connection.closed) return this.#kept;
    this.#throwIfEnded();
    const { region, topic } = this;
    const view = (await this.#cluster.metadata([topic])).topics.find(({ name }) => name === topic);
    if (view === undefined || view.errorCode === kafkaError.UNKNOWN_TOPIC_OR_PARTITION) {
      throw new CausewayError('CW-4001', `${region}: the topic ${topic} does not exist`, { region, topic });
    }
    if (view.errorCode !== kafkaError.NONE && view.errorCode !== kafkaError.LEADER_NOT_AVAILABLE) {
      throw this.refusal(view.errorCode, 'Metadata');
    }
    if (view.partitions.length > 1) {
      const text = `${region}: ${topic} has ${view.partitions.length} partitions, and must have one`;
      throw new CausewayError('CW-4009', text, { region, topic });
    }
    const leaderId = view.partitions[0]?.leaderId ?? -1;
    if (leaderId < 0) throw this.#unreadable('it has no leader');
    const leaderEpoch = view.partitions[0]?.leaderEpoch ?? -1;
    const connection = await this.#cluster.connect(leaderId);
    if (this.#ended !== undefined) connection.destroy(this.#ended);
    this.#throwIfEnded();
    this.#kept = { connection, topicId: view.topicId, leaderEpoch };
    return this.#kept;
  }

  /** The next `find` asks anew. */
  drop(reason: string): void {
    this.#kept?.connection.destroy(reason);
    this.#kept = undefined;
  }

  /** For good: whatever is under way ends, and `find` throws CW-4002 from now on. Idempotent. */
  end(reason: string): void {
    this.#ended ??= reason;
    this.drop(reason);
  }

  #throwIfEnded(): void {
    if (this.#ended !== undefined) throw this.#unreadable(this.#ended);
  }

  #unreadable(why: string): CausewayError {
    const { region, topic } = this;
    return new CausewayError('CW-4002', `${region}: ${topic}: ${why}`, { region, topic });
  }

  /** An answer's error as ours. What may pass by itself is CW-4002. */
  refusal(errorCode: number, request: AuthorizedRequest, words?: string): CausewayError {
    const { region, topic } = this;
    return ledgerRefusal({ cluster: this.#cluster, region, topic }, errorCode, request, words);
  }
}
