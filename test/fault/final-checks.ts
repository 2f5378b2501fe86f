// What must hold after the last fault is mended: every partition mirrors again, the logs end at the same
// offsets, and the complete comparison finds no difference.
import { setTimeout as sleep } from 'node:timers/promises';
import { CausewayError } from '../../src/base/errors.ts';
import type { BrokerConnection, KafkaCluster } from '../../src/kafka/client/cluster.ts';
import type { TopicPartition } from '../fixtures/link-plan.ts';
import { causeway } from './causeway-command.ts';
import { type FaultWorld, mirrorSet } from './fault-world.ts';

export const mirrorsAgainMsMax = 60_000;
export const endsAgreeMsMax = 120_000;

export interface FinalChecks {
  /** From the last heal until the last partition had written again what came after it; undefined: never. */
  readonly mirrorsAgainMs: number | undefined;
  /** From the last heal until all log ends agreed, the load having ended meanwhile. */
  readonly endsAgreeMs: number | undefined;
  readonly behind: readonly string[];
  readonly records: number;
  readonly verify: { readonly exitCode: number | undefined; readonly said: string };
  readonly status: { readonly exitCode: number | undefined; readonly said: string };
}

export const passed = (checks: FinalChecks): boolean =>
  (checks.mirrorsAgainMs ?? Infinity) <= mirrorsAgainMsMax &&
  (checks.endsAgreeMs ?? Infinity) <= endsAgreeMsMax &&
  checks.verify.exitCode === 0 &&
  checks.status.exitCode === 0;

/** Call right after the last heal, while the load still runs; ends the load. */
export async function checkFinally(world: FaultWorld): Promise<FinalChecks> {
  const healedAt = performance.now();
  const mirrorsAgainMs = await mirrorsAgain(world, healedAt);
  await Promise.all([world.load.stop(), world.transactions.stop()]);
  const { endsAgreeMs, behind } = await endsAgree(world, healedAt);
  const config = ['--config', world.operatorFile];
  const verify = await causeway('verify', mirrorSet, ...config);
  const status = await causeway('status', '--detailed-exitcode', ...config);
  const ends = await endsOf(world.target, world.partitions);
  return {
    mirrorsAgainMs,
    endsAgreeMs,
    behind,
    records: Number(ends.reduce<bigint>((sum, end) => sum + (end ?? 0n), 0n)),
    verify: { exitCode: verify.exitCode, said: `${verify.stdout}${verify.stderr}`.trim() },
    status: { exitCode: status.exitCode, said: `${status.stdout}${status.stderr}`.trim() },
  };
}

/** A partition mirrors again when its target log has passed where the source ended after the heal. */
async function mirrorsAgain(world: FaultWorld, healedAt: number): Promise<number | undefined> {
  const { source, target, partitions } = world;
  let marks: readonly (bigint | undefined)[] = [];
  while (performance.now() - healedAt < endsAgreeMsMax) {
    // The source itself may need a moment until it has a leader again.
    if (marks.length === 0 || marks.includes(undefined)) marks = await endsOf(source, partitions);
    const ends = await endsOf(target, partitions);
    if (ends.every((end, index) => end !== undefined && end > (marks[index] ?? end))) {
      return Math.round(performance.now() - healedAt);
    }
    await sleep(200);
  }
  return undefined;
}

async function endsAgree(world: FaultWorld, healedAt: number) {
  let behind: string[] = [];
  do {
    await giveBack(world);
    const [theirs, ours] = await Promise.all([
      endsOf(world.source, world.partitions),
      endsOf(world.target, world.partitions),
    ]);
    behind = world.partitions.flatMap(({ topic, partition }, index) => {
      const [source, target] = [theirs[index], ours[index]];
      if (source !== undefined && source === target) return [];
      return [`${topic}-${partition}: source ends at ${source ?? '?'}, target at ${target ?? '?'}`];
    });
    if (behind.length === 0) return { endsAgreeMs: Math.round(performance.now() - healedAt), behind };
    await sleep(200);
  } while (performance.now() - healedAt < endsAgreeMsMax);
  return { endsAgreeMs: undefined, behind };
}

/** Where fillers too many stand at the end, the next holes take them back. */
async function giveBack({ source, target, partitions, transactions }: FaultWorld): Promise<void> {
  const [theirs, ours] = await Promise.all([endsOf(source, partitions), endsOf(target, partitions)]);
  const ahead = partitions.filter((_, index) => (ours[index] ?? 0n) > (theirs[index] ?? ours[index] ?? 0n));
  if (ahead.length > 0) await transactions.touch(ahead);
}

/** High watermarks, in the order of `partitions`; undefined where no leader answers now. */
async function endsOf(
  cluster: KafkaCluster,
  partitions: readonly TopicPartition[],
): Promise<(bigint | undefined)[]> {
  const names = [...new Set(partitions.map(({ topic }) => topic))];
  const view = await cluster.metadata(names).catch(unknownForNow);
  const connections = new Map<number, Promise<BrokerConnection>>();
  try {
    return await Promise.all(
      partitions.map(async ({ topic, partition }) => {
        const found = view?.topics.find(({ name }) => name === topic)?.partitions;
        const leader = found?.find((each) => each.partition === partition)?.leaderId ?? -1;
        if (leader < 0) return undefined;
        const connecting = connections.get(leader) ?? cluster.connect(leader);
        connections.set(leader, connecting);
        return connecting.then((connection) => endOf(connection, topic, partition)).catch(unknownForNow);
      }),
    );
  } finally {
    for (const each of connections.values()) {
      each.then(
        (connection) => connection.destroy('asked'),
        () => undefined,
      );
    }
  }
}

/** A broker that is coming up may not answer yet: it is asked again. */
function unknownForNow(error: unknown): undefined {
  if (!(error instanceof CausewayError)) throw error;
  return undefined;
}

async function endOf(connection: BrokerConnection, topic: string, partition: number) {
  const partitions = [{ partition, currentLeaderEpoch: -1, timestamp: -1n }];
  const request = { replicaId: -1, isolationLevel: 0 as const, topics: [{ topic, partitions }] };
  const answer = (await connection.listOffsets(request))[0];
  return answer?.errorCode === 0 ? answer.offset : undefined;
}
