// What clusters do and have done to them, and the mirror has to stand: elections, reassignments, partitions
// added, cleaners, settings, quotas, coordinators that move, transactions left open.
import { setClientQuotas } from '../../../lab/region-admin.ts';
import { pick } from '../../../src/base/random.ts';
import { alterTopic, trimTo } from '../../fixtures/odd-topics.ts';
import { ProbedLog } from '../../fixtures/probed-log.ts';
import { waitUntil } from '../../fixtures/wait-until.ts';
import type { CampaignWorld } from '../campaign-world.ts';
import { offsetsOf } from '../log-offsets.ts';
import {
  cleanerAtRest,
  cleanerEager,
  type Region,
  regions,
  sourceRegion,
  targetRegion,
} from '../topic-roles.ts';
import { done, type FaultKind, type OpenFault } from './fault-kind.ts';
import { holdsNow, moveLeader, placesOf, reassign } from './leaders.ts';

const side = (region: Region) => (region === sourceRegion ? 'source' : 'target');
const moving = ['plain', 'txn', 'keyed'] as const;
const coordinators = ['__transaction_state', '__consumer_offsets'] as const;
const widest = 8;
const fetchBytesPerSecond = 3_000;
const produceBytesPerSecond = 800;

const kindOf = (
  name: string,
  weight: number,
  things: readonly string[],
  begin: FaultKind['begin'],
): FaultKind => ({ name, family: 'Kafka', weight, things, begin });

const elections = (region: Region): FaultKind =>
  kindOf(
    `clean elections at the ${side(region)}`,
    region === targetRegion ? 10 : 4,
    [region],
    async (world) => {
      let moved = 0;
      // All at once: requests are under way to leaders that are none any more.
      for (const place of await placesOf(world, region, moving)) {
        if (await moveLeader(world, region, place)) moved += 1;
      }
      return { text: `${moved} leaders moved in ${region}`, tookEffect: () => moved > 0, mend: done };
    },
  );

const reassignment = (region: Region): FaultKind =>
  kindOf(`reassignment at the ${side(region)}`, 2, [region], async (world, random) => {
    const place = pick(random, await placesOf(world, region, moving));
    const { topic, partition, replicas } = place;
    const left = replicas.filter((each) => each !== place.leaderId);
    await reassign(world, region, place, left);
    const mend = async () => {
      await reassign(world, region, place, [...left, place.leaderId]);
      await holdsNow(world, region, place, replicas.length);
    };
    return {
      text: `${topic}-${partition} taken from broker ${place.leaderId}`,
      tookEffect: () => true,
      mend,
    };
  });

const coordinatorMove: FaultKind = kindOf('coordinators moved', 4, [targetRegion], async (world) => {
  let moved = 0;
  for (const place of await placesOf(world, targetRegion, coordinators)) {
    if (await moveLeader(world, targetRegion, place)) moved += 1;
  }
  return { text: `${moved} coordinators moved`, tookEffect: () => moved > 0, mend: done };
});

const partitionIncrease: FaultKind = kindOf('partitions added', 1, ['topic wide'], async (world) => {
  const before = (await placesOf(world, sourceRegion, ['wide'])).length;
  const count = before >= widest ? before : before + 1;
  await world.adminOf(sourceRegion).raisePartitions('wide', count);
  let hasFollowed = false;
  return {
    text: `wide has ${count} partitions`,
    tookEffect: () => hasFollowed,
    mend: async () => {
      await waitUntil('the copy to have them, too', async () => {
        return (await placesOf(world, targetRegion, ['wide'])).length === count;
      });
      hasFollowed = count > before;
    },
  };
});

/** Batches count: a cleaner that takes all of one leaves none. */
async function recordsBelow(world: CampaignWorld, end: number, partition: number): Promise<number> {
  const log = await ProbedLog.open(world.source, 'keyed', partition);
  try {
    const batches = (await log.batches()).filter(({ baseOffset }) => Number(baseOffset) < end);
    return batches.reduce((sum, { records }) => sum + records, 0);
  } finally {
    log.leader.destroy('looked');
  }
}

