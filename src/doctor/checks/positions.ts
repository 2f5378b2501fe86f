// Whether the source still holds what the mirrors need next: its retention, measured against their ends.
import type { Connection } from '../../kafka/client/connection.ts';
import type { ListedOffset, TopicView } from '../../kafka/wire/messages.ts';
import { decodeListOffsetsResponse, encodeListOffsetsRequest } from '../../kafka/wire/list-offsets.ts';
import { kafkaError } from '../../kafka/wire/error-codes.ts';
import type { MirrorSetSpec } from '../../topology/topology.ts';
import { ok, problem, type Said, unknown, warning } from '../finding.ts';
import type { RegionSite } from '../region-site.ts';
import { askLeaders, type Led } from './ask-leaders.ts';
import { topicsText } from './topic-names.ts';

const latest = -1n;
const earliest = -2n;
/** Below this share of the source's log between its start and the mirror's end, time is short. */
const shareMin = 0.1;

type StartSettings = Pick<MirrorSetSpec, 'from' | 'offsets' | 'prefixMax' | 'onGap'>;

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
  set: StartSettings,
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
  const said = judgePositions(ends, set);
  return unasked.length > 0 ? [...said.filter(({ state }) => state !== 'ok'), ...unasked] : said;
}

/** Where copies begin; `undefined` where only their time is known. */
function firstOffset({ from }: StartSettings, start: bigint, end: bigint): bigint | undefined {
  if (typeof from === 'object') return undefined;
  return from === 'earliest' ? start : end;
}

/** Pure. */
export function judgePositions({ sourceStart, sourceEnd, mirrorEnd }: Ends, set: StartSettings): Said[] {
  const topics = {
    shifted: new Set<string>(),
    apart: new Set<string>(),
    lost: new Set<string>(),
    soon: new Set<string>(),
  };
  const isFilled = (offset: bigint) => set.offsets === 'identical' && offset <= BigInt(set.prefixMax);
  for (const [key, start] of sourceStart) {
    const topic = key.slice(0, key.lastIndexOf(' '));
    const end = sourceEnd.get(key) ?? start;
    const position = mirrorEnd.get(key) ?? 0n;
    const first = firstOffset(set, start, end) ?? 0n;
    if (position === 0n && first > 0n) {
      if (!isFilled(first)) topics.shifted.add(topic);
    } else if (position > 0n && position < start) (isFilled(start) ? topics.lost : topics.apart).add(topic);
    else if (position < end && Number(position - start) < shareMin * Number(end - start) && start > 0n) {
      if (position > 0n) topics.soon.add(topic);
    }
  }
  return tell(topics, set);
}

function lostRecords(topics: string, { onGap, prefixMax }: StartSettings): Said {
  const what = `${topics}: the source has deleted records that the mirror lacks`;
  if (onGap === 'stop') return problem(what, { code: 'CW-2007' });
  return warning(what, {
    why: `They are lost; up to ${prefixMax} offsets of a partition are filled (\`on.gap: fill\`).`,
    next: 'Raise the retention at the source or the bandwidth of the link.',
  });
}

type Troubled = Readonly<Record<'shifted' | 'apart' | 'lost' | 'soon', ReadonlySet<string>>>;

function tell({ shifted, apart, lost, soon }: Troubled, set: StartSettings): Said[] {
  const said: Said[] = [];
  const text = (topics: ReadonlySet<string>) => topicsText([...topics]);
  if (lost.size > 0) said.push(lostRecords(text(lost), set));
  if (shifted.size > 0 && set.offsets === 'identical') {
    said.push(
      warning(`${text(shifted)}: the copy will not have the offsets of the source`, {
        why: `It begins above offset ${set.prefixMax}, the most that is filled (\`prefix.max\`).`,
        next: 'Raise `prefix.max` of the set before its mirror starts, or leave it: a shift is one constant.',
      }),
    );
  }
  if (apart.size > 0) {
    const what = `${text(apart)}: whether the source still holds what comes next`;
    said.push(unknown(what, 'The copies may be shifted: `causeway mirrors lag` tells how far they are.'));
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
