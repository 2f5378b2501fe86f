// The outcome of `causeway verify`: a sentence per set and target, and every range that differs.
import { sideNamed } from '../../base/difference-kinds.ts';
import type { Difference } from '../../data-plane/verifier/differences.ts';
import type { PartitionVerdict } from '../../data-plane/verifier/verify-partition.ts';
import {
  isDifferent,
  isIncomplete,
  type OutcomeName,
  resultOf,
  type VerifyOutcome,
} from '../../data-plane/verifier/verify-topics.ts';
import { type Json, toJson } from '../output/listing.ts';
import type { Paint } from '../output/style.ts';
import { wrapText } from '../output/wrap-text.ts';
import { formatAmount, formatBytes, formatExact } from '../output/values.ts';
import { segmentsText } from './partition-notes.ts';
import type { VerifyScope } from '../verify-options.ts';

export interface VerifiedSet {
  readonly set: string;
  readonly source: string;
  readonly target: string;
  readonly scope: VerifyScope;
  readonly outcomes: readonly VerifyOutcome[];
  /** Why it is not known where offsets are shifted, if so. */
  readonly segmentsUnknown?: string | undefined;
}

/** Ranges printed per partition; `-o json` has all that were kept. */
const rangesShownMax = 20;

const kindText: Readonly<Record<Difference['kind'], string>> = {
  different: 'differs',
  missing: 'missing at the target',
  extra: 'only at the target',
  aborted: 'of an aborted transaction',
  'not-comparable': 'cannot be compared',
};

export function verifyText(sets: readonly VerifiedSet[], paint: Paint): string {
  return sets.flatMap((verified) => setLines(verified, paint)).join('\n');
}

function setLines(verified: VerifiedSet, paint: Paint): string[] {
  const head = `${verified.set}  ${verified.source} → ${verified.target}  `;
  const lines = verified.outcomes.flatMap((outcome) => outcomeLines(outcome, paint));
  return [`${head}${verdictOf(verified, paint)}`, ...unknownLines(verified, paint), ...lines];
}

/** What is equal at identical offsets is equal; what differs may only stand elsewhere. */
function unknownLines({ segmentsUnknown, outcomes, target }: VerifiedSet, paint: Paint): string[] {
  if (segmentsUnknown === undefined || resultOf(outcomes) !== 'different') return [];
  const what = 'not known where offsets are shifted, so what differs may be that';
  const text = `${what}: ${target}: ${segmentsUnknown}`;
  return wrapText(text, 106, '    ').map((line) => paint('yellow', line));
}

function verdictOf({ outcomes, source, scope }: VerifiedSet, paint: Paint): string {
  const compared = outcomes.filter((outcome) => outcome.kind === 'compared').map(({ verdict }) => verdict);
  const records = compared.reduce((sum, { comparison }) => sum + comparison.records, 0n);
  const bytes = compared.reduce((sum, { comparison }) => sum + comparison.bytes, 0n);
  const lag = compared.reduce((sum, { lagRecords }) => sum + lagRecords, 0n);
  const differing = outcomes.filter(isDifferent).length;
  const behind = lag === 0n ? '' : `; ${formatExact(lag)} offsets behind when it began`;
  const where = formatAmount(compared.length, 'partition');
  const part = partText(scope, compared);
  const volume = `${formatExact(records)} records in ${where} (${formatBytes(bytes)})`;
  switch (resultOf(outcomes)) {
    case 'different':
      return paint('red', `${formatAmount(differing, 'partition')} differ${part}, of ${volume}${behind}`);
    case 'incomplete':
      return paint(
        'yellow',
        `no difference found${part}, but not everything was compared: ${volume}${behind}`,
      );
    case 'nothing':
      return paint('yellow', `nothing was compared: no topic of the set is to be seen in ${source}`);
    case 'equal':
      return paint('green', `equal${part}: ${volume}${behind}`);
  }
}

/** What of the logs was looked at; empty where it was all. */
function partText({ sample, sinceMs }: VerifyScope, compared: readonly PartitionVerdict[]): string {
  const since = sinceMs === undefined ? '' : ` since ${new Date(sinceMs).toISOString()}`;
  if (sample === undefined) return since;
  const offsets = compared.reduce((sum, { offsetsCompared }) => sum + offsetsCompared, 0n);
  const whole = compared.reduce((sum, { from, to }) => sum + (to > from ? to - from : 0n), 0n);
  const of = `${formatExact(offsets)} of ${formatExact(whole)} offsets`;
  return `${since} in a sample of ${of}, seed ${sample.seed}`;
}

