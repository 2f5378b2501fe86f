// One mirror set with everything the ledger knows of it.
import type { Protection, Writer } from '../../permissions/write-protection.ts';
import { formatFrom } from '../../topology/from.ts';
import type { MirrorSetSpec } from '../../topology/topology.ts';
import { type Json, toJson } from '../output/listing.ts';
import type { Paint } from '../output/style.ts';
import { tableLines } from '../output/table.ts';
import { formatCount, formatDuration, formatTime, unknown } from '../output/values.ts';
import { wrapText } from '../output/wrap-text.ts';
import { linkStatuses, linkText } from './links.ts';
import {
  firstOffsetOf,
  partitionNotes,
  segmentsIn,
  shiftOf,
  lossesIn,
  startsIn,
  type StartOf,
} from './partition-notes.ts';
import { type PartitionRow, partitionRows } from './partitions.ts';
import { findRegion, type Picture, type RegionPicture } from './picture.ts';
import { differingText, verificationOf, verificationText, verifiedIn, type VerifiedOf } from './verified.ts';

/** Partitions shown as text; `mirrors lag` shows all. */
const partitionsShownMax = 40;
const topicsShownMax = 5;
const notesShownMax = 20;

/** By target region. */
export type Protections = ReadonlyMap<string, Protection>;

export function describeSet(
  picture: Picture,
  spec: MirrorSetSpec,
  protections: Protections,
  paint: Paint,
): string {
  const lines = [paint('bold', spec.name), ...settingLines(spec)];
  for (const target of spec.to) {
    const protection = protections.get(target);
    lines.push('', ...targetLines(picture, spec, target, protection, paint));
  }
  return lines.join('\n');
}

function settingLines(spec: MirrorSetSpec): string[] {
  const rows: [string, string][] = [
    ['topics', spec.topics.join(', ')],
    ['exclude', spec.exclude.join(', ') || '-'],
    ['home', spec.home],
    ['to', spec.to.join(', ')],
    ['rpo', spec.rpoMs === undefined ? '-' : formatDuration(spec.rpoMs)],
    ['priority', spec.priority.toString()],
    ['naming', spec.naming],
    ['from', formatFrom(spec.from)],
    ['offsets', spec.offsets],
    ['prefix.max', spec.prefixMax.toString()],
    ['holes.max', spec.holesMax.toString()],
    ['runs.max', spec.runsMax.toString()],
    ['on.gap', spec.onGap],
    ['on.recreate', spec.onRecreate],
    ['trim', spec.trim],
    ['target settings', [...spec.target].map(([name, value]) => `${name}=${value}`).join(', ') || '-'],
  ];
  return rows.map(([name, value]) => `  ${name.padEnd(16)} ${value}`);
}

/** What others may do to the mirrors; unknown is `?`. */
export function protectionText(protection: Protection | undefined): string {
  switch (protection?.state) {
    case undefined:
      return unknown;
    case 'protected':
      return 'protected: no rule lets anybody else write';
    case 'writable':
      return `writable by ${protection.by.map(writerText).join('; ')}`;
    case 'open':
      return `writable by everyone: ${protection.why}`;
    case 'unknown':
      return `${unknown} ${protection.why}`;
  }
}

function writerText({ principal, topics }: Writer): string {
  const shown = topics.slice(0, topicsShownMax).join(', ');
  const rest = topics.length - topicsShownMax;
  const more = rest > 0 ? ` and ${rest} more` : '';
  return `${principal === 'User:*' ? 'everyone' : principal} (${shown}${more})`;
}

function targetLines(
  picture: Picture,
  spec: MirrorSetSpec,
  target: string,
  protection: Protection | undefined,
  paint: Paint,
): string[] {
  const region = findRegion(picture, target);
  const head = paint('bold', `${spec.home} → ${target}`);
  if (region === undefined) return [head, '  the region is not in this causeway.yaml'];
  if (region.error !== undefined) return [head, `  ${region.error.code} ${region.error.message}`];
  const generations = region.generations.filter((record) => record.set === spec.name);
  const opened = generations.filter((record) => record.kind === 'opened').at(-1);
  const ended = generations.some(
    (record) => record.kind === 'ended' && record.generation === opened?.generation,
  );
  const generation =
    opened === undefined
      ? 'none is open'
      : `${opened.generation}${ended ? ' (ended)' : ''}, producer id ${opened.producerId}, ` +
        `since ${formatTime(opened.openedAtMs)}`;
  const pauses = region.pauses.filter((pause) => pause.set === spec.name);
  const rows = partitionRows(picture, spec.name, target);
  return [
    head,
    `  generation       ${generation}`,
    `  write protection ${protectionText(protection)}`,
    ...linksOf(picture, spec.home, target).map(
      (link) => `  link             ${linkText(link, picture.nowMs)}`,
    ),
    ...pauses.map(({ topic, actor, pausedAtMs, reason }) => {
      const why = reason === '' ? '' : `: ${reason}`;
      return `  paused           ${topic} by ${actor}, ${formatTime(pausedAtMs)}${why}`;
    }),
    ...region.processes
      .filter((process) => process.region === target)
      .map((process) => {
        const age = formatDuration(picture.nowMs - process.observedAtMs);
        const life = process.stoppedAtMs === undefined ? `heard ${age} ago` : `stopped ${age} ago`;
        return `  process          ${process.name} (${process.roles.join(', ')}), ${life}`;
      }),
    '',
    ...partitionLines(picture, rows, { verifiedOf: verifiedIn(region), startOf: startsIn(region) }).map(
      (line) => `  ${line}`,
    ),
    ...noteLines(picture, rows, region),
  ];
}

