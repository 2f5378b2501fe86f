// The controller of the model: which brokers are alive, who leads each partition, who is in sync. It acts at
// once; brokers learn of it by messages.
import type { TopicId } from '../../src/kafka/wire/messages.ts';
import { elected, type Electorate, withInSync, withoutEligible } from './elections.ts';
import { type PartitionImage, partitionKey } from './model-types.ts';

export interface TopicSpec {
  readonly partitions: number;
  readonly replicas: number;
  /** Replicas of each partition, in place of so many from the first broker on. */
  readonly assignments?: readonly (readonly number[])[];
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
  readonly #electorate: Electorate;
  #topicsMade = 0;

  constructor(parts: {
    brokerIds: readonly number[];
    hasEligibleLeaders: boolean;
    publish: (image: PartitionImage) => void;
    unpublish: (topic: string, topicId: TopicId) => void;
  }) {
    this.#brokerIds = parts.brokerIds;
    this.#publish = parts.publish;
    this.#unpublish = parts.unpublish;
    const { hasEligibleLeaders } = parts;
    this.#electorate = { hasEligibleLeaders, isAlive: (id) => !this.#fenced.has(id) };
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
      const inTurn = () =>
        Array.from({ length: spec.replicas }, (_, at) => ids[(partition + at) % ids.length] as number);
      const replicas = spec.assignments?.[partition] ?? inTurn();
      const alive = replicas.filter((id) => !this.#fenced.has(id));
      const inSync = alive.length > 0 ? alive : replicas.slice(0, 1);
      this.#set({
        topic,
        topicId,
        partition,
        leaderId: alive[0] ?? -1,
        leaderEpoch: 0,
        inSync,
        eligible: [],
        lastLeaderId: -1,
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
      this.#change({ ...image, compacted: true });
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
      const next = withInSync(image, others, this.#electorate);
      this.#change(image.leaderId === brokerId ? elected(next, this.#electorate) : next);
    }
  }

  /** The broker is back; partitions that waited for it get a leader. `clean`: it was stopped in order. */
  unfence(brokerId: number, clean = true): void {
    if (!clean) this.#distrust(brokerId);
    this.#fenced.delete(brokerId);
    for (const image of this.#images.values()) {
      if (image.leaderId >= 0 || !image.replicas.includes(brokerId)) continue;
      const next = elected(image, this.#electorate);
      if (next.leaderId >= 0) this.#change(next);
    }
  }

  #distrust(brokerId: number): void {
    for (const image of this.#images.values()) {
      if (image.eligible.includes(brokerId)) this.#change(withoutEligible(image, brokerId));
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
    this.#change(withInSync(image, [...inSync], this.#electorate));
    return true;
  }

  /** A clean move of the lead. False where `to` is not in sync or not alive. */
  moveLeader(topic: string, partition: number, to: number): boolean {
    const image = this.must(topic, partition);
    if (image.leaderId === to || !image.inSync.includes(to) || this.#fenced.has(to)) return false;
    this.#change({ ...image, leaderId: to, leaderEpoch: image.leaderEpoch + 1 });
    return true;
  }

  /**
   * As an operator moves the lead: the replicas in another order, then an election of the first, which leads
   * where it is in sync and alive.
   */
  prefer(topic: string, partition: number, replicas: readonly number[]): void {
    const image = this.must(topic, partition);
    this.#change({ ...image, replicas: [...replicas] });
    this.moveLeader(topic, partition, replicas[0] as number);
  }

  /**
   * An unclean election that an operator asks for: the first replica that is alive leads, where none does.
   */
  electAnyAlive(topic: string, partition: number): void {
    const { leaderId, replicas } = this.must(topic, partition);
    const alive = replicas.find((id) => !this.#fenced.has(id));
    if (leaderId < 0 && alive !== undefined) this.electUnclean(topic, partition, alive);
  }

  /** An unclean election: `to` leads with whatever it has; all others follow it. */
  electUnclean(topic: string, partition: number, to: number): void {
    const image = this.must(topic, partition);
    const leaderEpoch = image.leaderEpoch + 1;
    this.#change({ ...image, leaderId: to, leaderEpoch, inSync: [to], eligible: [] });
  }

  #change(image: PartitionImage): void {
    this.#set({ ...image, version: image.version + 1 });
  }

  #set(image: PartitionImage): void {
    this.#images.set(partitionKey(image.topicId, image.partition), image);
    this.#publish(image);
  }
}
