// `npm run compare-brokers`: random sequences of requests to the model and to a lab of real brokers, with what
// befalls brokers between them; every answer is compared, and at the end the logs.
import { writeFileSync } from 'node:fs';
import { describeError } from '../../../src/base/errors.ts';
import { systemRandom } from '../../../src/base/random.ts';
import { commitOf } from '../../fixtures/commit-of.ts';
import { type Compared, compare } from './comparison.ts';
import { startComparisonLab } from './comparison-lab.ts';
import { type CompareOptions, readOptions, usage } from './options.ts';
import { countsText } from './totals.ts';

const say = (text: string) => process.stdout.write(`${text}\n`);

process.exitCode = await main(process.argv.slice(2));

async function main(args: readonly string[]): Promise<number> {
  let options: CompareOptions | 'help';
  try {
    options = readOptions(args);
  } catch (error) {
    process.stderr.write(`${describeError(error)}\n\n${usage}\n`);
    return 2;
  }
  if (options === 'help') {
    say(usage);
    return 0;
  }
  return run(options);
}

async function run(options: CompareOptions): Promise<number> {
  const { brokers, kafka, sequences, seed = 1 + systemRandom.int(2 ** 24) } = options;
  const commit = commitOf();
  const began = performance.now();
  await using started = await startComparisonLab(brokers, { kafkaVersion: kafka });
  const { real, lab } = started;
  const onGroup = (done: number) => say(`${done} of ${sequences} sequences`);
  const topic = 'broker-model';
  const compared = await compare({ real, seed, sequences, topic, nowMs: Date.now(), onGroup });
  const seconds = Math.round((performance.now() - began) / 1_000);
  const about = { commit, kafka: lab.kafkaVersion, brokers, seed, seconds };
  show(compared, about);
  if (options.report !== undefined) writeReport(options.report, compared, about);
  if (compared.mismatch !== undefined) say(`logs of the brokers: ${lab.logsFolder}`);
  return compared.mismatch === undefined ? 0 : 1;
}

interface About {
  readonly commit: string;
  readonly kafka: string;
  readonly brokers: number;
  readonly seed: number;
  readonly seconds: number;
}

function show({ totals, mismatch }: Compared, about: About): void {
  if (mismatch !== undefined) say(`\n${mismatch.message}\n`);
  say(`requests: ${countsText(totals.requestsByKind)}`);
  say(`errors among the answers: ${countsText(totals.errors)}`);
  say(`acts: ${countsText(totals.acts) || 'none'}`);
  say(
    `${totals.sequences} sequences, ${totals.requests} requests, ${mismatch === undefined ? 0 : 1} mismatches; ` +
      `Kafka ${about.kafka}, ${about.brokers} brokers, seed ${about.seed}, commit ${about.commit}, ` +
      `${about.seconds} s`,
  );
}

function writeReport(file: string, { totals, mismatch }: Compared, about: About): void {
  const report = {
    ...about,
    sequences: totals.sequences,
    requests: totals.requests,
    mismatches: mismatch === undefined ? 0 : 1,
    mismatch: mismatch?.message,
    requestsByKind: Object.fromEntries(totals.requestsByKind),
    errorsAmongTheAnswers: Object.fromEntries(totals.errors),
    acts: Object.fromEntries(totals.acts),
  };
  writeFileSync(file, `${JSON.stringify(report, undefined, 2)}\n`);
}
