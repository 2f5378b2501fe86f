// What befalls the paths between workers and brokers, and what is on its way over them.
import { pick } from '../../src/base/random.ts';
import type { ModelCluster } from '../broker-model/model-cluster.ts';
import type { ModelConnection } from '../broker-model/model-connection.ts';
import type { FaultKind, Hit } from './fault.ts';

interface Found {
  readonly cluster: ModelCluster;
  readonly connection: ModelConnection;
}

function anyConnection(
  { anyCluster, random }: Hit,
  isMeant: (connection: ModelConnection) => boolean = () => true,
): Found | undefined {
  const cluster = anyCluster();
  const open = [...cluster.connections].filter(isMeant);
  return open.length === 0 ? undefined : { cluster, connection: pick(random, open) };
}

/** A path that is blocked already is somebody else's to mend. */
function block(hit: Hit, links: readonly string[], what: string): boolean {
  const { scheduler } = hit.regions;
  const mine = links.filter((link) => !scheduler.isBlocked(link));
  if (mine.length === 0) return false;
  for (const link of mine) scheduler.block(link);
  hit.mend(`heal ${what}`, () => {
    for (const link of mine) scheduler.unblock(link);
  });
  return true;
}

export const networkFaults: readonly FaultKind[] = [
  {
    name: 'path cut',
    begin(hit) {
      const { connection } = anyConnection(hit) ?? {};
      if (connection === undefined) return false;
      hit.touch(connection.clientName);
      return block(hit, [`${connection.link} cut`], 'a path');
    },
  },
  {
    name: 'path cut one way',
    begin(hit) {
      const { connection } = anyConnection(hit) ?? {};
      if (connection === undefined) return false;
      hit.touch(connection.clientName);
      return block(hit, [`${connection.link} ${pick(hit.random, ['>', '<'])}`], 'one way');
    },
  },
  {
    name: 'worker cut off from a region',
    begin(hit) {
      const route = hit.anyRoute();
      const worker = pick(hit.random, route.workers);
      if (!worker.running) return false;
      hit.touch(worker.name);
      const cluster = pick(hit.random, [route.home.cluster, route.target]);
      const links = cluster.brokerIds.map((id) => `${cluster.linkOf(worker.owner, id)} cut`);
      return block(hit, links, 'the paths');
    },
  },
  {
    name: 'connection reset',
    begin(hit) {
      const { cluster, connection } = anyConnection(hit) ?? {};
      if (connection === undefined) return false;
      hit.touch(connection.clientName);
      cluster?.breakConnection(connection, hit.random.int(4));
      return true;
    },
  },
  {
    name: 'answers lost',
    begin(hit) {
      const { cluster, connection } = anyConnection(hit, ({ isWaiting }) => isWaiting) ?? {};
      if (connection === undefined) return false;
      hit.touch(connection.clientName);
      cluster?.breakConnection(connection, Number.POSITIVE_INFINITY);
      return true;
    },
  },
  {
    name: 'messages late',
    begin(hit) {
      const { connection } = anyConnection(hit) ?? {};
      if (connection === undefined) return false;
      hit.touch(connection.clientName);
      const channel = pick(hit.random, [connection.requestChannel, connection.answerChannel]);
      hit.regions.scheduler.delayChannel(channel, hit.random.int(4_000));
      return true;
    },
  },
  {
    name: 'produce repeated',
    begin(hit) {
      const { connection } = anyConnection(hit, ({ hasProduced }) => hasProduced) ?? {};
      if (connection?.repeatProduce(hit.random.int(4_000)) !== true) return false;
      hit.touch(connection.clientName);
      return true;
    },
  },
  {
    name: 'slow network',
    begin({ anyCluster, random, touch, mend }) {
      const cluster = anyCluster();
      if (cluster.slowedMs > 0) return false;
      touch(cluster.name);
      cluster.slowedMs = pick(random, [20, 150, 400]);
      mend(`${cluster.name} is fast again`, () => {
        cluster.slowedMs = 0;
      });
      return true;
    },
  },
];
