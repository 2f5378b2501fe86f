// Arguments of `npm run benchmark -- …`.
import { parseArgs } from 'node:util';
import type { Variant } from './contenders/engine.ts';
import { type ShapeName, shapeNames } from './rig/shapes.ts';

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
  readonly keepLogs: boolean;
}

export const usage = `npm run benchmark -- mirrormaker [options]
  --quick                tasks.max 1 only, less data, no latency: under 5 minutes
  --part NAME            ${partNames.join(', ')}; may be repeated (all without --quick, else work)
  --shape NAME           ${shapeNames.join(', ')}; may be repeated
  --contender NAME       mirrormaker, mirrormaker-1, causeway, relay …; may be repeated; beginnings of names
  --rounds N             interleaved repetitions (3; with --quick 1)
  --scale X              multiplies the number of records (1)
  --mm2-max MB           MirrorMaker 2's maximum in MB/s, where it is not to be measured for the latency part
  --source A --target B  bootstrap servers of clusters to measure on; ALL their topics are deleted
  --profile FOLDER       CPU profiles of Causeway's process
  --variant NAME=WHAT    one more Causeway, to be compared: with limits of the worker changed (JSON),
                         or that of another checkout (its folder); may be repeated
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
      'keep-logs': { type: 'boolean', default: false },
    },
  });
  const [scenario, ...rest] = positionals;
  if (scenario !== 'mirrormaker' || rest.length > 0) throw new Error('the only scenario is mirrormaker');
  if ((values.source === undefined) !== (values.target === undefined)) {
    throw new Error('--source and --target go together');
  }
  const { quick, source, target } = values;
  const maxMegabytes = values['mm2-max'];
  return {
    scenario,
    quick,
    parts: chosen('--part', values.part, partNames) ?? (quick ? ['work'] : partNames),
    shapes: chosen('--shape', values.shape, shapeNames) ?? shapeNames,
    contenders: values.contender,
    rounds: positive('--rounds', values.rounds ?? (quick ? '1' : '3'), Number.isInteger),
    scale: positive('--scale', values.scale, Number.isFinite),
    mirrorMakerMaxBytesPerSecond:
      maxMegabytes === undefined ? undefined : positive('--mm2-max', maxMegabytes, Number.isFinite) * 1e6,
    own: source === undefined || target === undefined ? undefined : { source, target },
    profileFolder: values.profile,
    variants: values.variant.map(variantOf),
    keepLogs: values['keep-logs'],
  };
}

/** True where no filter is given or one of them begins the name. */
export const isWanted = (name: string, filters: readonly string[]) =>
  filters.length === 0 || filters.some((filter) => name === filter || name.startsWith(`${filter}-`));

function chosen<Name extends string>(
  flag: string,
  given: readonly string[] | undefined,
  known: readonly Name[],
): readonly Name[] | undefined {
  if (given === undefined) return undefined;
  return given.map((text) => {
    const found = known.find((name) => name === text);
    if (found === undefined) throw new Error(`${flag} ${text}: one of ${known.join(', ')}`);
    return found;
  });
}

function variantOf(text: string): Variant {
  const [, name, what] = /^([a-z0-9-]+)=(.+)$/.exec(text) ?? [];
  if (name === undefined || what === undefined) throw new Error(`--variant ${text}: NAME=… is needed`);
  const isLimits = what.startsWith('{');
  return { name, limits: isLimits ? what : '{}', folder: isLimits ? undefined : what };
}

function positive(flag: string, text: string, fits: (value: number) => boolean): number {
  const value = Number(text);
  if (!fits(value) || value <= 0) throw new Error(`${flag} ${text}: a number above 0 is needed`);
  return value;
}
