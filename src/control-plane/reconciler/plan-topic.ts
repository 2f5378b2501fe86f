// What is to be done about one topic of a mirror set at one target. Pure.
import type { Softness } from '../../base/softness.ts';
import type { ObservedTopic } from '../../ledger/records.ts';
import type { MirrorSetSpec } from '../../topology/topology.ts';
import type { Action, DecideTopic } from './actions.ts';
import { beginningText } from './beginning-text.ts';
import {
  replicationFactorForMirror,
  settingDrift,
  settingsForMirror,
  settingsForMirrorAt,
} from './mirror-settings.ts';
import type { ClusterLook, Denial, TopicLook } from './observation.ts';

export interface TopicContext {
  readonly set: MirrorSetSpec;
  readonly source: ClusterLook;
  readonly target: ClusterLook;
  /** Somebody wants it to stay as it is. */
  readonly isPaused: boolean;
  /** What was decided last, if anything. */
  readonly decided: ObservedTopic | undefined;
}

export interface Refusal {
  readonly code: string;
  readonly message: string;
}

/** `isOurs`: the topic at the target is one that Causeway mirrored into before. */
export function planTopic(
  context: TopicContext,
  atSource: TopicLook,
  atTarget: TopicLook | undefined,
  isOurs: boolean,
  refusal: Refusal | undefined,
): Action[] {
  if (refusal !== undefined) return refuse(context, atSource, refusal);
  if (atTarget === undefined) {
    const denial = context.target.hidden?.get(atSource.name) ?? atSource.denial;
    return denial === undefined
      ? create(context, atSource)
      : withhold(context, atSource.name, denial, atSource);
  }
  if (!isOurs && atTarget.hasRecords === undefined) return [];
  if (!isOurs && atTarget.hasRecords === true) {
    const { region } = context.target;
    const message = `${region} has a topic ${atTarget.name} that holds records and is no mirror`;
    return refuse(context, atSource, { code: 'CW-2028', message });
  }
  const former = formerSource(context, atSource, atTarget);
  if (former !== undefined && context.set.onRecreate === 'recreate' && former.state === 'mirrored') {
    if (mayReplace(context, atSource, former)) return replace(context, atSource, atTarget);
  } else if (former !== undefined && context.set.onRecreate !== 'stop') {
    return keep(context, atSource);
  }
  if (atTarget.partitions > atSource.partitions) {
    const { source, target } = context;
    const message =
      `${atTarget.name} has ${atTarget.partitions} partitions in ${target.region} and ` +
      `${atSource.partitions} in ${source.region}`;
    return refuse(context, atSource, { code: 'CW-2027', message });
  }
  const denial = atSource.denial ?? atTarget.denial;
  if (denial !== undefined) return withhold(context, atSource.name, denial, atSource);
  const mending = mend(context, atSource, atTarget);
  // What is written into a topic that is not yet as a mirror must be would not stay as it is.
  const isNew = context.decided?.targetTopicId !== atTarget.topicId;
  return isNew && mending.length > 0 ? mending : [...mending, ...mirror(context, atSource, atTarget)];
}

function create({ set, source, target }: TopicContext, atSource: TopicLook): Action[] {
  if (atSource.settings === undefined) return [];
  const topic = {
    name: atSource.name,
    partitions: atSource.partitions,
    replicationFactor: replicationFactorForMirror(set, atSource.replicationFactor, target.brokers),
    settings: settingsForMirror(set, atSource.settings),
  };
  const reason = `it is in ${source.region} and not in ${target.region}`;
  const bytesToCopy = atSource.bytes;
  const beginning = beginningText(set, atSource);
  const more = { bytesToCopy, reason, ...(beginning !== undefined && { beginning }) };
  return [{ kind: 'create-topic', set: set.name, topic, source: source.region, ...more }];
}

/** What is decided of the topic that the copy is made from, where the source has another one of its name. */
function formerSource(
  { decided }: TopicContext,
  atSource: TopicLook,
  atTarget: TopicLook,
): ObservedTopic | undefined {
  if (decided?.targetTopicId !== atTarget.topicId || decided.sourceTopicId === undefined) return undefined;
  return decided.sourceTopicId === atSource.topicId ? undefined : decided;
}

/**
 * What could not be created again is not deleted, and what is paused only once it is resumed. Another cluster
 * has other topics, whatever their names: it has created nothing anew.
 */
const mayReplace = (
  { isPaused, source }: TopicContext,
  { denial }: TopicLook,
  { sourceClusterId }: ObservedTopic,
): boolean => !isPaused && denial === undefined && sourceClusterId === source.clusterId;

/** With its records gone, the next round finds nothing at the target and makes a new copy. */
function replace({ set, source }: TopicContext, atSource: TopicLook, { name, topicId }: TopicLook): Action[] {
  const { region } = source;
  const reason = `${region} has created it anew, and on.recreate is recreate`;
  const to = { region, topicId: atSource.topicId };
  return [{ kind: 'delete-topic', set: set.name, topic: name, topicId, source: to, reason }];
}

function keep(context: TopicContext, atSource: TopicLook): Action[] {
  const { source, target } = context;
  const message =
    `${source.region} has created ${atSource.name} anew; ` +
    `${target.region} keeps the copy of the former one and copies nothing`;
  return refuse(context, atSource, { code: 'CW-2030', message });
}

