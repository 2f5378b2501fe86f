// The outcome of `causeway verify`: a sentence per set and target, and every range that differs.
import type { Difference } from '../../data-plane/verifier/differences.ts';
import {
  isDifferent,
  isIncomplete,
  type OutcomeName,
  resultOf,
  type VerifyOutcome,
} from '../../data-plane/verifier/verify-topics.ts';
import { type Json, toJson } from '../output/listing.ts';
import type { Paint } from '../output/style.ts';
import { formatAmount, formatBytes, formatExact } from '../output/values.ts';

export interface VerifiedSet {
  readonly set: string;
  readonly source: string;
  readonly target: string;
  readonly outcomes: readonly VerifyOutcome[];
}

/** Ranges printed per partition; `-o json` has all that were kept. */
const rangesShownMax = 20;

const kindText: Readonly<Record<Difference['kind'], string>> = {
  different: 'differs',
  missing: 'missing at the target',
  extra: 'only at the target',
  'not-comparable': 'cannot be compared',
};

export function verifyText(sets: readonly VerifiedSet[], paint: Paint): string {
  return sets.flatMap((verified) => setLines(verified, paint)).join('\n');
}

function setLines(verified: VerifiedSet, paint: Paint): string[] {
  const head = `${verified.set}  ${verified.source} → ${verified.target}  `;
  const lines = verified.outcomes.flatMap((outcome) => outcomeLines(outcome, paint));
  return [`${head}${verdictOf(verified, paint)}`, ...lines];
}

function verdictOf({ outcomes, source }: VerifiedSet, paint: Paint): string {
  const compared = outcomes.filter((outcome) => outcome.kind === 'compared').map(({ verdict }) => verdict);
  const records = compared.reduce((sum, { comparison }) => sum + comparison.records, 0n);
  const bytes = compared.reduce((sum, { comparison }) => sum + comparison.bytes, 0n);
  const lag = compared.reduce((sum, { lagRecords }) => sum + lagRecords, 0n);
  const differing = outcomes.filter(isDifferent).length;
  const behind = lag === 0n ? '' : `; ${formatExact(lag)} records behind when it began`;
  const where = formatAmount(compared.length, 'partition');
  const volume = `${formatExact(records)} records in ${where} (${formatBytes(bytes)})`;
  switch (resultOf(outcomes)) {
    case 'different':
      return paint('red', `${formatAmount(differing, 'partition')} differ, of ${volume}${behind}`);
    case 'incomplete':
      return paint('yellow', `no difference found, but not everything was compared: ${volume}${behind}`);
    case 'nothing':
      return paint('yellow', `nothing was compared: no topic of the set is to be seen in ${source}`);
    case 'equal':
      return paint('green', `equal: ${volume}${behind}`);
  }
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
        ...startNote(outcome.verdict, place, paint),
        ...kept.slice(0, rangesShownMax).map((range) => paint('red', `${place}  ${rangeText(range)}`)),
        ...(hidden > 0 ? [paint('red', `${place}  and ${formatExact(hidden)} more ranges`)] : []),
      ];
    }
  }
}

const placeText = ({ topic, partition }: OutcomeName): string =>
  partition === undefined ? topic : `${topic}-${partition}`;

/**
 * Different log starts are no difference, retention runs by itself on both sides; but they limit what was
 * compared.
 */
function startNote(
  verdict: (VerifyOutcome & { kind: 'compared' })['verdict'],
  place: string,
  paint: Paint,
): string[] {
  const { source, target } = verdict;
  if (source.start === target.start) return [];
  const text =
    `begins at ${source.start} at the source and at ${target.start} at the target; ` +
    `compared from ${verdict.from}`;
  return [paint('dim', `${place}  ${text}`)];
}

export function rangeText({ kind, from, to, detail }: Difference): string {
  const last = to - 1n;
  const range = from === last ? `offset ${from}` : `offsets ${from}..${last}`;
  const count = to - from === 1n ? '1 offset' : `${formatExact(to - from)} offsets`;
  return `${range} (${count}) ${kindText[kind]}: ${detail}`;
}

export function verifyData(sets: readonly VerifiedSet[]): Json {
  return toJson(
    sets.map(({ outcomes, ...rest }) => ({
      ...rest,
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
    ranges: comparison.differences.kept,
    rangesOmitted: comparison.differences.omitted,
  };
}
