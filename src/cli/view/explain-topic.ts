// "Why is topic X not mirrored?": everything that must hold, in order, each with its answer. Pure.
import { type ErrorCode, errorCatalog } from '../../base/error-catalog.ts';
import type { MirrorSetSpec } from '../../topology/topology.ts';
import { formatAmount, formatDuration } from '../output/values.ts';
import { lossesIn, partitionNotes, segmentsIn } from './partition-notes.ts';
import { partitionRows } from './partitions.ts';
import { evidenceMsMax, findRegion, isFresh, type Picture } from './picture.ts';
import { differingText, verificationOf, verificationText, verifiedIn } from './verified.ts';

export type Answer = 'yes' | 'no' | 'unknown';

export interface Check {
  /** A statement that should hold. */
  readonly statement: string;
  readonly answer: Answer;
  /** What was found, and why it matters where the answer is not yes. */
  readonly found: string;
  /** Of the error catalog, where it is one of its causes. */
  readonly codes?: readonly string[];
}

/** How a topic stands to a mirror set's patterns; `src/topology` decides. */
export type TopicMatch = 'matched' | 'excluded' | 'internal' | 'unmatched';
export type MatchTopic = (spec: MirrorSetSpec, topic: string) => TopicMatch;

/**
 * Partitions of the topic by region; null where it does not exist, undefined where the region cannot be
 * asked.
 */
export type PartitionsByRegion = ReadonlyMap<string, number | null | undefined>;

export interface TopicExplanation {
  readonly topic: string;
  readonly set: string | undefined;
  readonly target: string | undefined;
  readonly mirrored: Answer;
  /** One sentence: the first thing that does not hold, or that all is well. */
  readonly verdict: string;
  readonly checks: readonly Check[];
  /** What to do about it; empty where all is well, or where what was found says so itself. */
  readonly next: readonly NextStep[];
  /** What is told of its partitions besides: shifts, open transactions. */
  readonly notes: readonly string[];
}

export interface NextStep {
  readonly code: ErrorCode;
  readonly text: string;
}

/** One explanation per target of the set that matches, or one that says why no set does. */
export function explainTopic(
  picture: Picture,
  topic: string,
  match: MatchTopic,
  partitions: PartitionsByRegion,
): TopicExplanation[] {
  if (picture.applied === undefined) {
    return [
      conclude(topic, undefined, undefined, [no('a topology is applied', 'nothing has been applied yet')]),
    ];
  }
  const specs = [...picture.applied.topology.mirrors.values()];
  const matched = specs.filter((spec) => match(spec, topic) === 'matched');
  if (matched.length === 0) {
    return [
      conclude(topic, undefined, undefined, [
        no('a mirror set names the topic', whyNoSet(specs, topic, match)),
      ]),
    ];
  }
  return matched.flatMap((spec) =>
    spec.to.map((target) =>
      conclude(
        topic,
        spec.name,
        target,
        checksOf(picture, spec, target, topic, partitions),
        notesOf(picture, spec, target, topic),
      ),
    ),
  );
}

function notesOf(picture: Picture, spec: MirrorSetSpec, target: string, topic: string): string[] {
  const region = findRegion(picture, target);
  if (region === undefined) return [];
  const segmentsOf = segmentsIn(region);
  const lossesOf = lossesIn(region);
  const rows = partitionRows(picture, spec.name, target).filter((row) => row.topic === topic);
  if (rows.length === 0) return [];
  const verified = verificationOf(rows, verifiedIn(region));
  const isOff = picture.applied?.topology.links.get(`${spec.home}->${target}`)?.verifyBytesPerSecond === 0;
  const { differing } = verified;
  return [
    differing === undefined
      ? `verified: ${verificationText(verified, picture, isOff)}`
      : differingText(spec.name, differing),
    ...rows.flatMap((row) => partitionNotes(picture, row, segmentsOf(row), lossesOf(row))),
  ];
}

function whyNoSet(specs: readonly MirrorSetSpec[], topic: string, match: MatchTopic): string {
  if (specs.length === 0) return 'the applied topology has no mirror sets';
  const excluding = specs.filter((spec) => match(spec, topic) === 'excluded').map((spec) => spec.name);
  if (excluding.length > 0) return `"exclude" of ${excluding.join(', ')} takes it out`;
  if (specs.some((spec) => match(spec, topic) === 'internal')) return 'internal topics are never mirrored';
  const patterns = specs.map((spec) => `${spec.name}: ${spec.topics.join(', ')}`).join('; ');
  return `no pattern of any set matches it (${patterns})`;
}

