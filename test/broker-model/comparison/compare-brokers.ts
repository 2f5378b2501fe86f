// `npm run compare-brokers`: random sequences of requests to the model and to a lab of real brokers, with
// what befalls brokers between them; every answer is compared, and at the end the logs.
import { writeFileSync } from 'node:fs';
import { describeError } from '../../../src/base/errors.ts';
import { systemRandom } from '../../../src/base/random.ts';
import { commitOf } from '../../fixtures/commit-of.ts';
import { compare } from './comparison.ts';
import { startComparisonLab } from './comparison-lab.ts';
import { type CompareOptions, readOptions, usage } from './options.ts';
import type { Mismatch } from './pair.ts';
import { playScenes, scenes, sceneSettings } from './scenes/scenes.ts';
import { countsText, Totals } from './totals.ts';

/** Begins the names of all topics. */
const topic = 'broker-model';

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
  const { brokers, kafka, sequences, seed = 1 + systemRandom.int(2 ** 24), report } = options;
  const commit = commitOf();
  const began = performance.now();
  const nowMs = Date.now();
  const totals = new Totals();
  const about = (): About => {
    const seconds = Math.round((performance.now() - began) / 1_000);
    return { commit, kafka, brokers, seed, seconds, scenes: options.scenes ? scenes.length : 0 };
  };
  const write = (mismatch?: Mismatch): void => {
    if (report !== undefined) writeReport(report, totals, mismatch, about());
  };
  let mismatch = options.scenes ? await play(kafka, nowMs, totals) : undefined;
  if (mismatch === undefined) {
    await using at = await startComparisonLab(brokers, { kafkaVersion: kafka });
    const onGroup = (done: number) => {
      say(`${done} of ${sequences} sequences`);
      // What is interrupted has a report of what it came to.
      write();
    };
    mismatch = await compare({ real: at.real, seed, sequences, topic, nowMs, totals, onGroup });
    if (mismatch !== undefined) say(`logs of the brokers: ${at.lab.logsFolder}`);
  }
  show(totals, mismatch, about());
  write(mismatch);
  return mismatch === undefined ? 0 : 1;
}

async function play(kafka: string, nowMs: number, totals: Totals): Promise<Mismatch | undefined> {
  await using at = await startComparisonLab(1, { kafkaVersion: kafka, settings: sceneSettings });
  const mismatch = await playScenes({ at, topic, nowMs, totals });
  if (mismatch !== undefined) say(`logs of the brokers: ${at.lab.logsFolder}`);
  return mismatch;
}

interface About {
  readonly commit: string;
  readonly kafka: string;
  readonly brokers: number;
  readonly seed: number;
  readonly scenes: number;
  readonly seconds: number;
}

function show(totals: Totals, mismatch: Mismatch | undefined, about: About): void {
  if (mismatch !== undefined) say(`\n${mismatch.message}\n`);
  say(`requests: ${countsText(totals.requestsByKind)}`);
  say(`errors among the answers: ${countsText(totals.errors)}`);
  say(`acts: ${countsText(totals.acts) || 'none'}`);
  say(
    `${about.scenes} scenes, ${totals.sequences} sequences, ${totals.requests} requests, ` +
      `${mismatch === undefined ? 0 : 1} mismatches; ` +
      `Kafka ${about.kafka}, ${about.brokers} brokers, seed ${about.seed}, commit ${about.commit}, ` +
      `${about.seconds} s`,
  );
}

function writeReport(file: string, totals: Totals, mismatch: Mismatch | undefined, about: About): void {
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
