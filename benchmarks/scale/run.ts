// `npm run benchmark:scale`: many mirror partitions, mostly idle, on one worker; then some of them busy, and
// four workers.
import { setTimeout as sleep } from 'node:timers/promises';
import { parseArgs } from 'node:util';
import { kafkaClasspath } from '../../lab/jars.ts';
import { describeError } from '../../src/base/errors.ts';
import { encodeBatch } from '../../src/kafka/batch/encode-batch.ts';
import { waitUntil } from '../../test/fixtures/wait-until.ts';
import { describeMachine } from '../report/machine.ts';
import { writeResults } from '../report/results.ts';
import type { ScaledServer, Use } from './scaled-server.ts';
import { ScaleWorld } from './scale-world.ts';

const usage = `npm run benchmark:scale -- [--topics 1000] [--partitions 10] [--busy 100] [--seconds 60]
  --topics      how many
  --partitions  of each topic
  --busy        topics that get a batch of 10 records of 500 bytes per partition and second
  --seconds     how long each phase is measured`;

const began = performance.now();
const say = (text: string) =>
  console.log(`${((performance.now() - began) / 1_000).toFixed(1).padStart(7)} s  ${text}`);
const percent = (share: number) => `${(share * 100).toFixed(1)} %`;
const megabytes = (bytes: number) => `${Math.round(bytes / 1e6)} MB`;
const shown = ({ cpuShare, memoryBytesMax }: Use) =>
  `${percent(cpuShare)} of a core, ${megabytes(memoryBytesMax)} at most`;

/** Connections that write the load. */
const writers = 10;

interface Options {
  readonly topics: number;
  readonly partitions: number;
  readonly busy: number;
  readonly seconds: number;
}

function readOptions(): Options | undefined {
  const number = (byDefault: string) => ({ type: 'string', default: byDefault }) as const;
  const { values } = parseArgs({
    options: {
      topics: number('1000'),
      partitions: number('10'),
      busy: number('100'),
      seconds: number('60'),
      help: { type: 'boolean', default: false },
    },
  });
  const { help, ...texts } = values;
  const options = Object.fromEntries(
    Object.entries(texts).map(([name, text]) => [name, Number(text)]),
  ) as unknown as Options;
  const isMeant = Object.values(options).every((each) => Number.isInteger(each) && each > 0);
  return help || !isMeant || options.busy > options.topics ? undefined : options;
}

async function main(options: Options): Promise<void> {
  say(`starting two brokers with ${options.topics * options.partitions} partitions at the source`);
  await using world = await ScaleWorld.start({ topics: options.topics, partitionsEach: options.partitions });
  await world.apply();
  const controller = await createCopies(world, options);
  const one = world.startServer('worker-1', 'worker');
  const startMs = await timed(() => one.mirrors(world.partitions));
  say(`one worker: all mirroring after ${(startMs / 1_000).toFixed(1)} s`);
  // What the start left behind is collected, and what was compiled late is compiled.
  await sleep(20_000);
  const idle = await one.measured(() => sleep(options.seconds * 1_000));
  say(`idle: ${shown(idle)}`);
  const { busy, shares } = await loaded(world, options, one);
  const results = { options, controller, startMs, idle, busy, shares };
  const machine = describeMachine(await kafkaClasspath());
  console.log(`results: ${writeResults('scale', new Date(), { machine, ...results })}`);
}

/** A controller makes the topics at the target, watches over them for a while, and goes. */
async function createCopies(world: ScaleWorld, { seconds }: Options) {
  const controller = world.startServer('controller-1', 'controller');
  const tookMs = await timed(async () => {
    const actions = () => controller.metric('causeway_reconciler_actions_total', 'action="mirror-topic"');
    await waitUntil('all topics', async () => (await actions()) >= world.size.topics, {
      giveUpMs: 600_000,
    });
  });
  const took = (tookMs / 1_000).toFixed(1);
  say(`controller: ${world.size.topics} topics made and given to the workers in ${took} s`);
  await sleep(20_000);
  const idle = await controller.measured(() => sleep(seconds * 1_000));
  say(`controller, idle: ${shown(idle)}`);
  await controller[Symbol.asyncDispose]();
  return { tookMs, idle };
}

