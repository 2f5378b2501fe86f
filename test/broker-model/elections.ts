// Who may lead a partition: replicas in sync, and with `eligible.leader.replicas.version` 1 (KIP-966, the
// default of clusters that begin with Kafka 4.1) those that left them when they were below the minimum.
// Pure (Kafka's PartitionChangeBuilder).
import type { PartitionImage } from './model-types.ts';

export interface Electorate {
  readonly hasEligibleLeaders: boolean;
  readonly isAlive: (brokerId: number) => boolean;
}

/** `image` with other replicas in sync. Without eligible leaders the last one stays, alive or not. */
export function withInSync(
  image: PartitionImage,
  inSync: readonly number[],
  { hasEligibleLeaders }: Electorate,
): PartitionImage {
  if (!hasEligibleLeaders) return inSync.length > 0 ? { ...image, inSync } : image;
  const isEnough = inSync.length >= Math.min(image.minInSync, image.replicas.length);
  const known = new Set([...image.eligible, ...image.inSync]);
  const eligible = isEnough ? [] : [...known].filter((id) => !inSync.includes(id));
  return { ...image, inSync, eligible };
}

/** The broker has ended without writing down what it knows: it may lack what it had. */
export const withoutEligible = (image: PartitionImage, brokerId: number): PartitionImage => ({
  ...image,
  eligible: image.eligible.filter((id) => id !== brokerId),
});

/** `image` with the leader that it gets; its leader epoch is raised where that is another one than before. */
export function elected(image: PartitionImage, electorate: Electorate): PartitionImage {
  const { inSync, eligible, replicas, lastLeaderId } = image;
  const mayLead = (id: number) => inSync.includes(id) || eligible.includes(id);
  const isLast = (id: number) => inSync.length + eligible.length === 0 && id === lastLeaderId;
  const leaderId = replicas.find((id) => electorate.isAlive(id) && (mayLead(id) || isLast(id))) ?? -1;
  if (leaderId === image.leaderId) return image;
  const leaderEpoch = image.leaderEpoch + 1;
  if (leaderId < 0) return { ...image, leaderId, leaderEpoch, lastLeaderId: image.leaderId };
  if (inSync.includes(leaderId)) return { ...image, leaderId, leaderEpoch };
  return { ...withoutEligible(image, leaderId), leaderId, leaderEpoch, inSync: [leaderId] };
}
