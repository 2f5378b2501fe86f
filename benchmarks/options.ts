// Arguments of `npm run benchmark -- …`.
import { parseArgs } from 'node:util';
import type { Variant } from './contenders/engine.ts';
import { chosenNames, positiveNumber } from './option-values.ts';
import { plainShapeNames, type ShapeName, shapeNames } from './rig/shapes.ts';

export const partNames = ['work', 'latency', 'long-link'] as const;
export type PartName = (typeof partNames)[number];

export interface BenchmarkOptions {
  readonly scenario: 'mirrormaker';
  readonly quick: boolean;
  readonly parts: readonly PartName[];
  readonly shapes: readonly ShapeName[];
  /** Beginnings of names; empty: all. */
  readonly contenders: readonly string[];
  readonly rounds: number;
  /** Multiplies the number of records. */
  readonly scale: number;
  /** MirrorMaker 2's maximum in bytes per second, for the latency part; undefined: measured in this run. */
  readonly mirrorMakerMaxBytesPerSecond: number | undefined;
  readonly own: { readonly source: string; readonly target: string } | undefined;
  readonly profileFolder: string | undefined;
  readonly variants: readonly Variant[];
  /** Root of another checkout: only its engine and this one's are measured, in turns. */
  readonly against: string | undefined;
  readonly keepLogs: boolean;
}

const isPlain = (name: ShapeName) => plainShapeNames.some((each) => each === name);

export const usage = `npm run benchmark -- mirrormaker [options]
  --quick                tasks.max 1 only, less data, no latency: under 5 minutes
  --part NAME            ${partNames.join(', ')}; may be repeated (all without --quick, else work)
  --shape NAME           ${plainShapeNames.join(', ')},
                         ${shapeNames.filter((name) => !isPlain(name)).join(', ')};
                         may be repeated (all; with --quick or --against those of the first line)
  --contender NAME       mirrormaker, mirrormaker-1, causeway, relay …; may be repeated; beginnings of names
  --rounds N             interleaved repetitions (3; with --quick 1, with --against 5)
  --scale X              multiplies the number of records (1)
  --mm2-max MB           MirrorMaker 2's maximum in MB/s, where it is not to be measured for the latency part
  --source A --target B  bootstrap servers of clusters to measure on; ALL their topics are deleted
  --profile FOLDER       CPU profiles of Causeway's process
  --variant NAME=WHAT    one more Causeway, to be compared: with limits of the worker changed (JSON),
                         or that of another checkout (its folder); may be repeated
  --against DIR          Causeway's data plane of this checkout and of the one in DIR, in turns, and nothing
                         else: how many times the CPU per GB of the other one, round by round
  --keep-logs            leave logs and configurations of the run in place`;

/** Throws an error whose message is fit to be shown. */
export function parseOptions(argv: readonly string[]): BenchmarkOptions {
  const { values, positionals } = parseArgs({
    args: [...argv],
    allowPositionals: true,
    options: {
      quick: { type: 'boolean', default: false },
      part: { type: 'string', multiple: true },
      shape: { type: 'string', multiple: true },
      contender: { type: 'string', multiple: true, default: [] },
      rounds: { type: 'string' },
      scale: { type: 'string', default: '1' },
      'mm2-max': { type: 'string' },
      source: { type: 'string' },
      target: { type: 'string' },
      profile: { type: 'string' },
      variant: { type: 'string', multiple: true, default: [] },
      against: { type: 'string' },
      'keep-logs': { type: 'boolean', default: false },
    },
  });
  const [scenario, ...rest] = positionals;
  if (scenario !== 'mirrormaker' || rest.length > 0) throw new Error('the only scenario is mirrormaker');
  if ((values.source === undefined) !== (values.target === undefined)) {
    throw new Error('--source and --target go together');
  }
  const { quick, source, target, against } = values;
  if (against !== undefined && (values.part !== undefined || values.contender.length > 0)) {
    throw new Error('--against measures two engines only: leave out --part and --contender');
  }
  const isShort = quick || against !== undefined;
  const roundsUsual = against === undefined ? (quick ? '1' : '3') : '5';
  const maxMegabytes = values['mm2-max'];
  return {
    scenario,
    quick,
    parts: chosenNames('--part', values.part, partNames) ?? (isShort ? ['work'] : partNames),
    shapes: chosenNames('--shape', values.shape, shapeNames) ?? (isShort ? plainShapeNames : shapeNames),
    contenders: against === undefined ? values.contender : ['causeway'],
    rounds: positiveNumber('--rounds', values.rounds ?? roundsUsual, Number.isInteger),
    scale: positiveNumber('--scale', values.scale, Number.isFinite),
    mirrorMakerMaxBytesPerSecond:
      maxMegabytes === undefined
        ? undefined
        : positiveNumber('--mm2-max', maxMegabytes, Number.isFinite) * 1e6,
    own: source === undefined || target === undefined ? undefined : { source, target },
    profileFolder: values.profile,
    variants: [
      ...values.variant.map(variantOf),
      ...(against === undefined ? [] : [{ name: 'against', limits: '{}', folder: against }]),
    ],
    against,
    keepLogs: values['keep-logs'],
  };
}

/** True where no filter is given or one of them begins the name. */
export const isWanted = (name: string, filters: readonly string[]) =>
  filters.length === 0 || filters.some((filter) => name === filter || name.startsWith(`${filter}-`));

function variantOf(text: string): Variant {
  const [, name, what] = /^([a-z0-9-]+)=(.+)$/.exec(text) ?? [];
  if (name === undefined || what === undefined) throw new Error(`--variant ${text}: NAME=… is needed`);
  const isLimits = what.startsWith('{');
  return { name, limits: isLimits ? what : '{}', folder: isLimits ? undefined : what };
}
