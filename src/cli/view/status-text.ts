// `causeway status` as a person sees it, and as a program does.
import { type Json, toJson } from '../output/listing.ts';
import type { Colour, Paint } from '../output/style.ts';
import { tableLines } from '../output/table.ts';
import { formatAmount, formatCount, formatDuration, formatRate, unknown } from '../output/values.ts';
import { wrapText } from '../output/wrap-text.ts';
import { knownText } from './known.ts';
import { linkStatuses, linkText } from './links.ts';
import { heldText, prefixText } from './partition-notes.ts';
import type { ShownState } from './partitions.ts';
import { isFresh, type Picture, type RegionPicture } from './picture.ts';
import {
  type HeldPartitions,
  type PrefillingPartitions,
  type SetCause,
  type SetStatus,
  silenceOf,
} from './status.ts';
import { differingText, verificationText } from './verified.ts';

const columns = [
  { title: 'MIRROR SET' },
  { title: 'HOME → TARGET' },
  { title: 'STATE' },
  { title: 'RPO NOW / GOAL' },
  { title: 'LAG', align: 'right' },
  { title: 'RATE', align: 'right' },
  { title: 'OFFSETS' },
  { title: 'VERIFIED' },
] as const;

/** Topics with shifted partitions that are named; `-o json` has all. */
const topicsShownMax = 5;

const colourOf: Readonly<Record<ShownState, Colour>> = {
  stopped: 'red',
  unknown: 'yellow',
  waiting: 'yellow',
  starting: 'cyan',
  prefilling: 'cyan',
  paused: 'dim',
  mirroring: 'green',
};

export function statusText(picture: Picture, statuses: readonly SetStatus[], paint: Paint): string {
  const lines = [
    regionsLine(picture, paint),
    ...regionProblems(picture, paint),
    ...linkLines(picture, paint),
  ];
  if (picture.applied === undefined) {
    lines.push('', nothingAppliedText(picture));
    return lines.join('\n');
  }
  const rows = statuses.map((status) => cellsOf(picture, status, paint));
  const [header, ...body] = tableLines(columns, rows);
  lines.push(paint('bold', header ?? ''));
  for (const [index, status] of statuses.entries()) {
    lines.push(body[index] ?? '', ...notesOf(picture, status, paint));
  }
  if (statuses.length === 0) lines.push('(the applied topology has no mirror sets)');
  return lines.join('\n');
}

/** A region that does not answer may hold a topology. */
function nothingAppliedText({ regions }: Picture): string {
  const answering = regions.filter((region) => region.error === undefined).length;
  if (answering === 0) return 'No region answers, so it is not known what is applied.';
  if (answering < regions.length) return 'No region that answers holds an applied topology.';
  return 'No topology has been applied. `causeway plan` shows what would happen, `causeway apply` does it.';
}

function cellsOf(picture: Picture, status: SetStatus, paint: Paint): string[] {
  const verified = verificationText(status.verified, picture, status.isVerifyOff);
  return [
    status.set,
    `${status.home} → ${status.target}`,
    paint(colourOf[status.state], stateText(status)),
    `${knownText(status.rpo, formatDuration)} / ${goalText(status.rpoGoalMs)}`,
    status.lag.value === undefined ? unknown : `${knownText(status.lag, formatCount)} rec`,
    formatRate(status.bytesPerSecond),
    offsetsText(status),
    status.verified.differing === undefined ? verified : paint('red', verified),
  ];
}

/** `mirroring`, `stopped ! 1/8`, `starting 3/8`, `?`. */
export function stateText(status: Pick<SetStatus, 'state' | 'counts' | 'partitions'>): string {
  const word = status.state === 'unknown' ? unknown : status.state;
  const mark = status.state === 'stopped' ? ' !' : '';
  const count = status.counts.get(status.state) ?? 0;
  const some = count > 0 && count < status.partitions ? ` ${count}/${status.partitions}` : '';
  return `${word}${mark}${some}`;
}

const countShifted = ({ shifted }: SetStatus): number =>
  [...shifted.values()].reduce((sum, count) => sum + count, 0);

/** `identical`, `identical 6/8` where two of eight are shifted. */
function offsetsText(status: SetStatus): string {
  const apart = countShifted(status);
  const { offsets, partitions } = status;
  return apart === 0 || offsets !== 'identical' ? offsets : `${offsets} ${partitions - apart}/${partitions}`;
}

const goalText = (goalMs: number | undefined) =>
  goalMs === undefined ? '-' : formatDuration(goalMs).replace(/\.0s$/, 's');

/** What stands under a row: causes, and silence. */
function notesOf(picture: Picture, status: SetStatus, paint: Paint): string[] {
  const notes = status.causes.map(causeText);
  const { differing } = status.verified;
  if (differing !== undefined) notes.push(differingText(status.set, differing));
  if (status.held !== undefined) notes.push(heldNote(picture, status.held));
  if (status.prefilling !== undefined) notes.push(prefillingNote(status.prefilling));
  if (status.shifted.size > 0) notes.push(shiftedNote(status));
  const silence = silenceOf(picture, status);
  if (silence !== undefined) notes.push(silence);
  return notes.flatMap((note) => wrapText(note, 108, '    ').map((line) => paint('yellow', line)));
}

function heldNote({ nowMs }: Picture, { where, transaction, count }: HeldPartitions): string {
  const more = count > 1 ? ` (and ${count - 1} more)` : '';
  return `${where}: ${heldText(nowMs, transaction)}${more}`;
}

