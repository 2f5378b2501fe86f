// Who leads and holds partitions, and how that is changed by an administrator.
import type { CampaignWorld } from '../campaign-world.ts';
import { waitUntil } from '../../fixtures/wait-until.ts';
import { type Region, sourceRegion } from '../topic-roles.ts';

export interface Placed {
  readonly topic: string;
  readonly partition: number;
  readonly leaderId: number;
  readonly replicas: readonly number[];
}

const sideOf = (region: Region) => (region === sourceRegion ? 'source' : 'target');

export async function placesOf(
  world: CampaignWorld,
  region: Region,
  topics: readonly string[],
): Promise<Placed[]> {
  const { topics: found } = await world.clusterOf(region).metadata(topics);
  return found.flatMap(({ name, partitions }) =>
    partitions.map(({ partition, leaderId, replicas }) => ({
      topic: name ?? '',
      partition,
      leaderId,
      replicas,
    })),
  );
}

/** Puts a partition onto these brokers, the first one preferred. Throws where that is refused. */
export async function reassign(
  world: CampaignWorld,
  region: Region,
  { topic, partition }: Placed,
  replicas: readonly number[],
): Promise<void> {
  const words = ['reassign', topic, String(partition), replicas.join(',')];
  const refusal = await world.loads.java.administer(sideOf(region), ...words);
  if (refusal !== undefined) throw new Error(`${topic}-${partition} is not reassigned: ${refusal}`);
}

/** Has the next replica in the list lead, by a clean election. Resolves with whether it does. */
export async function moveLeader(world: CampaignWorld, region: Region, place: Placed): Promise<boolean> {
  const { topic, partition, leaderId, replicas } = place;
  const next = replicas[(replicas.indexOf(leaderId) + 1) % replicas.length] ?? leaderId;
  await reassign(world, region, place, [next, ...replicas.filter((each) => each !== next)]);
  await world.loads.java.administer(sideOf(region), 'elect', 'preferred', topic, String(partition));
  const [now] = (await placesOf(world, region, [topic])).filter((each) => each.partition === partition);
  return now !== undefined && now.leaderId !== leaderId;
}

/** Until the partition is held by exactly these. */
export async function holdsNow(
  world: CampaignWorld,
  region: Region,
  { topic, partition }: Placed,
  count: number,
): Promise<void> {
  await waitUntil(`${topic}-${partition} to have ${count} replicas in sync`, async () => {
    const view = await world.clusterOf(region).metadata([topic]);
    const found = view.topics[0]?.partitions.find((each) => each.partition === partition);
    return found?.replicas.length === count && found.inSync.length === count;
  });
}
