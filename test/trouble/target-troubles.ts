// What can happen to a copy at the target, in the order in which the test makes it happen: each is over
// before the next one begins.
import assert from 'node:assert/strict';
import { systemClock } from '../../src/base/clock.ts';
import { seededRandom } from '../../src/base/random.ts';
import { CoordinatorLookup } from '../../src/kafka/client/coordinator-lookup.ts';
import { TransactionCoordinators } from '../../src/kafka/client/transaction-coordinators.ts';
import { kafkaError } from '../../src/kafka/wire/error-codes.ts';
import { guardIdOf } from '../../src/ledger/transactional-id.ts';
import { alterBrokers, appendTransaction } from '../fixtures/odd-topics.ts';
import { TransactionLoad } from '../fixtures/transaction-load.ts';
import { waitUntil } from '../fixtures/wait-until.ts';
import { forceElection } from './steps.ts';
import type { Trouble } from './trouble.ts';
import { mirrorSet, sourceRegion, targetRegion, type TroubleWorld } from './trouble-world.ts';

/** Before anything happens. */
export const recordsAtFirst = 200;

/** What the brokers forget soon in the test. */
export const targetSettings: Readonly<Record<string, string>> = {
  'producer.id.expiration.check.interval.ms': '200',
  'transactional.id.expiration.ms': '3000',
  'transaction.remove.expired.transaction.cleanup.interval.ms': '300',
  'transaction.abort.timed.out.transaction.cleanup.interval.ms': '300',
};

const dayMs = '86400000';
const guardOf = (topic: string) => guardIdOf(mirrorSet, targetRegion, topic, 0);

/** While `use` runs, the brokers forget producer ids that have rested for half a second. */
async function forgetting(world: TroubleWorld, use: () => Promise<void>): Promise<void> {
  const expireAfter = (ms: string) =>
    alterBrokers(world.lab.bootstrapServers(targetRegion), [1, 2, 3], { 'producer.id.expiration.ms': ms });
  await expireAfter('500');
  await use();
  await expireAfter(dayMs);
}

async function knowsNoProducer(world: TroubleWorld, topic: string): Promise<void> {
  await waitUntil(`${topic} to know no producer`, async () => (await world.producers(topic)).length === 0);
}

async function withCoordinators(
  { target }: TroubleWorld,
  use: (coordinators: TransactionCoordinators) => Promise<void>,
): Promise<void> {
  const coordinators = new TransactionCoordinators({ cluster: target, clock: systemClock });
  try {
    await use(coordinators);
  } finally {
    coordinators.close();
  }
}

/**
 * What a worker leaves behind that stands still between the two halves of a filler by the coordinator’s
 * way, until its transaction has timed out.
 */
const halfAFiller = (world: TroubleWorld, topic: string): Promise<void> =>
  withCoordinators(world, async (coordinators) => {
    const transactionalId = guardOf(topic);
    const id = await coordinators.initProducerId({ transactionalId, transactionTimeoutMs: 1_000 });
    const { producerId, producerEpoch } = id;
    const topics = [{ topic, partitions: [0] }];
    const request = { transactionalId, producerId, producerEpoch, topics };
    assert.equal((await coordinators.addPartitionsToTxn(request)).errorCode, kafkaError.NONE);
    await world.ends(world.target, topic, BigInt(recordsAtFirst + 1));
  });

const forgotten = (world: TroubleWorld, topic: string): Promise<void> =>
  withCoordinators(world, async (coordinators) => {
    await waitUntil(`the id of ${topic} to be forgotten`, async () => {
      const { errorCode } = await coordinators.describeTransaction(guardOf(topic));
      return errorCode === kafkaError.TRANSACTIONAL_ID_NOT_FOUND;
    });
  });

/** Freezes a broker until another one does what it did, and lets it come back. */
async function moveFrom(world: TroubleWorld, topic: string, who: () => Promise<number>): Promise<void> {
  const broker = await who();
  world.lab.faults.pause(targetRegion, broker);
  await waitUntil(`broker ${broker} to be relieved`, async () => ![broker, -1].includes(await who()));
  world.lab.faults.resume(targetRegion, broker);
  await world.inSync(world.target, topic, 3);
}