function checksOf(
  picture: Picture,
  spec: MirrorSetSpec,
  target: string,
  topic: string,
  partitions: PartitionsByRegion,
): Check[] {
  return [
    yes('a mirror set names the topic', `${spec.name}: ${spec.topics.join(', ')}`),
    existsCheck(`it exists in ${spec.home}`, partitions.get(spec.home)),
    processCheck(picture, target, 'controller'),
    decisionCheck(picture, spec, target, topic),
    countCheck(target, partitions.get(spec.home), partitions.get(target)),
    generationCheck(picture, spec, target),
    pauseCheck(picture, spec, target, topic),
    processCheck(picture, target, 'worker'),
    partitionsCheck(picture, spec, target, topic),
  ];
}

function existsCheck(statement: string, count: number | null | undefined): Check {
  if (count === undefined) return unknownCheck(statement, 'the region cannot be asked now');
  return count === null
    ? no(statement, 'there is no such topic')
    : yes(statement, formatAmount(count, 'partition'));
}

function countCheck(
  target: string,
  atSource: number | null | undefined,
  atTarget: number | null | undefined,
): Check {
  const statement = `it exists in ${target} with as many partitions`;
  if (atTarget === null) return no(statement, 'not created yet');
  if (atSource === undefined || atSource === null || atTarget === undefined) {
    return unknownCheck(statement, 'one of both sides cannot be asked now');
  }
  const found = `${atTarget} here, ${atSource} at the source`;
  return atSource === atTarget ? yes(statement, formatAmount(atTarget, 'partition')) : no(statement, found);
}

function decisionCheck(picture: Picture, spec: MirrorSetSpec, target: string, topic: string): Check {
  const statement = 'the controller accepts it';
  const region = findRegion(picture, target);
  if (region === undefined || region.error !== undefined)
    return unknownCheck(statement, `${target} cannot be read`);
  const seen = region.topics.find(
    (record) => record.set === spec.name && record.topic === topic && record.target === target,
  );
  if (seen === undefined) return no(statement, 'the controller has not looked at it yet');
  const cause = seen.cause === undefined ? seen.state : `${seen.cause.code} ${seen.cause.message}`;
  const codes = seen.cause === undefined ? [] : [seen.cause.code];
  return seen.state === 'mirrored' ? yes(statement, 'accepted') : no(statement, cause, codes);
}

function generationCheck(picture: Picture, spec: MirrorSetSpec, target: string): Check {
  const statement = 'a generation is open';
  const region = findRegion(picture, target);
  if (region === undefined || region.error !== undefined)
    return unknownCheck(statement, `${target} cannot be read`);
  const ofSet = region.generations.filter((record) => record.set === spec.name);
  const opened = ofSet.filter((record) => record.kind === 'opened').map((record) => record.generation);
  const newest = opened.length === 0 ? undefined : Math.max(...opened);
  if (newest === undefined) return no(statement, 'none was ever opened; the controller opens it');
  const ended = ofSet.some((record) => record.kind === 'ended' && record.generation === newest);
  return ended ? no(statement, `generation ${newest} has ended`) : yes(statement, `generation ${newest}`);
}

function pauseCheck(picture: Picture, spec: MirrorSetSpec, target: string, topic: string): Check {
  const statement = 'nobody has paused it';
  const region = findRegion(picture, target);
  if (region === undefined || region.error !== undefined)
    return unknownCheck(statement, `${target} cannot be read`);
  const pause = region.pauses.find(
    (record) => record.set === spec.name && ['*', topic].includes(record.topic),
  );
  if (pause === undefined) return yes(statement, 'not paused');
  const reason = pause.reason === '' ? '' : `: ${pause.reason}`;
  const ago = formatDuration(picture.nowMs - pause.pausedAtMs);
  return no(
    statement,
    `paused ${ago} ago by ${pause.actor}${reason}; \`causeway mirrors resume ${spec.name}\``,
  );
}

