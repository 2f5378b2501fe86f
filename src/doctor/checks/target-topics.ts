// Topics of a mirror set at one target: those that are there, and those that are still to be made.
import {
  replicationFactorForMirror,
  settingsForMirror,
} from '../../control-plane/reconciler/mirror-settings.ts';
import type { BrokerQuestions, Refusal } from '../../kafka/admin/broker-questions.ts';
import type { TopicView } from '../../kafka/wire/messages.ts';
import type { MirrorSetSpec } from '../../topology/topology.ts';
import { ok, problem, type Said, unknown } from '../finding.ts';
import type { RegionSite } from '../region-site.ts';
import { leaderless } from './source-topics.ts';
import { topicsHave, topicsText } from './topic-names.ts';

/** Topics that are tried to be created, without making them. */
const triedMax = 50;
const minInSync = 'min.insync.replicas';
const replicationFactor = 'replication.factor';

interface Pair {
  readonly set: MirrorSetSpec;
  readonly source: RegionSite;
  readonly target: RegionSite;
}

type Settings = ReadonlyMap<string, string>;

export async function checkTargetTopics(pair: Pair, atSource: readonly TopicView[]): Promise<Said[]> {
  const { source, target } = pair;
  const names = atSource.map(({ name }) => name);
  const there = new Map(target.mustView.topics.map((topic) => [topic.name, topic]));
  const existing = atSource.flatMap(({ name }) => there.get(name) ?? []);
  const absent = atSource.filter(({ name }) => !there.has(name));
  const questions = await target.questions();
  const settings = await questions.settingsOf(
    'topic',
    existing.map(({ name }) => name),
  );
  const atSourceSettings = await (await source.questions()).settingsOf('topic', names);
  const said = [
    ...leaderless(existing),
    ...tooManyPartitions(existing, atSource),
    ...judgeReplicas(existing, settings),
    ...tooLarge(pair, atSourceSettings),
    ...(await checkAbsent(pair, absent, atSourceSettings, questions)),
  ];
  if (said.length > 0) return said;
  const amount = `${existing.length} of ${atSource.length} are there`;
  return [ok(`${amount}; those that are not can be created`, amount)];
}

function tooManyPartitions(existing: readonly TopicView[], atSource: readonly TopicView[]): Said[] {
  const counts = new Map(atSource.map(({ name, partitions }) => [name, partitions.length]));
  const more = existing.filter(({ name, partitions }) => partitions.length > (counts.get(name) ?? 0));
  if (more.length === 0) return [];
  const names = more.map(({ name }) => name);
  return [problem(`${topicsHave(names)} more partitions than at the source`, { code: 'CW-2027' })];
}

/** Pure. Whether writes can be acknowledged by as many replicas as the topic asks for. */
export function judgeReplicas(
  topics: readonly TopicView[],
  described: ReadonlyMap<string, Settings | string>,
): Said[] {
  const said: Said[] = [];
  for (const { name, partitions } of topics) {
    const settings = described.get(name);
    if (settings === undefined || typeof settings === 'string') continue;
    const wanted = Number(settings.get(minInSync) ?? 1);
    const replicas = Math.min(...partitions.map((each) => each.replicas.length));
    if (wanted > replicas) said.push(neverWritten(name, wanted, replicas));
    else if (partitions.some(({ inSync }) => inSync.length < wanted)) {
      const few = partitions.filter(({ inSync }) => inSync.length < wanted).length;
      const what = `topic ${name} has ${few} partitions with fewer than ${wanted} replicas in sync`;
      said.push(problem(what, { code: 'CW-2022' }));
    }
  }
  return said;
}

function neverWritten(name: string, wanted: number, replicas: number): Said {
  const what = `topic ${name} has ${minInSync} ${wanted} and replication factor ${replicas}`;
  return problem(what, {
    code: 'CW-2022',
    why: 'No write can ever be acknowledged by more replicas than there are.',
    next: `Lower ${minInSync} or raise the replication factor: \`target\` of the set, or at the topic.`,
  });
}

/** A request that a broker refuses for its size is not told as such: the connection ends. */
function tooLarge({ target }: Pair, described: ReadonlyMap<string, Settings | string>): Said[] {
  const limits = [...target.brokerSettings.values()].map((each) =>
    Number(each.get('socket.request.max.bytes')),
  );
  const limit = Math.min(...limits.filter((each) => !Number.isNaN(each)));
  const larger = [...described].filter(
    ([, each]) => typeof each !== 'string' && Number(each.get('max.message.bytes') ?? 0) > limit,
  );
  if (larger.length === 0) return [];
  const names = larger.map(([name]) => name);
  const bound = `the target’s socket.request.max.bytes (${limit})`;
  const what = `${topicsHave(names)} max.message.bytes above ${bound}`;
  return [
    problem(what, { code: 'CW-2015', next: 'Raise socket.request.max.bytes of the target’s brokers.' }),
  ];
}

async function checkAbsent(
  pair: Pair,
  absent: readonly TopicView[],
  atSource: ReadonlyMap<string, Settings | string>,
  questions: BrokerQuestions,
): Promise<Said[]> {
  const { set, target } = pair;
  const brokers = target.mustView.brokers.length;
  const said: Said[] = [];
  for (const topic of absent.slice(0, triedMax)) {
    const own = atSource.get(topic.name);
    if (own === undefined || typeof own === 'string') continue;
    const copies = replicationFactorForMirror(set, topic.partitions[0]?.replicas.length ?? 1, brokers);
    const settings = settingsForMirror(set, own);
    const wanted = wantedInSync(settings, target);
    if (copies > brokers) said.push(tooFewBrokers(topic.name, copies, brokers));
    else if (wanted !== undefined && wanted > copies) said.push(neverWritten(topic.name, wanted, copies));
    else {
      const { name, partitions } = topic;
      const asked = { name, partitions: partitions.length, replicationFactor: copies, settings };
      said.push(...refusalSaid(topic.name, await questions.tryCreate(asked)));
    }
  }
  const untried = absent.slice(triedMax).map(({ name }) => name);
  if (untried.length > 0) said.push(unknown(`whether ${topicsText(untried)} can be created was not tried`));
  return said;
}

/** As the mirror would have it; undefined where only the brokers know their default. */
function wantedInSync(settings: Settings, { brokerSettings }: RegionSite): number | undefined {
  const byDefault = [...brokerSettings.values()].flatMap((each) => each.get(minInSync) ?? []);
  const value = settings.get(minInSync) ?? byDefault[0];
  return value === undefined ? undefined : Number(value);
}

function tooFewBrokers(name: string, copies: number, brokers: number): Said {
  const what = `topic ${name} is to have ${replicationFactor} ${copies}, and there are ${brokers} brokers`;
  return problem(what, {
    code: 'CW-3009',
    next: `Lower ${replicationFactor} under \`target\` of the mirror set.`,
  });
}

/** A missing permission is told by another check. */
function refusalSaid(name: string, refusal: Refusal | undefined): Said[] {
  if (refusal === undefined || refusal.error.endsWith('AUTHORIZATION_FAILED')) return [];
  const words = refusal.message === '' ? '' : `: ${refusal.message}`;
  const what = `topic ${name} could not be created as a mirror (${refusal.error}${words})`;
  return [problem(what, { code: 'CW-3009' })];
}
