// The same question to the leader of every partition, and which leaders could not be asked.
import type { Connection } from '../../kafka/client/connection.ts';
import type { TopicView } from '../../kafka/wire/messages.ts';
import type { RegionSite } from '../region-site.ts';
import type { Said } from '../finding.ts';

/** Partitions of one topic that one broker leads. */
export interface Led {
  readonly topic: string;
  readonly partitions: readonly number[];
}

export interface LeadersAnswers<T> {
  readonly answers: readonly T[];
  /** What is not known for want of a connection. */
  readonly unasked: readonly Said[];
}

export async function askLeaders<T>(
  site: RegionSite,
  topics: readonly TopicView[],
  ask: (connection: Connection, led: readonly Led[]) => Promise<readonly T[]>,
): Promise<LeadersAnswers<T>> {
  const leaders = [
    ...new Set(topics.flatMap(({ partitions }) => partitions.map(({ leaderId }) => leaderId))),
  ];
  const silent = leaders.filter((leader) => leader >= 0 && site.connectionTo(leader) === undefined);
  const asked = leaders.map(async (leader) => {
    const connection = site.connectionTo(leader);
    return connection === undefined ? [] : ask(connection, ledBy(leader, topics));
  });
  const unasked = silent.map((leader): Said => {
    return { state: 'not-run', what: `broker ${leader} of ${site.name} cannot be reached` };
  });
  return { answers: (await Promise.all(asked)).flat(), unasked };
}

function ledBy(leader: number, topics: readonly TopicView[]): Led[] {
  return topics.flatMap(({ name, partitions }) => {
    const led = partitions.filter(({ leaderId }) => leaderId === leader).map(({ partition }) => partition);
    return led.length === 0 ? [] : [{ topic: name, partitions: led }];
  });
}
