// The process that carries the emulated WAN of one lab: apart, so that nothing else delays the bytes that
// pass. It ends with the lab's process, since its channel to it closes then.
import { systemClock } from '../../src/base/clock.ts';
import { describeError } from '../../src/base/errors.ts';
import { seededRandom, systemRandom } from '../../src/base/random.ts';
import { Crossing } from './crossing.ts';
import { Path } from './path.ts';
import type { CrossingPlan, NumberedRequest, PathBytes, WanAnswer, WanRequest } from './wan-messages.ts';

interface OpenCrossing {
  readonly plan: CrossingPlan;
  readonly crossing: Crossing;
}

const random = seededRandom(systemRandom.int(2 ** 32));
const paths = new Map<string, Path>();
const crossings: OpenCrossing[] = [];

function pathOf(from: string, to: string): Path {
  const key = `${from}->${to}`;
  const path = paths.get(key) ?? new Path(from, to, systemClock, random);
  paths.set(key, path);
  return path;
}

async function open(plans: readonly CrossingPlan[]): Promise<void> {
  for (const plan of plans) {
    const { from, to, port, brokerPort } = plan;
    const ends = { there: pathOf(from, to), back: pathOf(to, from) };
    crossings.push({ plan, crossing: new Crossing({ ...ends, port, brokerPort, clock: systemClock }) });
  }
  await Promise.all(crossings.map(({ crossing }) => crossing.listenOrRefuse()));
}

async function set({ paths: changes, held }: Extract<WanRequest, { ask: 'set' }>): Promise<void> {
  for (const { from, to, settings } of changes) pathOf(from, to).set(settings);
  for (const { plan, crossing } of crossings) {
    crossing.hold(held.some(({ region, broker }) => region === plan.to && broker === plan.broker));
  }
  await Promise.all(crossings.map(({ crossing }) => crossing.listenOrRefuse()));
}

const bytesOfPaths = (): PathBytes[] =>
  [...paths.values()].map(({ from, to, bytes }) => ({ from, to, bytes }));

async function answer({ id, request }: NumberedRequest): Promise<WanAnswer> {
  try {
    if (request.ask === 'open') await open(request.crossings);
    else if (request.ask === 'set') await set(request);
    return { id, ok: true, bytes: bytesOfPaths() };
  } catch (error) {
    return { id, ok: false, message: describeError(error) };
  }
}

for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, () => undefined);
process.on('disconnect', () => process.exit(0));
process.on('message', (message: NumberedRequest) => {
  answer(message).then(
    (text) => process.send?.(text),
    (error: unknown) => process.stderr.write(`cannot answer: ${describeError(error)}\n`),
  );
});