function noteLines(picture: Picture, rows: readonly PartitionRow[], region: RegionPicture): string[] {
  const [segmentsOf, lossesOf, verifiedOf] = [segmentsIn(region), lossesIn(region), verifiedIn(region)];
  const differing = rows.flatMap((row) => {
    const { differing: found } = verificationOf([row], verifiedOf);
    return found === undefined ? [] : [differingText(row.set, found)];
  });
  const notes = [
    ...differing,
    ...rows.flatMap((row) => partitionNotes(picture, row, segmentsOf(row), lossesOf(row))),
  ];
  const rest = notes.length - notesShownMax;
  const more = rest > 0 ? [`and ${rest} more: \`-o json\` has them all`] : [];
  return [...notes.slice(0, notesShownMax), ...more].flatMap((note) => wrapText(note, 106, '  '));
}

const linksOf = (picture: Picture, source: string, target: string) =>
  linkStatuses(picture).filter((link) => link.source === source && link.target === target);

function partitionLines(
  picture: Picture,
  rows: readonly PartitionRow[],
  { verifiedOf, startOf }: { readonly verifiedOf: VerifiedOf; readonly startOf: StartOf },
): string[] {
  if (rows.length === 0) return ['no partition has been reported'];
  const cells = rows
    .slice(0, partitionsShownMax)
    .map((row) => [
      `${row.topic}-${row.partition}`,
      row.state === 'unknown' ? unknown : row.state,
      firstOffsetOf(row, startOf(row))?.toString() ?? unknown,
      row.last?.position?.toString() ?? unknown,
      formatCount(row.lagRecords),
      formatDuration(row.rpoMs),
      row.worker ?? unknown,
      row.last?.tail ?? unknown,
      verificationText(verificationOf([row], verifiedOf), picture),
      row.last?.cause === undefined ? '' : `${row.last.cause.code} ${row.last.cause.message}`,
    ]);
  const table = tableLines(
    [
      { title: 'PARTITION' },
      { title: 'STATE' },
      { title: 'FIRST', align: 'right' },
      { title: 'POSITION', align: 'right' },
      { title: 'LAG', align: 'right' },
      { title: 'RPO', align: 'right' },
      { title: 'WORKER' },
      { title: 'TAIL' },
      { title: 'VERIFIED' },
      { title: 'CAUSE' },
    ],
    cells,
  );
  const rest = rows.length - partitionsShownMax;
  return rest > 0 ? [...table, `and ${rest} more: \`causeway mirrors lag\``] : table;
}

export function describeSetData(picture: Picture, spec: MirrorSetSpec, protections: Protections): Json {
  return toJson({
    ...spec,
    targets: spec.to.map((target) => {
      const region = findRegion(picture, target);
      const readable = region?.error === undefined ? region : undefined;
      const verifiedOf = verifiedIn(region);
      const segmentsOf = readable && segmentsIn(readable);
      const startOf = readable && startsIn(readable);
      const lossesOf = readable && lossesIn(readable);
      return {
        target,
        error: region?.error,
        writeProtection: protections.get(target),
        link: linksOf(picture, spec.home, target)[0],
        generations: region?.generations.filter((record) => record.set === spec.name),
        pauses: region?.pauses.filter((pause) => pause.set === spec.name),
        processes: region?.processes.filter((process) => process.region === target),
        partitions: partitionRows(picture, spec.name, target).map(({ last, ...row }) => ({
          ...row,
          ...last,
          state: row.state,
          shift: shiftOf({ ...row, last }),
          segments: segmentsOf?.(row),
          verified: verifiedOf(row),
          start: startOf?.(row),
          lost: lossesOf?.(row),
        })),
      };
    }),
  });
}
