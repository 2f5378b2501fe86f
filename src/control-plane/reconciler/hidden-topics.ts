// Topics that ought to be in a cluster and may not be seen: the list of all topics passes over them, so they
// are asked for by name.
import type { KafkaCluster } from '../../kafka/client/cluster.ts';
import { rightOfRequest } from '../../kafka/acl/request-rights.ts';
import { lackText } from '../../kafka/acl/right.ts';
import { kafkaError } from '../../kafka/wire/error-codes.ts';
import type { ClusterLook, Denial } from './observation.ts';

/** Those of `expected` that the look does not have because of permissions. Kafka tells no more about them. */
export async function findHidden(
  cluster: KafkaCluster,
  look: Pick<ClusterLook, 'region' | 'topics'>,
  expected: ReadonlySet<string>,
): Promise<ReadonlyMap<string, Denial>> {
  const absent = [...expected].filter((name) => !look.topics.has(name));
  if (absent.length === 0) return new Map();
  const { topics } = await cluster.metadata(absent);
  const hidden = topics.filter(({ errorCode }) => errorCode === kafkaError.TOPIC_AUTHORIZATION_FAILED);
  return new Map(hidden.map(({ name }) => [name, denialOf(cluster, look.region, name)]));
}

function denialOf({ account }: KafkaCluster, region: string, topic: string): Denial {
  const said = 'TOPIC_AUTHORIZATION_FAILED answered to Metadata';
  const lack = lackText({ ...rightOfRequest.Metadata, resource: topic }, account, said);
  return { code: 'CW-3010', message: `${region}: not permitted to see ${topic}: ${lack}` };
}
