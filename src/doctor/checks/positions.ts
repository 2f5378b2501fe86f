// Whether the source still holds what the mirrors need next: its retention, measured against their ends.
import type { Connection } from '../../kafka/client/connection.ts';
import type { ListedOffset, TopicView } from '../../kafka/wire/messages.ts';
import { decodeListOffsetsResponse, encodeListOffsetsRequest } from '../../kafka/wire/list-offsets.ts';
import { kafkaError } from '../../kafka/wire/error-codes.ts';
import { ok, problem, type Said, warning } from '../finding.ts';
import type { RegionSite } from '../region-site.ts';
import { askLeaders, type Led } from './ask-leaders.ts';
import { topicsText } from './topic-names.ts';

const latest = -1n;
const earliest = -2n;
/** Below this share of the source's log between its start and the mirror's end, time is short. */
const shareMin = 0.1;

/** Offsets by `topic partition`. */
type Offsets = ReadonlyMap<string, bigint>;

export interface Ends {
  readonly sourceStart: Offsets;
  readonly sourceEnd: Offsets;
  /** Absent where there is no mirror yet. */
  readonly mirrorEnd: Offsets;
}

export async function checkPositions(
  source: RegionSite,
  target: RegionSite,
  topics: readonly TopicView[],
): Promise<Said[]> {
  const names = new Set(topics.map(({ name }) => name));
  const mirrors = target.mustView.topics.filter(({ name }) => names.has(name));
  const [start, end, mirror] = await Promise.all([
    listOffsets(source, topics, earliest),
    listOffsets(source, topics, latest),
    listOffsets(target, mirrors, latest),
  ]);
  const unasked = [...start.unasked, ...mirror.unasked];
  // Without the mirror's end nothing can be compared.
  if (mirror.unasked.length > 0) return unasked;
  const ends = { sourceStart: start.offsets, sourceEnd: end.offsets, mirrorEnd: mirror.offsets };
  const said = judgePositions(ends);
  return unasked.length > 0 ? [...said.filter(({ state }) => state !== 'ok'), ...unasked] : said;
}

/** Pure. */
export function judgePositions({ sourceStart, sourceEnd, mirrorEnd }: Ends): Said[] {
  const cut = new Set<string>();
  const lost = new Set<string>();
  const soon = new Set<string>();
  for (const [key, start] of sourceStart) {
    const topic = key.slice(0, key.lastIndexOf(' '));
    const end = sourceEnd.get(key) ?? start;
    const position = mirrorEnd.get(key) ?? 0n;
    if (position < start) (position === 0n ? cut : lost).add(topic);
    else if (position < end && Number(position - start) < shareMin * Number(end - start) && start > 0n) {
      soon.add(topic);
    }
  }
  const said: Said[] = [];
  const text = (topics: ReadonlySet<string>) => topicsText([...topics]);
  if (lost.size > 0) {
    said.push(
      problem(`${text(lost)}: the source has deleted records that the mirror lacks`, { code: 'CW-2007' }),
    );
  }
  if (cut.size > 0) {
    said.push(
      problem(`${text(cut)}: the source begins above offset 0, and there is no copy yet`, {
        code: 'CW-2009',
      }),
    );
  }
  if (soon.size > 0) {
    said.push(
      warning(`${text(soon)}: the source’s retention is about to overtake the mirror`, {
        why: 'Less than a tenth of the source’s log lies between its start and where the mirror stands.',
        next: 'Raise the retention at the source, or look at `causeway status` why the mirror is behind.',
      }),
    );
  }
  return said.length > 0 ? said : [ok(`the source holds all that the mirrors need`)];
}

interface Listed {
  readonly offsets: Offsets;
  readonly unasked: readonly Said[];
}

async function listOffsets(
  site: RegionSite,
  topics: readonly TopicView[],
  timestamp: bigint,
): Promise<Listed> {
  const { answers, unasked } = await askLeaders(site, topics, (connection, led) =>
    ask(connection, site, led, timestamp),
  );
  const good = answers.filter(({ errorCode }) => errorCode === kafkaError.NONE);
  return {
    offsets: new Map(good.map(({ topic, partition, offset }) => [`${topic} ${partition}`, offset])),
    unasked,
  };
}

function ask(
  connection: Connection,
  site: RegionSite,
  led: readonly Led[],
  timestamp: bigint,
): Promise<readonly ListedOffset[]> {
  const topics = led.map(({ topic, partitions }) => ({
    topic,
    partitions: partitions.map((partition) => ({ partition, currentLeaderEpoch: -1, timestamp })),
  }));
  return connection.call({
    api: 'listOffsets',
    waitMs: site.limits.requestWaitMs,
    encode: (writer, version) =>
      encodeListOffsetsRequest(writer, version, { replicaId: -1, isolationLevel: 0, topics }),
    decode: decodeListOffsetsResponse,
  });
}