function mend({ set, source }: TopicContext, atSource: TopicLook, atTarget: TopicLook): Action[] {
  const actions: Action[] = [];
  const { name: topic, partitions: from } = atTarget;
  if (from < atSource.partitions) {
    const reason = `it has that many in ${source.region}`;
    actions.push({ kind: 'add-partitions', set: set.name, topic, from, to: atSource.partitions, reason });
  }
  if (atSource.settings !== undefined && atTarget.settings !== undefined) {
    const wanted = settingsForMirrorAt(set, atSource.settings, atTarget.settings);
    const changes = settingDrift(wanted, atTarget.settings);
    const reason = 'these belong to the data, or are held while it is a mirror';
    if (changes.length > 0) actions.push({ kind: 'set-settings', set: set.name, topic, changes, reason });
  }
  return actions;
}

/** The source's id is kept as first recorded: a re-created source must stop the mirror, not move it. */
function mirror(context: TopicContext, atSource: TopicLook, atTarget: TopicLook): Action[] {
  const { set, source, target, decided } = context;
  const isSameMirror = decided?.targetTopicId === atTarget.topicId;
  const first = isSameMirror ? decided : undefined;
  const sourceTopicId = first?.sourceTopicId ?? atSource.topicId;
  const isFirstSource = sourceTopicId === atSource.topicId;
  const sourceClusterId = first?.sourceClusterId ?? (isFirstSource ? source.clusterId : undefined);
  const partitions = Math.min(atSource.partitions, atTarget.partitions);
  const soft = softnessOf(first, atSource, set);
  const isDecided =
    isSameMirror &&
    decided?.state === 'mirrored' &&
    decided.cause === undefined &&
    decided.sourceTopicId === sourceTopicId &&
    decided.sourceClusterId === sourceClusterId &&
    decided.partitions === partitions &&
    decided.soft === soft;
  if (isDecided) return [];
  const reason = `its topic is ready in ${target.region}`;
  const decision = {
    kind: 'topic',
    set: set.name,
    topic: atSource.name,
    target: target.region,
    state: 'mirrored',
    cause: undefined,
    sourceTopicId,
    sourceClusterId,
    targetTopicId: atTarget.topicId,
    partitions,
    ...(soft === undefined ? {} : { soft }),
  } as const satisfies DecideTopic['decision'];
  return [{ kind: 'mirror-topic', set: set.name, topic: atSource.name, reason, decision }];
}

/** Once soft, always soft: its data has the id that goes with it. `first`: as which it is mirrored. */
function softnessOf(
  first: ObservedTopic | undefined,
  atSource: TopicLook,
  { onGap }: MirrorSetSpec,
): Softness | undefined {
  if (first?.soft !== undefined) return first.soft;
  if (!isCompacted(atSource) && onGap !== 'fill') return undefined;
  return first === undefined ? 'from-start' : 'later';
}

const isCompacted = ({ settings }: TopicLook): boolean =>
  settings?.get('cleanup.policy')?.includes('compact') === true;

function refuse(context: TopicContext, atSource: TopicLook, { code, message }: Refusal): Action[] {
  const { set, target, decided } = context;
  const { cause } = decided ?? {};
  if (decided?.state === 'refused' && cause?.code === code && cause.message === message) return [];
  const decision = {
    kind: 'topic',
    set: set.name,
    topic: atSource.name,
    target: target.region,
    state: 'refused',
    cause: { code, message },
    ...idsFor(context, atSource),
    partitions: atSource.partitions,
  } as const;
  return [{ kind: 'refuse-topic', set: set.name, topic: atSource.name, reason: message, decision }];
}

/**
 * A topic of which something may not be read that has to be known. What is mirrored goes on, and says so;
 * what is not mirrored yet has to wait.
 */
export function withhold(
  context: Omit<TopicContext, 'isPaused'>,
  topic: string,
  { code, message }: Denial,
  atSource?: TopicLook,
): Action[] {
  const { set, target, decided } = context;
  if (decided !== undefined && decided.state !== 'gone') {
    if (decided.cause?.code === code && decided.cause.message === message) return [];
  }
  const isMirrored = decided?.state === 'mirrored';
  const decision = {
    kind: 'topic',
    set: set.name,
    topic,
    target: target.region,
    state: isMirrored ? 'mirrored' : 'refused',
    cause: { code, message },
    ...idsFor(context, atSource),
    partitions: isMirrored ? decided.partitions : atSource?.partitions,
  } as const;
  const kind = isMirrored ? 'keep-topic' : 'refuse-topic';
  return [{ kind, set: set.name, topic, reason: message, decision }];
}

/**
 * A copy that was recorded once stays recorded, with what it is a copy of: one look at a broker that lags
 * behind must not make it a stranger. What is not ours is never recorded.
 */
function idsFor({ source, decided }: Omit<TopicContext, 'isPaused'>, atSource: TopicLook | undefined) {
  if (decided?.targetTopicId !== undefined) {
    const { sourceTopicId, sourceClusterId, targetTopicId } = decided;
    return { sourceTopicId, sourceClusterId, targetTopicId };
  }
  const sourceClusterId = atSource && source.clusterId;
  return { sourceTopicId: atSource?.topicId, sourceClusterId, targetTopicId: undefined };
}
