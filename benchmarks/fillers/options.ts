// Arguments of `npm run benchmark:fillers -- …`.
import { parseArgs } from 'node:util';
import { chosenNames, positiveNumber } from '../option-values.ts';

export const partNames = ['direct', 'prefix', 'coordinated'] as const;
export type PartName = (typeof partNames)[number];

export interface FillerOptions {
  readonly parts: readonly PartName[];
  /** Records of the aborted transaction that is filled directly. */
  readonly holes: number;
  /** The same by way of the coordinator. */
  readonly holesCoordinated: number;
  /** Where the source's log begins that gets a prefix. */
  readonly prefix: number;
  readonly rounds: number;
  readonly profileFolder: string | undefined;
  readonly keepLogs: boolean;
}

export const usage = `npm run benchmark:fillers -- [options]
  --part NAME            ${partNames.join(', ')}; may be repeated (all)
  --holes N              records of the aborted transaction that is filled directly (2000000)
  --holes-coordinated N  the same by way of the coordinator (2000)
  --prefix N             first offset of the log that gets a prefix (50000000)
  --rounds N             repetitions of each (1)
  --profile FOLDER       CPU profiles of Causeway's process, not of the coordinator's way
  --keep-logs            leave logs of the run in place`;

/** Undefined where help is asked for. Throws an error whose message is fit to be shown. */
export function parseOptions(argv: readonly string[]): FillerOptions | undefined {
  const number = (byDefault: string) => ({ type: 'string', default: byDefault }) as const;
  const { values } = parseArgs({
    args: [...argv],
    options: {
      part: { type: 'string', multiple: true },
      holes: number('2000000'),
      'holes-coordinated': number('2000'),
      prefix: number('50000000'),
      rounds: number('1'),
      profile: { type: 'string' },
      'keep-logs': { type: 'boolean', default: false },
      help: { type: 'boolean', default: false },
    },
  });
  if (values.help) return undefined;
  return {
    parts: chosenNames('--part', values.part, partNames) ?? partNames,
    holes: positiveNumber('--holes', values.holes, Number.isInteger),
    holesCoordinated: positiveNumber('--holes-coordinated', values['holes-coordinated'], Number.isInteger),
    prefix: positiveNumber('--prefix', values.prefix, Number.isInteger),
    rounds: positiveNumber('--rounds', values.rounds, Number.isInteger),
    profileFolder: values.profile,
    keepLogs: values['keep-logs'],
  };
}