const eagerCleaner: FaultKind = kindOf('eager cleaner', 3, ['topic keyed'], async (world) => {
  const servers = world.servers(sourceRegion);
  const end = Number((await offsetsOf(world.source, { topic: 'keyed', partition: 0 }))?.end ?? 0n);
  const records = async () => {
    // Of an end that is not committed yet nothing is read.
    const found = await waitUntil('keyed to be read', async () => ({
      count: await recordsBelow(world, end, 0),
    }));
    return found.count;
  };
  const before = await records();
  await alterTopic(servers, 'keyed', cleanerEager);
  let hasCleaned = false;
  return {
    text: 'the source’s cleaner is eager',
    tookEffect: () => hasCleaned,
    mend: async () => {
      const isClean = async () => (await records()) < before;
      hasCleaned = before > 0 && (await isClean());
      await alterTopic(servers, 'keyed', { ...cleanerAtRest, 'segment.ms': '604800000' });
    },
  };
});

const settingsChanged: FaultKind = kindOf('settings changed', 1, ['settings'], async (world, random) => {
  const retention = String((3_000 + random.int(3_000)) * 86_400_000);
  await alterTopic(world.servers(sourceRegion), 'txn', { 'retention.ms': retention });
  let hasFollowed = false;
  return {
    text: `retention of txn is ${retention} ms`,
    tookEffect: () => hasFollowed,
    mend: async () => {
      await waitUntil('the copy’s settings to follow', async () => {
        const found = await world.adminOf(targetRegion).topicSettings(['txn']);
        return found.get('txn')?.get('retention.ms') === retention;
      });
      hasFollowed = true;
    },
  };
});

const quota = (region: Region): FaultKind => ({
  // Until the windows that brokers count in are full.
  lastsMs: [8_000, 14_000],
  ...kindOf(
    `quota at the ${side(region)}`,
    region === targetRegion ? 5 : 2,
    [`quota of ${region}`],
    async (world): Promise<OpenFault> => {
      const state = `held up by a quota of the ${side(region)}` as const;
      const before = world.coverage.counts[state];
      const clients = world.processes.workers.map((place) => `causeway-${world.processes.at(place).name}`);
      const set = (fetch: number | undefined, produce: number | undefined) =>
        Promise.all(
          clients.map((client) => setClientQuotas(world.servers(region), client, { fetch, produce })),
        );
      try {
        await set(fetchBytesPerSecond, produceBytesPerSecond);
      } catch (error) {
        // Among other faults some may have been set.
        await waitUntil('quotas to be gone', async () => Boolean(await set(undefined, undefined)));
        throw error;
      }
      return {
        text: `${region} grants ${fetchBytesPerSecond} B/s to read, ${produceBytesPerSecond} B/s to write`,
        tookEffect: () => {
          world.processes.readEvents();
          return world.coverage.counts[state] > before;
        },
        mend: async () => void (await set(undefined, undefined)),
      };
    },
  ),
});

const leftOpen: FaultKind = kindOf('transaction left to its time-out', 2, ['transactions'], async (world) => {
  const { java } = world.loads;
  const before = java.leftOpen;
  java.leaveOpen();
  return { text: 'a transaction is left open', tookEffect: () => java.leftOpen > before, mend: done };
});

/** Of what is copied already: the copy keeps it, or not, as its set says, and nothing stops. */
const recordsDeleted: FaultKind = kindOf('copied records deleted', 1, ['topic lost-copy'], async (world) => {
  const at = { topic: 'lost-copy', partition: 0 };
  const copied = (await offsetsOf(world.target, at))?.end ?? 0n;
  const source = await offsetsOf(world.source, at);
  const to = source === undefined || copied < source.start ? 0n : copied / 2n;
  if (source !== undefined && to > source.start) await trimTo(world.servers(sourceRegion), at.topic, to);
  const isTrimmed = (await offsetsOf(world.source, at))?.start === to;
  return { text: `lost-copy begins at ${to}`, tookEffect: () => isTrimmed, mend: done };
});

export const kafkaKinds: readonly FaultKind[] = [
  ...regions.flatMap((region) => [elections(region), reassignment(region), quota(region)]),
  coordinatorMove,
  partitionIncrease,
  eagerCleaner,
  settingsChanged,
  leftOpen,
  recordsDeleted,
];