/** Who coordinates the topic's transactional id, asked of one broker after the other. */
function coordinatorOf({ target }: TroubleWorld, topic: string) {
  const lookup = new CoordinatorLookup(target);
  const find = async () => {
    lookup.forget(guardOf(topic));
    return (await lookup.find(guardOf(topic), true)).nodeId;
  };
  return { find, [Symbol.dispose]: () => lookup.close() };
}

export const targetTroubles: readonly Trouble[] = [
  {
    title: 'The copy was deleted, and no controller runs',
    topic: 'deleted',
    what:
      'Somebody deleted the topic in us-east. Where a controller runs, it creates the topic again ' +
      'within seconds, and the worker copies it anew. Here none runs, and the worker notices at the ' +
      'next record:',
    make: async (world) => {
      await world.endServer('controller');
      await world.lab.deleteTopic(targetRegion, 'deleted');
      await world.produce('deleted', 10);
    },
    state: 'waiting',
    code: 'CW-2002',
    says: [/deleted-0 waiting(?: at target offset 200)?: CW-2002 us-east/],
    lost: 'Nothing that the source still holds.',
    steps: [
      {
        shown: 'causeway serve --region us-east --role controller',
        run: (world) => world.serve('controller', ['controller']),
      },
    ],
    check: (world) => world.ends(world.target, 'deleted', 210n),
    after:
      'Then find out who may delete topics there: the copy is read-only for others, but for administrators.',
  },
  {
    title: 'All replicas in sync are lost',
    topic: 'leaderless',
    what:
      'Broker 2 was away when 100 records were copied, then broker 1 was lost, which alone had them. ' +
      'Unclean elections are switched off for copies, so the partition has no leader.',
    make: async (world) => {
      const cluster = world.viaBroker(targetRegion, 3);
      const { faults } = world.lab;
      await faults.kill(targetRegion, 2);
      await world.outOfSync(cluster, 'leaderless', 2);
      await world.produce('leaderless', 100);
      await world.ends(cluster, 'leaderless', BigInt(recordsAtFirst + 100));
      await faults.kill(targetRegion, 1);
      await faults.start(targetRegion, 2);
      const isGone = async () => (await world.leader(cluster, 'leaderless')) === -1;
      await waitUntil('the partition to have no leader', isGone);
      await world.produce('leaderless', 100);
    },
    state: 'waiting',
    code: 'CW-2021',
    says: [/leaderless-0 waiting(?: at target offset 300)?: CW-2021 us-east: leaderless-0 has no leader/],
    lost:
      'Nothing, whichever way is taken: what a replica of the copy lacks is copied again, to the same ' +
      'offsets. Consumers of the copy that are ahead of the new leader read those records again.',
    steps: [forceElection('leaderless', [2, 3])],
    check: async (world) => {
      await world.ends(world.viaBroker(targetRegion, 3), 'leaderless', 400n);
      await world.lab.faults.start(targetRegion, 1);
      await world.inSync(world.target, 'leaderless', 2);
    },
    after:
      'If broker 1 can be started again, start it instead: then nothing is copied twice. Should the ' +
      'source have deleted meanwhile what the new leader lacks, the partition stops with CW-2007 ' +
      '([retention overtook the mirror](source-trouble.md#retention-overtook-the-mirror)).',
  },
  {
    title: 'Producer ids are forgotten',
    topic: 'resting',
    what:
      'Nothing was written to a partition for longer than the brokers remember producers ' +
      '(`producer.id.expiration.ms`, one day). The fence of the mirror rests on that memory; here it is ' +
      'gone twice, once under a worker that runs, and once more while the worker is restarted.',
    make: (world) =>
      forgetting(world, async () => {
        await knowsNoProducer(world, 'resting');
        await world.produce('resting', 100);
        await world.ends(world.target, 'resting', 300n);
        await world.endServer('worker');
        await knowsNoProducer(world, 'resting');
        await world.produce('resting', 100);
        await world.serve('worker', ['worker']);
        await world.ends(world.target, 'resting', 400n);
      }),
    state: 'mirroring',
    says: [/resting is mirrored by shop to us-east\./],
    lost: 'Nothing. The first write begins at a random sequence, alone, and the fence is there again.',
    steps: [],
  },
  {
    title: 'The transactional id of a partition is forgotten',
    topic: 'compacted',
    what:
      'Holes of a partition are filled under a transactional id of its own, which the coordinator ' +
      'forgets when it has rested for a week (`transactional.id.expiration.ms`). In a compacted topic ' +
      'the data goes under it, too.',
    make: async (world) => {
      const servers = world.lab.bootstrapServers(sourceRegion);
      // Several holes: one hole alone would leave the copy one ahead.
      const holes = () => appendTransaction(servers, 'compacted', 3, 'abort');
      await holes();
      await world.mirrored('compacted');
      await forgotten(world, 'compacted');
      await holes();
      await world.mirrored('compacted');
    },
    state: 'mirroring',
    says: [/compacted is mirrored by shop to us-east\./],
    lost:
      'Nothing. The partition gets another id, recorded in `causeway.generations`, and the old one is ' +
      'closed by a filler that is written directly. Where the source has one hole alone then, the copy is ' +
      'one ahead until the next holes.',
    steps: [],
    after:
      'Without `Alter` on the target’s cluster the old id of a compacted topic cannot be closed, and ' +
      'the partition stops with CW-2032: give the workers that right, restart them, and run `causeway ' +
      'mirrors resume`.',
  },
  {
    title: 'Leader and coordinator move while holes are filled',
    topic: 'moving',
    what:
      'Transactions, some of them aborted, are written at the source all the time. The broker that ' +
      'leads the copy freezes until another one leads, then the broker that coordinates its ' +
      'transactional id.',
    make: async (world) => {
      const servers = world.lab.bootstrapServers(sourceRegion);
      const at = [{ topic: 'moving', partition: 0 }];
      const load = new TransactionLoad(servers, seededRandom(1), at, {
        producers: 2,
        transactionsPerSecond: 20,
      });
      try {
        await moveFrom(world, 'moving', () => world.leader(world.target, 'moving'));
        using coordinator = coordinatorOf(world, 'moving');
        await moveFrom(world, 'moving', coordinator.find);
        await load.stop();
        assert.ok(load.committed > 20 && load.aborted > 0, `${load.committed} and ${load.aborted}`);
        await waitUntil('both ends to agree', async () => {
          const source = await world.offset(world.source, 'moving');
          const target = await world.offset(world.target, 'moving');
          // Fillers too many are given back at the next holes.
          if (target > source) await load.touch(at);
          return source === target;
        });
      } finally {
        await load[Symbol.asyncDispose]();
      }
    },
    state: 'mirroring',
    says: [/moving is mirrored by shop to us-east\./],
    lost:
      'Nothing. For some seconds the partition waits (CW-2021, CW-2022, CW-3003 or CW-3004), and goes ' +
      'on by itself. Where a filler landed twice it is *shifted* until the next holes ([what that ' +
      'means](shifted-and-held.md#shifted)).',
    steps: [],
  },
  {
    title: 'A transaction of the mirror itself times out',
    topic: 'guarded',
    what:
      'Without `Alter` on the cluster each hole is filled by the end of an empty transaction. A worker ' +
      'that stands still in the middle of one, while another takes over, leaves it open; after a minute ' +
      'the coordinator ends it, with one control record more than there are holes.',
    make: async (world) => {
      await halfAFiller(world, 'guarded');
      await world.produce('guarded', 100);
      await world.ends(world.target, 'guarded', 301n);
    },
    state: 'mirroring',
    says: [
      /guarded is mirrored by shop to us-east\./,
      /guarded-0 is shifted by 1 \(from target offset 201 on by 1\); identical again after the next hole/,
    ],
    lost:
      'Nothing: every record is there, once and in order, from offset 200 on one further than at the ' +
      'source. The ledger says so to whoever moves offsets between the regions.',
    steps: [
      {
        shown: '# nothing: the next transaction that ends at the source makes it identical again',
        run: async (world) => {
          await appendTransaction(world.lab.bootstrapServers(sourceRegion), 'guarded', 3);
          assert.equal(await world.mirrored('guarded'), 304n);
          const was = 'guarded-0 was shifted (from target offset 201 on by 1, from target offset 304 on';
          await waitUntil('the shift to be told as over', async () => {
            const said = await world.mustCauseway('mirrors', 'explain', 'guarded');
            return said.replaceAll(/\s+/g, ' ').includes(was);
          });
        },
      },
    ],
    after:
      'Where no transactions are written, or its offsets must be the same throughout, ' +
      '[copy the topic anew](source-trouble.md#to-copy-a-topic-anew).',
  },
];
