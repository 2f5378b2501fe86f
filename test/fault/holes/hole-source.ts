// Source logs that are made of runs of holes between data: markers, aborted records, and what a cleaner took.
import { systemClock } from '../../../src/base/clock.ts';
import type { Random } from '../../../src/base/random.ts';
import { uniqueTopic } from '../../../lab/rig.ts';
import type { TopicShape } from '../../../lab/region-admin.ts';
import { CleanedSource, cleanLog } from '../../fixtures/cleaned-source.ts';
import { endOf, SourceScript } from '../../fixtures/source-script.ts';
import type { TestLink } from '../../fixtures/test-link.ts';

/** Fillers too many that a run may have to give back, at most. */
export const surplusMax = 12;

const repeatedKeys = 4;
const cleanedMin = 20;

export interface HoleSourceParts {
  readonly link: TestLink;
  readonly servers: string;
  readonly random: Random;
  /** Each hole costs several requests. */
  readonly isSlow: boolean;
}

export class HoleSource {
  readonly topic: string;
  readonly #parts: HoleSourceParts;
  readonly #script: SourceScript;

  constructor(parts: HoleSourceParts, topic: string, end = 0) {
    this.#parts = parts;
    this.topic = topic;
    this.#script = new SourceScript(parts.link.source, parts.servers, topic, end);
  }

  /** `source`: settings of it, which the target has too unless `target` says otherwise. */
  static async create(
    parts: HoleSourceParts,
    source: Readonly<Record<string, string>>,
    target: TopicShape,
  ): Promise<HoleSource> {
    const topic = uniqueTopic('holes');
    await parts.link.createTopic(topic, { config: source }, target);
    return new HoleSource(parts, topic);
  }

  /** Where the log ends. */
  get end(): number {
    return this.#script.end;
  }

  /** Two runs of at least four holes with data in front, in between and behind; more by chance. */
  async write(): Promise<void> {
    const { random, isSlow } = this.#parts;
    await this.#script.plain(1 + random.int(8));
    await this.#aborted(3 + random.int(isSlow ? 5 : 60));
    await this.#committed(1 + random.int(6));
    await this.#aborted(3 + random.int(4));
    if (!isSlow && random.int(6) === 0) await this.#aborted(1_500);
    await this.#script.plain(1 + random.int(8));
    if (random.int(2) === 0) await this.#interleaved();
    // Every third log ends in holes.
    if (random.int(3) > 0) await this.#script.plain(1 + random.int(3));
  }

  /** Records whose keys come again, so that a cleaner takes most of them; the last one stays. */
  async repeatKeys(): Promise<void> {
    for (let batch = 0; batch < 3; batch += 1) {
      const records = Array.from({ length: 10 }, (_, index) => ({
        key: Buffer.from(`again ${index % repeatedKeys}`),
        value: Buffer.from(`${batch} ${index}`),
        timestamp: 1_700_000_000_000n + BigInt(this.end + index),
      }));
      await this.#script.plain(records);
    }
  }

  /** Resolves once a cleaner has taken most of those. */
  clean(): Promise<void> {
    const { link, servers } = this.#parts;
    return cleanLog(link.source, servers, this.topic, cleanedMin, () => this.#appendNow());
  }

  /** More holes than there can be fillers too many, and data behind them. */
  async writeMore(): Promise<void> {
    await this.#script.plain(2);
    await this.#aborted(surplusMax);
    await this.#committed(3);
    await this.#script.plain(2);
  }

  close(): Promise<void> {
    return this.#script.close();
  }

  /** Of now, as markers are: a segment ends by the times of its records. */
  #appendNow(): Promise<void> {
    const key = Buffer.from(`now ${this.end}`);
    return this.#script.plain([{ key, value: key, timestamp: BigInt(Math.trunc(systemClock.wallMs())) }]);
  }

  async #aborted(records: number): Promise<void> {
    for (let left = records; left > 0; left -= 500) await this.#script.send('bad', Math.min(500, left));
    await this.#script.finish('bad', 'abort');
  }

  async #committed(records: number): Promise<void> {
    await this.#script.send('good', records);
    await this.#script.finish('good', 'commit');
  }

  async #interleaved(): Promise<void> {
    await this.#script.send('good', 2);
    await this.#script.send('bad', 3);
    await this.#script.send('good', 1);
    await this.#script.finish('bad', 'abort');
    await this.#script.finish('good', 'commit');
  }
}

/** As many topics that a cleaner has been at; they take some seconds together. */
export function cleanedTopics(
  link: TestLink,
  servers: string,
  target: TopicShape,
  count: number,
): Promise<readonly string[]> {
  return Promise.all(
    Array.from({ length: count }, async (_, index) => {
      const source = await CleanedSource.create(link, servers, 'cleaned', target);
      await source.write(40 + index, 9);
      await source.clean(10);
      return source.topic;
    }),
  );
}

/** Goes on behind what the cleaner has left. */
export async function cleanedSource(parts: HoleSourceParts, topic: string): Promise<HoleSource> {
  return new HoleSource(parts, topic, Number(await endOf(parts.link.source, topic)));
}