function prefillingNote({ where, prefix, count }: PrefillingPartitions): string {
  const more = count > 1 ? ` (and ${count - 1} more)` : '';
  return `${where}: ${prefixText(prefix)}${more}`;
}

function shiftedNote(status: SetStatus): string {
  const topics = [...status.shifted].map(([topic, count]) => `${topic} ${count}`);
  const rest = topics.length - topicsShownMax;
  const shown = `${topics.slice(0, topicsShownMax).join(', ')}${rest > 0 ? ` and ${rest} more topics` : ''}`;
  const command = `\`causeway mirrors describe ${status.set}\` tells where`;
  return `${formatAmount(countShifted(status), 'partition')} shifted (${shown}): ${command}`;
}

export function causeText(cause: SetCause): string {
  const more = cause.count > 1 ? ` (and ${cause.count - 1} more)` : '';
  const where = cause.message.includes(cause.where) ? '' : `${cause.where}: `;
  return `${cause.code} ${where}${cause.message}${more}`;
}

function regionsLine(picture: Picture, paint: Paint): string {
  const regions = picture.regions.map((region) => {
    const dot = region.error === undefined ? paint('green', '●') : paint('red', '○');
    return `${region.name} ${dot} ${formatAmount(region.brokers, 'broker')}`;
  });
  return `${paint('bold', 'REGIONS')}  ${[...regions, ...roundTrips(picture)].join('    ')}`;
}

/**
 * `rtt 84 ms` with two regions, `eu-west-us-east rtt 84 ms` with more. The freshest observation of a pair
 * counts.
 */
function roundTrips(picture: Picture): string[] {
  const pairs = new Map<string, { rttMs: number | undefined; atMs: number }>();
  for (const seen of picture.regions.flatMap((region) => region.regions)) {
    if (seen.region === seen.seenFrom) continue;
    const key = [seen.region, seen.seenFrom].sort().join('–');
    const rttMs = isFresh(picture, seen.observedAtMs) ? seen.rttMs : undefined;
    if (seen.observedAtMs > (pairs.get(key)?.atMs ?? -1)) pairs.set(key, { rttMs, atMs: seen.observedAtMs });
  }
  return [...pairs].map(([pair, { rttMs }]) => {
    const value = rttMs === undefined ? unknown : Math.round(rttMs).toString();
    return picture.regions.length === 2 ? `rtt ${value} ms` : `${pair} rtt ${value} ms`;
  });
}

function regionProblems(picture: Picture, paint: Paint): string[] {
  const problem = (region: RegionPicture) =>
    region.error === undefined
      ? []
      : [paint('red', `         ${region.name}: ${region.error.code} ${region.error.message}`)];
  return picture.regions.flatMap((region) => [
    ...problem(region),
    ...region.warnings.map((warning) => paint('yellow', `         ${region.name}: ${warning}`)),
  ]);
}

/** Only links that have a limit or are held up by something. */
function linkLines(picture: Picture, paint: Paint): string[] {
  return linkStatuses(picture).map((link) => {
    const text = `${link.source} → ${link.target}  ${linkText(link, picture.nowMs)}`;
    return `${paint('bold', 'LINK')}     ${link.held.length > 0 ? paint('yellow', text) : text}`;
  });
}

export function statusData(picture: Picture, statuses: readonly SetStatus[]): Json {
  return toJson({
    observedAtMs: picture.nowMs,
    regions: picture.regions.map((region) => ({
      name: region.name,
      reachable: region.error === undefined,
      clusterId: region.clusterId,
      brokers: region.brokers,
      error: region.error,
      seen: region.regions.map(({ region: name, seenFrom, rttMs, observedAtMs }) => ({
        region: name,
        seenFrom,
        rttMs,
        observedAtMs,
      })),
    })),
    applied: picture.applied === undefined ? undefined : { atMs: picture.applied.record.appliedAtMs },
    links: linkStatuses(picture),
    mirrors: statuses.map((status) => ({
      set: status.set,
      home: status.home,
      target: status.target,
      state: status.state === 'unknown' ? undefined : status.state,
      partitions: status.partitions,
      partitionsByState: Object.fromEntries(status.counts),
      topics: status.topics,
      rpoMs: status.rpo.complete ? status.rpo.value : undefined,
      rpoMsAtLeast: status.rpo.value,
      rpoGoalMs: status.rpoGoalMs,
      lagRecords: status.lag.complete ? status.lag.value : undefined,
      lagRecordsAtLeast: status.lag.value,
      bytesPerSecond: status.bytesPerSecond,
      offsets: status.offsets,
      shiftedPartitions: countShifted(status),
      shiftedByTopic: status.shifted,
      held: status.held,
      verified: { ...status.verified, off: status.isVerifyOff },
      prefilling: status.prefilling,
      causes: status.causes,
      silence: silenceOf(picture, status),
    })),
  });
}

/** True when every mirror set mirrors, nothing is known to differ, and every region answers. */
export function isHealthy(picture: Picture, statuses: readonly SetStatus[]): boolean {
  return (
    picture.applied !== undefined &&
    picture.regions.every((region) => region.error === undefined) &&
    statuses.every(
      (status) =>
        status.state === 'mirroring' &&
        status.verified.differing === undefined &&
        silenceOf(picture, status) === undefined,
    )
  );
}
