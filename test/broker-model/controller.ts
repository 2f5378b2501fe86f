// The controller of the model: which brokers are alive, who leads each partition, who is in sync. It acts at
// once; brokers learn of it by messages.
import type { TopicId } from '../../src/kafka/wire/messages.ts';
import { type PartitionImage, partitionKey } from './model-types.ts';

export interface TopicSpec {
  readonly partitions: number;
  readonly replicas: number;
  readonly minInSync: number;
  readonly logAppendTime?: boolean;
  readonly compacted?: boolean;
}

export class Controller {
  readonly #images = new Map<string, PartitionImage>();
  readonly #topicIds = new Map<string, TopicId>();
  readonly #fenced = new Set<number>();
  readonly #brokerIds: readonly number[];
  readonly #publish: (image: PartitionImage) => void;
  readonly #unpublish: (topic: string, topicId: TopicId) => void;
  #topicsMade = 0;

  constructor(parts: {
    brokerIds: readonly number[];
    publish: (image: PartitionImage) => void;
    unpublish: (topic: string, topicId: TopicId) => void;
  }) {
    this.#brokerIds = parts.brokerIds;
    this.#publish = parts.publish;
    this.#unpublish = parts.unpublish;
  }

  get images(): Iterable<PartitionImage> {
    return this.#images.values();
  }

  topicId(topic: string): TopicId | undefined {
    return this.#topicIds.get(topic);
  }
  find(topic: string, partition: number): PartitionImage | undefined {
    return this.#images.get(partitionKey(this.#topicIds.get(topic) ?? '', partition));
  }
  must(topic: string, partition: number): PartitionImage {
    const image = this.find(topic, partition);
    if (image === undefined) throw new Error(`model: no partition ${topic}-${partition}`);
    return image;
  }

  /** `seed` makes the ids of different clusters differ. */
  createTopic(topic: string, spec: TopicSpec, seed: number): TopicId {
    if (this.#topicIds.has(topic)) throw new Error(`model: topic ${topic} exists`);
    this.#topicsMade += 1;
    const topicId = (seed * 65_536 + this.#topicsMade).toString(16).padStart(32, '0');
    this.#topicIds.set(topic, topicId);
    const ids = this.#brokerIds;
    for (let partition = 0; partition < spec.partitions; partition += 1) {
      const replicas = Array.from(
        { length: spec.replicas },
        (_, at) => ids[(partition + at) % ids.length] as number,
      );
      const alive = replicas.filter((id) => !this.#fenced.has(id));
      const inSync = alive.length > 0 ? alive : replicas.slice(0, 1);
      this.#set({
        topic,
        topicId,
        partition,
        leaderId: alive[0] ?? -1,
        leaderEpoch: 0,
        inSync,
        replicas,
        version: 0,
        minInSync: spec.minInSync,
        logAppendTime: spec.logAppendTime ?? false,
        compacted: spec.compacted ?? false,
      });
    }
    return topicId;
  }

  /** Its cleanup policy contains `compact` from now on. */
  compactTopic(topic: string): void {
    for (const image of [...this.#images.values()].filter((each) => each.topic === topic)) {
      this.#set({ ...image, compacted: true, version: image.version + 1 });
    }
  }

  deleteTopic(topic: string): void {
    const topicId = this.#topicIds.get(topic);
    if (topicId === undefined) throw new Error(`model: no topic ${topic}`);
    this.#topicIds.delete(topic);
    for (const [key, image] of this.#images) if (image.topicId === topicId) this.#images.delete(key);
    this.#unpublish(topic, topicId);
  }

  /** The broker does not answer any more: it leads nothing and, where others are, is not in sync. */
  fence(brokerId: number): void {
    this.#fenced.add(brokerId);
    for (const image of this.#images.values()) {
      if (!image.inSync.includes(brokerId)) continue;
      const others = image.inSync.filter((id) => id !== brokerId);
      const inSync = others.length > 0 ? others : image.inSync;
      if (image.leaderId === brokerId) this.#elect({ ...image, inSync });
      else this.#set({ ...image, inSync, version: image.version + 1 });
    }
  }

  /** The broker is back; partitions that waited for it get a leader. */
  unfence(brokerId: number): void {
    this.#fenced.delete(brokerId);
    for (const image of this.#images.values()) {
      if (image.leaderId < 0 && image.inSync.includes(brokerId)) this.#elect(image);
    }
  }

  /** Everything a broker that has just registered must know. */
  isFenced(brokerId: number): boolean {
    return this.#fenced.has(brokerId);
  }

  /** A leader asks to change the replicas in sync. False: it is not the leader any more, or an old view. */
  alterInSync(asked: PartitionImage, inSync: readonly number[]): boolean {
    const image = this.#images.get(partitionKey(asked.topicId, asked.partition));
    if (image === undefined || image.leaderEpoch !== asked.leaderEpoch || image.version !== asked.version) {
      return false;
    }
    if (inSync.some((id) => this.#fenced.has(id))) return false;
    this.#set({ ...image, inSync: [...inSync], version: image.version + 1 });
    return true;
  }

  /** A clean move of the lead. False where `to` is not in sync or not alive. */
  moveLeader(topic: string, partition: number, to: number): boolean {
    const image = this.must(topic, partition);
    if (image.leaderId === to || !image.inSync.includes(to) || this.#fenced.has(to)) return false;
    this.#set({ ...image, leaderId: to, leaderEpoch: image.leaderEpoch + 1, version: image.version + 1 });
    return true;
  }

  /** An unclean election: `to` leads with whatever it has; all others follow it. */
  electUnclean(topic: string, partition: number, to: number): void {
    const image = this.must(topic, partition);
    this.#set({
      ...image,
      leaderId: to,
      leaderEpoch: image.leaderEpoch + 1,
      inSync: [to],
      version: image.version + 1,
    });
  }

  #elect(image: PartitionImage): void {
    const candidates = image.replicas.filter((id) => image.inSync.includes(id) && !this.#fenced.has(id));
    const leaderId = candidates[0] ?? -1;
    this.#set({ ...image, leaderId, leaderEpoch: image.leaderEpoch + 1, version: image.version + 1 });
  }

  #set(image: PartitionImage): void {
    this.#images.set(partitionKey(image.topicId, image.partition), image);
    this.#publish(image);
  }
}
