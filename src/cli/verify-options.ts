// Which part of the logs `causeway verify` is to compare: `--sample`, `--seed`, `--since`.
import type { Clock } from '../base/clock.ts';
import { CausewayError } from '../base/errors.ts';
import type { Random } from '../base/random.ts';
import type { SampleWish } from '../data-plane/verifier/sample.ts';
import { parseDurationMs } from '../topology/units.ts';
import { type OptionValues, textOption } from './invocation.ts';
import { countOption, invalidOption, wholeNumber } from './quantities.ts';

export interface VerifyScope {
  readonly sample: SampleWish | undefined;
  /** Milliseconds since the epoch. */
  readonly sinceMs: number | undefined;
}

const seedEnd = 2 ** 32;

/** Throws CW-6008 for what cannot be meant. Without `--seed`, one is drawn. */
export function verifyScope(options: OptionValues, clock: Clock, random: Random): VerifyScope {
  const amount = sampleAmount(options);
  const seed = countOption(options, 'seed');
  if (seed !== undefined && seed >= seedEnd) {
    throw invalidOption('seed', String(seed), `a whole number below ${seedEnd}`);
  }
  if (amount === undefined && seed !== undefined) {
    throw new CausewayError('CW-6008', '--seed chooses the ranges of a sample; give --sample with it');
  }
  return {
    sample: amount === undefined ? undefined : { amount, seed: seed ?? random.int(seedEnd) },
    sinceMs: sinceMs(options, clock),
  };
}

/** `1%`, `0.5%`, or a number of offsets. */
function sampleAmount(options: OptionValues): SampleWish['amount'] | undefined {
  const text = textOption(options, 'sample');
  if (text === undefined) return undefined;
  const percent = /^([0-9]{1,3}(?:\.[0-9]{1,6})?)%$/.exec(text)?.[1];
  const share = percent === undefined ? undefined : Number(percent) / 100;
  if (share !== undefined && share > 0 && share <= 1) return { share };
  const offsets = wholeNumber(text);
  if (offsets !== undefined && offsets > 0) return { offsets };
  throw invalidOption('sample', text, 'a share like 1%, or a number of offsets per partition like 10000');
}

const timestampPattern = /^\d{4}-\d{2}-\d{2}(T\d{2}:\d{2}(:\d{2}(\.\d{1,3})?)?(Z|[+-]\d{2}:\d{2}))?$/;

/** A moment, or how long ago it was. */
function sinceMs(options: OptionValues, clock: Clock): number | undefined {
  const text = textOption(options, 'since');
  if (text === undefined) return undefined;
  const agoMs = parseDurationMs(text);
  if (agoMs !== undefined) return Math.max(0, Math.floor(clock.wallMs() - agoMs));
  const atMs = timestampPattern.test(text) ? Date.parse(text) : Number.NaN;
  if (!Number.isNaN(atMs)) return Math.max(0, atMs);
  throw invalidOption('since', text, 'a duration like 2h, or a moment like 2026-01-31 or 2026-01-31T10:00Z');
}
