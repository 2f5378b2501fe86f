// What a person may write behind `npm run compare-brokers --`.
import { parseArgs } from 'node:util';
import { kafkaVersionByDefault, mustRun, testedVersions } from '../../../lab/kafka-versions.ts';

export const usage = `npm run compare-brokers -- [--brokers 1|3] [--sequences 320] [--seed S]
                           [--kafka VERSION] [--no-scenes] [--report FILE]

  --brokers    of the real cluster, and of the model; 3 unless given
  --sequences  random ones, of 50 requests each
  --seed       of the first group of sequences; a failing one is printed and replays with it
  --kafka      ${kafkaVersionByDefault} unless given; supported are ${testedVersions.join(', ')}
  --no-scenes  without what is played once on one broker: retention, cleaner, expiry of ids, quotas
  --report     what it came to, as JSON`;

export interface CompareOptions {
  readonly brokers: 1 | 3;
  readonly sequences: number;
  readonly seed: number | undefined;
  readonly kafka: string;
  readonly scenes: boolean;
  readonly report: string | undefined;
}

/** Throws an Error with a text for people on anything unknown. */
export function readOptions(args: readonly string[]): CompareOptions | 'help' {
  const { values } = parseArgs({
    args: [...args],
    options: {
      brokers: { type: 'string', default: '3' },
      sequences: { type: 'string', default: '320' },
      seed: { type: 'string' },
      kafka: { type: 'string', default: kafkaVersionByDefault },
      'no-scenes': { type: 'boolean', default: false },
      report: { type: 'string' },
      help: { type: 'boolean', default: false },
    },
  });
  if (values.help) return 'help';
  if (values.brokers !== '1' && values.brokers !== '3') throw new Error('--brokers is 1 or 3');
  return {
    brokers: values.brokers === '1' ? 1 : 3,
    sequences: mustCount(values.sequences, '--sequences'),
    seed: values.seed === undefined ? undefined : mustCount(values.seed, '--seed'),
    kafka: mustRun(values.kafka),
    scenes: !values['no-scenes'],
    report: values.report,
  };
}

function mustCount(text: string, option: string): number {
  const number = Number(text);
  if (Number.isSafeInteger(number) && number > 0) return number;
  throw new Error(`${option} is a whole number above 0`);
}