function processCheck(picture: Picture, target: string, role: string): Check {
  const statement = `a ${role} is alive in ${target}`;
  const region = findRegion(picture, target);
  if (region === undefined || region.error !== undefined)
    return unknownCheck(statement, `${target} cannot be read`);
  const able = region.processes.filter(
    (process) => process.region === target && process.roles.includes(role),
  );
  const newest = able.sort((a, b) => b.observedAtMs - a.observedAtMs)[0];
  if (newest === undefined) return no(statement, `none was ever seen; \`causeway serve --region ${target}\``);
  const age = formatDuration(picture.nowMs - newest.observedAtMs);
  if (newest.stoppedAtMs !== undefined) return no(statement, `${newest.name} was stopped ${age} ago`);
  if (isFresh(picture, newest.observedAtMs)) return yes(statement, `${newest.name}, heard ${age} ago`);
  return no(
    statement,
    `${newest.name} was last heard ${age} ago (more than ${formatDuration(evidenceMsMax)})`,
  );
}

function partitionsCheck(picture: Picture, spec: MirrorSetSpec, target: string, topic: string): Check {
  const statement = 'every partition is mirroring';
  const rows = partitionRows(picture, spec.name, target).filter((row) => row.topic === topic);
  if (rows.length === 0) return unknownCheck(statement, 'no worker has reported a partition of it');
  const others = rows.filter((row) => row.state !== 'mirroring');
  if (others.length === 0) return yes(statement, formatAmount(rows.length, 'partition'));
  const found = others
    .slice(0, 5)
    .map((row) => {
      const cause = row.last?.cause;
      const state = row.state === 'unknown' ? '? (no fresh report)' : row.state;
      const why = cause === undefined ? '' : `: ${cause.code} ${cause.message}`;
      const position = row.last?.position === undefined ? '' : ` at target offset ${row.last.position}`;
      return `${topic}-${row.partition} ${state}${position}${why}`;
    })
    .join('; ');
  const codes = others.flatMap(({ last }) => last?.cause?.code ?? []);
  const more = others.length > 5 ? `; and ${others.length - 5} more` : '';
  return others.every((row) => row.state === 'unknown')
    ? unknownCheck(statement, found + more)
    : no(statement, found + more, codes);
}

/** The first "no" decides; without one, the first "unknown". */
function conclude(
  topic: string,
  set: string | undefined,
  target: string | undefined,
  checks: readonly Check[],
  notes: readonly string[] = [],
): TopicExplanation {
  const decisive =
    checks.find((check) => check.answer === 'no') ?? checks.find((check) => check.answer === 'unknown');
  const mirrored: Answer = decisive?.answer ?? 'yes';
  const where = set === undefined ? '' : ` by ${set} to ${target}`;
  const reason = `${decisive?.statement ?? ''} (${decisive?.found ?? ''})`;
  const verdict = {
    yes: `${topic} is mirrored${where}.`,
    no: `${topic} is not mirrored${where}, because this does not hold: ${reason}.`,
    unknown: `${topic}: it is not known whether it is mirrored${where}; open is: ${reason}.`,
  }[mirrored];
  const codes = checks.flatMap((check) => check.codes ?? []);
  const next = nextSteps(codes, set, topic);
  return { topic, set, target, mirrored, verdict, checks, next, notes };
}

/** As the catalog says, with the names of this mirror. */
function nextSteps(codes: readonly string[], set: string | undefined, topic: string): NextStep[] {
  return [...new Set(codes)].filter(isKnownCode).map((code) => {
    const named = errorCatalog[code].next.replaceAll(/\bTOPIC\b/g, () => topic);
    return { code, text: set === undefined ? named : named.replaceAll(/\bSET\b/g, () => set) };
  });
}

/** A newer worker may have reported one that this program does not know. */
const isKnownCode = (code: string): code is ErrorCode => Object.hasOwn(errorCatalog, code);

const yes = (statement: string, found: string): Check => ({ statement, answer: 'yes', found });
const no = (statement: string, found: string, codes: readonly string[] = []): Check => ({
  statement,
  answer: 'no',
  found,
  ...(codes.length > 0 && { codes }),
});
const unknownCheck = (statement: string, found: string): Check => ({ statement, answer: 'unknown', found });