function outcomeLines(outcome: VerifyOutcome, paint: Paint): string[] {
  switch (outcome.kind) {
    case 'unreadable': {
      const { name, error } = outcome;
      return [paint('yellow', `    ${placeText(name)}  ${error.code} ${error.message}`)];
    }
    case 'absent': {
      const { name, side } = outcome;
      const place = `    ${placeText(name)}`;
      if (side === 'both') return [paint('dim', `${place}  exists at neither side`)];
      return [paint('red', `${place}  does not exist at the ${side}`)];
    }
    case 'compared': {
      const { verdict } = outcome;
      const { kept, omitted } = verdict.comparison.differences;
      const place = `    ${placeText(verdict)}`;
      const hidden = kept.length - rangesShownMax + omitted;
      return [
        ...notesOf(verdict).map((note) => paint('dim', `${place}  ${note}`)),
        ...kept
          .slice(0, rangesShownMax)
          .map((range) => paint('red', `${place}  ${rangeText(range, verdict.isShifted)}`)),
        ...(hidden > 0 ? [paint('red', `${place}  and ${formatExact(hidden)} more ranges`)] : []),
      ];
    }
  }
}

const placeText = ({ topic, partition }: OutcomeName): string =>
  partition === undefined ? topic : `${topic}-${partition}`;

/** What limits the comparison of a partition, and is no difference. */
function notesOf(verdict: PartitionVerdict): string[] {
  const { source, target, offsetsBefore, comparison, areKeysJudged, isShifted, segments } = verdict;
  const notes: string[] = [];
  // Retention runs by itself on both sides.
  if (offsetsBefore > 0n) {
    const before = formatAmount(offsetsBefore, 'offset');
    notes.push(
      `begins at ${source.start} at the source and at ${target.start} at the target; ` +
        `${before} that only one side has not compared`,
    );
  }
  if (isShifted) {
    const where = segmentsText(segments);
    notes.push(`offsets are shifted, ${where}; those of ranges are of the side that is named`);
  }
  if (comparison.lonely > 0n) {
    const records = formatAmount(comparison.lonely, 'record');
    const judged = areKeysJudged ? 'judged by their keys' : 'not judged, since keys need the whole log';
    notes.push(`cleaned on one side: ${records}, ${judged}`);
  }
  return notes;
}

export function rangeText({ kind, from, to, detail }: Difference, isShifted = false): string {
  const last = to - 1n;
  const side = isShifted ? ` of the ${sideNamed[kind]}` : '';
  const range = from === last ? `offset ${from}` : `offsets ${from}..${last}`;
  const count = to - from === 1n ? '1 offset' : `${formatExact(to - from)} offsets`;
  return `${range}${side} (${count}) ${kindText[kind]}: ${detail}`;
}

export function verifyData(sets: readonly VerifiedSet[]): Json {
  return toJson(
    sets.map(({ outcomes, scope, ...rest }) => ({
      ...rest,
      sample: scope.sample ?? null,
      since: scope.sinceMs === undefined ? null : new Date(scope.sinceMs).toISOString(),
      equal: resultOf(outcomes) === 'equal',
      partitions: outcomes.map(outcomeData),
    })),
  );
}

function outcomeData(outcome: VerifyOutcome): unknown {
  if (outcome.kind === 'unreadable') {
    return {
      ...outcome.name,
      result: 'unreadable',
      code: outcome.error.code,
      message: outcome.error.message,
    };
  }
  if (outcome.kind === 'absent') return { ...outcome.name, result: 'absent', side: outcome.side };
  const { comparison, ...verdict } = outcome.verdict;
  return {
    ...verdict,
    result: isDifferent(outcome) ? 'different' : isIncomplete(outcome) ? 'incomplete' : 'equal',
    records: comparison.records,
    batches: comparison.batches,
    bytes: comparison.bytes,
    recordsDecoded: comparison.recordsDecoded,
    recordsOnOneSide: comparison.lonely,
    ranges: comparison.differences.kept,
    rangesOmitted: comparison.differences.omitted,
  };
}
