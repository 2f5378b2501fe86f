// A group of sequences: as many rounds on each lane's new topic, with what befalls the cluster between them.
import { seededRandom } from '../../../src/base/random.ts';
import { aliveAfter, type ClusterAct } from './acts.ts';
import { actText, asModelled } from './cluster-face.ts';
import { ComparedLane } from './compared-lane.ts';
import { Mismatch } from './pair.ts';
import { fromMsOf, lanes, laneShape } from './lane-shape.ts';
import { ModelLane } from './model-lane.ts';
import { planOf } from './plan.ts';
import { RandomSteps } from './random-steps.ts';
import type { RealBrokers } from './real-brokers.ts';
import type { Answer } from './side.ts';
import { Standing } from './standing.ts';
import type { Totals } from './totals.ts';

export interface GroupParts {
  readonly real: RealBrokers;
  readonly seed: number;
  /** Sequences of each lane. */
  readonly rounds: number;
  /** Begins the names of its topics. */
  readonly topic: string;
  readonly nowMs: number;
  readonly totals: Totals;
}

/** Throws the first Mismatch. */
export async function compareGroup(parts: GroupParts): Promise<void> {
  const { real, seed, rounds, topic, nowMs, totals } = parts;
  const brokers = real.ids.length;
  const shapes = Array.from({ length: lanes }, (_, lane) => laneShape(lane, `${topic}-${lane}`, brokers));
  // Records are written with the timestamps of long ago, or of half a day ago.
  const isOfClock = (ms: bigint) => ms > BigInt(nowMs - 3_600_000) && ms < 3_000_000_000_000n;
  const realLanes = await real.openLanes(shapes, isOfClock);
  const models = shapes.map((shape) =>
    ModelLane.start({ shape, brokers, dialect: real.dialect, nowMs, isOfClock }),
  );
  const compared = shapes.map((shape, lane) => {
    const random = seededRandom(seed * lanes + lane);
    const standing = new Standing(real.ids, shape.minInSync);
    const makes = new RandomSteps({
      random,
      standing,
      partitions: shape.assignments.map((_, partition) => partition),
      writesInTransactions: real.dialect.produceById,
      fromMs: fromMsOf(lane, nowMs),
    });
    const sides = { real: realLanes[lane] as (typeof realLanes)[0], model: models[lane] as ModelLane };
    const judged = (answer: Answer) => asModelled(answer, real.dialect);
    const name = `--seed ${seed} --sequences ${rounds * lanes}, lane ${lane}`;
    return new ComparedLane({ name, ...sides, random, makes, standing, totals, judged });
  });
  const all = (each: (lane: ComparedLane) => Promise<void>) => inAll(compared, each);
  await all((lane) => lane.meet('-- topics are there'));
  const plan = real.canFail ? planOf(seededRandom(seed), brokers, rounds) : [];
  for (let round = 0; round <= rounds; round += 1) {
    for (const act of plan[round] ?? []) await befall(act);
    if (round < rounds) await all((lane) => lane.sequence());
  }
  await all((lane) => lane.compareLogs());
  await real.closeLanes(shapes);

  async function befall(act: ClusterAct): Promise<void> {
    totals.act(act.kind);
    await Promise.all([real.act(act), ...models.map((each) => each.act(act))]);
    const alive = aliveAfter(act, compared[0]?.standing.alive ?? []);
    for (const { standing } of compared) standing.alive = alive;
    if (alive.length === 0) return;
    await all((lane) => lane.stir());
    await real.coordinatorReady();
    await all((lane) => lane.meet(actText(act)));
  }
}

/** All come to their end before the first failure is thrown: their requests are under way together. */
async function inAll(
  compared: readonly ComparedLane[],
  each: (lane: ComparedLane) => Promise<void>,
): Promise<void> {
  const ended = await Promise.allSettled(compared.map(each));
  const failed = ended.flatMap((one) => (one.status === 'rejected' ? [one.reason as Error] : []));
  const [first] = [...failed.filter((one) => one instanceof Mismatch), ...failed];
  if (first !== undefined) throw first;
}