async function loaded(world: ScaleWorld, options: Options, one: ScaledServer) {
  const load = new AbortController();
  const places = world.placesOf(world.topics.slice(0, options.busy));
  let batches = 0;
  const record = { timestamp: 1n, key: undefined, value: Buffer.alloc(500, 'x') };
  const batch = encodeBatch(Array.from({ length: 10 }, () => record));
  const writeAll = (some: typeof places) =>
    world.withWriter(async (writer) => {
      const write = async ([topic, partition]: readonly [string, number]) => {
        await sleep(Math.random() * 1_000);
        while (!load.signal.aborted) {
          await writer.append(topic, partition, [batch]);
          batches += 1;
          await sleep(1_000);
        }
      };
      await Promise.all(some.map(write));
    });
  // One connection would carry them one after the other, and the partitions would be written in waves.
  const parts = Array.from({ length: writers }, (_, at) =>
    places.filter((__, index) => index % writers === at),
  );
  const writing = Promise.all(parts.map(writeAll));
  try {
    await sleep(5_000);
    const batchesBefore = batches;
    const busy = await one.measured(() => sleep(options.seconds * 1_000));
    const rate = Math.round((batches - batchesBefore) / options.seconds);
    say(`${places.length} partitions busy, ${rate} batches/s: ${shown(busy)}`);
    const shares = await sharedByFour(world, options, one, () => batches);
    return { busy, shares };
  } finally {
    load.abort();
    await writing;
  }
}

/** Three more workers come; each one's part of the bytes. */
async function sharedByFour(
  world: ScaleWorld,
  options: Options,
  one: ScaledServer,
  batchesSoFar: () => number,
): Promise<number[]> {
  const workers = [one, ...[2, 3, 4].map((number) => world.startServer(`worker-${number}`, 'worker'))];
  const least = Math.floor(world.partitions / workers.length);
  await Promise.all(workers.map((worker) => worker.mirrors(least)));
  const isShared = async () => (await one.metric('causeway_worker_partitions')) <= least + 1;
  await waitUntil('worker-1 to have given back', isShared);
  const before = await Promise.all(workers.map(nextCount));
  const batchesBefore = batchesSoFar();
  await sleep(options.seconds * 1_000);
  const rate = Math.round((batchesSoFar() - batchesBefore) / options.seconds);
  const after = await Promise.all(workers.map(nextCount));
  const rates = after.map(({ bytes, atMs }, at) => {
    const from = before[at] as Count;
    return (bytes - from.bytes) / (atMs - from.atMs);
  });
  const all = rates.reduce((sum, each) => sum + each, 0);
  const shares = rates.map((each) => each / all);
  say(`four workers: ${shares.map(percent).join(', ')} of ${Math.round(all)} KB/s, ${rate} batches/s`);
  return shares;
}

interface Count {
  readonly bytes: number;
  readonly atMs: number;
}

/** Workers with many partitions count anew every few seconds: what they have when they have done so. */
async function nextCount(worker: ScaledServer): Promise<Count> {
  const bytesOf = () => worker.metric('causeway_mirror_bytes_total');
  const known = await bytesOf();
  const bytes = await waitUntil('another count', async () => {
    const now = await bytesOf();
    return now !== known && now;
  });
  return { bytes, atMs: performance.now() };
}

async function timed(act: () => Promise<void>): Promise<number> {
  const beganMs = performance.now();
  await act();
  return Math.round(performance.now() - beganMs);
}

const options = readOptions();
if (options === undefined) {
  console.log(usage);
  process.exitCode = process.argv.includes('--help') ? 0 : 2;
} else {
  try {
    await main(options);
  } catch (error) {
    console.error(describeError(error));
    process.exitCode = 1;
  }
}
