// What can happen to a topic at the source. In the order in which the test makes it happen: the first ones
// while all is well, the last ones while the link is cut.
import assert from 'node:assert/strict';
import { trimTo } from '../fixtures/odd-topics.ts';
import { waitUntil } from '../fixtures/wait-until.ts';
import { deleteCopy, saveFromCopy } from './steps.ts';
import type { Trouble } from './trouble.ts';
import { sourceRegion, targetRegion, type TroubleWorld } from './trouble-world.ts';

/** Before anything happens. */
export const recordsAtFirst = 200;
/** Written while the follower is away that leads later. */
const recordsLost = 100;

const recreated = async (world: TroubleWorld, topic: string, records: number) => {
  await world.lab.deleteTopic(sourceRegion, topic);
  await world.createTopic(topic, { brokers: [3] });
  await world.produce(topic, records);
};

/**
 * An unclean election: brokers 1 and 2 hold the topics, 2 is frozen while records are written that the mirror
 * copies, then 1 is frozen and 2 leads. The link is cut before that, and broker 1 stays frozen.
 */
async function loseTail(world: TroubleWorld, topics: readonly string[]): Promise<void> {
  const cluster = world.viaBroker(sourceRegion, 3);
  world.lab.faults.pause(sourceRegion, 2);
  for (const topic of topics) await world.outOfSync(cluster, topic, 2);
  for (const topic of topics) await world.produce(topic, recordsLost, { cluster });
  for (const topic of topics) await world.ends(world.target, topic, BigInt(recordsAtFirst + recordsLost));
  for (const topic of topics) await world.cut(topic);
  world.lab.faults.pause(sourceRegion, 1);
  world.lab.faults.resume(sourceRegion, 2);
  for (const topic of topics) {
    const isLeader = async () => (await world.leader(cluster, topic)) === 2;
    await waitUntil(`broker 2 to lead ${topic}`, isLeader);
    await world.ends(cluster, topic, BigInt(recordsAtFirst));
  }
}

const unclean = {
  brokers: [1, 2],
  config: { 'unclean.leader.election.enable': 'true', 'min.insync.replicas': '1' },
};

/** How a topic is created where it is not held by broker 3 alone. */
export const shapes: Readonly<Record<string, typeof unclean>> = { truncated: unclean, regrown: unclean };

export const sourceTroubles: readonly Trouble[] = [
  {
    title: 'The topic was deleted',
    topic: 'deleted',
    what: 'Somebody deleted the topic in eu-west. The worker waits, and looks again every few seconds.',
    make: ({ lab }) => lab.deleteTopic(sourceRegion, 'deleted'),
    state: 'waiting',
    code: 'CW-2001',
    says: [/✗ it exists in eu-west: there is no such topic/, /waiting at target offset 200: CW-2001/],
    lost: 'Nothing at the copy: it keeps all 200 records, and stays readable.',
    steps: [
      {
        shown: 'causeway apply --yes        # after: exclude: [deleted] in causeway.yaml',
        run: async (world) => {
          await world.exclude(['deleted']);
          await world.mustCauseway('apply', '--yes');
          await waitUntil('deleted to be left', async () => {
            const said = (await world.causeway('mirrors', 'explain', 'deleted')).stdout;
            return /"exclude" of shop takes it out/.test(said);
          });
        },
      },
    ],
    check: (world) => world.ends(world.target, 'deleted', BigInt(recordsAtFirst)),
    after:
      'The copy stays in us-east as an ordinary topic; delete it there when nobody needs it. If the ' +
      'topic is created again instead, that is the next trouble.',
  },
  {
    title: 'The topic was deleted and created again',
    topic: 'recreated',
    what:
      'The new topic has the name of the old one and other records, here 50 in place of 200. It is told ' +
      'from the old one by its topic id.',
    make: (world) => recreated(world, 'recreated', 50),
    state: 'stopped',
    code: 'CW-2003',
    says: [/stopped(?: at target offset 200)?: CW-2003 .*topic id \S+ where \S+ was mirrored/],
    lost: 'Nothing: the copy holds the records of the former topic, the source those of the new one.',
    steps: [deleteCopy('recreated')],
    check: (world) => world.ends(world.target, 'recreated', 50n),
    after:
      'The controller creates the topic in us-east again within seconds, and the new topic is copied ' +
      'from its first record. With `on.recreate: recreate` in the mirror set that happens by itself; ' +
      'with `keep` the old copy stays.',
  },
  {
    title: 'The topic was created again, with as many records',
    topic: 'twin',
    what:
      'As before, but the new topic ends where the old one did, so that the offsets alone would not ' +
      'tell.',
    make: (world) => recreated(world, 'twin', recordsAtFirst),
    state: 'stopped',
    code: 'CW-2003',
    says: [/stopped(?: at target offset 200)?: CW-2003/],
    lost: 'Nothing, as before.',
    steps: [deleteCopy('twin')],
  },
  {
    title: 'The partition count was raised',
    topic: 'wider',
    what: 'The topic had one partition in eu-west and has three now.',
    make: async (world) => {
      await world.adminOf(sourceRegion).raisePartitions('wider', 3);
      await waitUntil('the third partition', async () => (await world.leader(world.source, 'wider', 2)) >= 0);
      await world.produce('wider', 30, { partition: 2 });
      await waitUntil('the third partition to be mirrored', async () => {
        return (await world.offset(world.target, 'wider', 'end', 2)) === 30n;
      });
    },
    state: 'mirroring',
    says: [/wider is mirrored by shop to us-east\./, /✓ every partition is mirroring: 3 partitions/],
    lost: 'Nothing. The controller adds the partitions in us-east, and a worker takes them on.',
    steps: [],
  },
  {
    title: 'Settings were changed',
    topic: 'settings',
    what: 'Retention in eu-west was set from unlimited to ten years.',
    make: async (world) => {
      const retention = String(3_650 * 86_400_000);
      const changed = new Map([['retention.ms', retention]]);
      await world.adminOf(sourceRegion).setTopicSettings('settings', changed);
      await waitUntil('retention to follow', async () => {
        const found = await world.adminOf(targetRegion).topicSettings(['settings']);
        return found.get('settings')?.get('retention.ms') === retention;
      });
    },
    state: 'mirroring',
    says: [/settings is mirrored by shop to us-east\./],
    lost:
      'Nothing. What belongs to the data (cleanup policy, retention, segments) follows within seconds, ' +
      'and what was changed at the copy by hand is set back; `causeway plan` lists what differs.',
    steps: [],
  },
  {
    title: 'The log was truncated',
    topic: 'truncated',
    what:
      'An unclean leader election in eu-west: the new leader had only the first 200 of 300 records, ' +
      'which were all mirrored. It is asked twice before the partition stops, 15 s apart, since a ' +
      'broker that was cut off may tell of an older end.',
    make: (world) => loseTail(world, ['truncated', 'regrown']),
    state: 'stopped',
    code: 'CW-2008',
    says: [
      /CW-2008 .*the source ends at 200, the mirror at 300/,
      /only the copy holds what is at its offsets 200\.\.299 \(100 offsets\); before them both hold the same/,
    ],
    lost:
      'The source lost offsets 200 to 299; the copy has them. What producers write from now on takes ' +
      'those offsets again, with other records.',
    steps: [saveFromCopy('truncated', 200, recordsLost), deleteCopy('truncated')],
    check: (world) => world.ends(world.target, 'truncated', BigInt(recordsAtFirst)),
    after:
      'Write what was saved to the source again where it is missed: it gets new offsets, and is mirrored.',
  },
  {
    title: 'The log was truncated and has grown past the mirror',
    topic: 'regrown',
    what:
      'The same election, and producers wrote 400 records to the new leader before the mirror looked ' +
      'again: the source ends beyond the mirror, and nothing seems to be missing.',
    make: async (world) => {
      const cluster = world.viaBroker(sourceRegion, 3);
      await world.produce('regrown', 400, { cluster });
      world.lab.faults.resume(sourceRegion, 1);
      for (const topic of ['truncated', 'regrown']) await world.inSync(cluster, topic, 2);
    },
    state: 'stopped',
    code: 'CW-2006',
    says: [
      /CW-2006 .*us-east regrown-0 holds 290\.\.299 .*eu-west regrown-0 holds 290\.\.299/,
      /only the copy holds what is at its offsets 200\.\.299 \(100 offsets\); before them both hold the same/,
    ],
    lost:
      'The source has other records at offsets 200 to 299 than the copy: the former ones are at the ' +
      'copy only.',
    steps: [saveFromCopy('regrown', 200, recordsLost), deleteCopy('regrown')],
    check: (world) => world.ends(world.target, 'regrown', 600n),
  },
  {
    title: 'Retention overtook the mirror',
    topic: 'overtaken',
    what:
      'The link was down for longer than the source keeps records: 300 were deleted in eu-west before ' +
      'they were mirrored, then 100 more were written.',
    make: (world) => overtake(world, 'overtaken'),
    state: 'stopped',
    code: 'CW-2007',
    says: [/CW-2007 .*source retention passed our position; lost 200\.\.499 \(300 records\)/],
    lost:
      'The records at offsets 200 to 499 are nowhere any more. The copy has 0 to 199, the source 500 to ' +
      '599.',
    steps: [deleteCopy('overtaken')],
    check: async (world) => {
      await world.ends(world.target, 'overtaken', 600n);
      assert.equal(await world.offset(world.target, 'overtaken', 'start'), 500n);
    },
    after:
      'The new copy begins where the source begins, at the same offsets. Before that, save from the old ' +
      'copy what is still needed: its records 0 to 199 are at the copy only.',
  },
  {
    title: 'Retention overtook the mirror, and the set fills gaps',
    topic: 'kept-filled',
    what:
      'The same, in a set that says `on.gap: fill`. The mirror goes on by itself, at the same offsets; the ' +
      'range that was lost is kept in the ledger. The set also says `trim: follow`, so that the copy ' +
      'begins where the source begins.',
    make: (world) => overtake(world, 'kept-filled'),
    state: 'mirroring',
    says: [/kept-filled-0 lost source offsets 200\.\.499 \(300\) to retention before they were/],
    lost: 'The records at offsets 200 to 499 are nowhere any more.',
    steps: [],
    check: async (world) => {
      await world.ends(world.target, 'kept-filled', 600n);
      await world.begins(world.target, 'kept-filled', 500n);
    },
  },
  {
    title: 'Records were deleted at the source',
    topic: 'kept-trimmed',
    what:
      'Somebody deleted the records before offset 150 in eu-west (`kafka-delete-records.sh`). The set says ' +
      '`trim: follow`: they are deleted at the copy within seconds. With `trim: own` the copy keeps them ' +
      'until its own retention takes them.',
    make: ({ lab }) => trimTo(lab.bootstrapServers(sourceRegion), 'kept-trimmed', 150n),
    state: 'mirroring',
    says: [/kept-trimmed is mirrored by archive/],
    lost: 'Nothing that the source still has.',
    steps: [],
    check: (world) => world.begins(world.target, 'kept-trimmed', 150n),
  },
];

/** The link is cut while retention deletes what was written meanwhile. */
async function overtake(world: TroubleWorld, topic: string): Promise<void> {
  await world.cut(topic);
  await world.produce(topic, 300);
  const keep = (retention: string) =>
    world.adminOf(sourceRegion).setTopicSettings(topic, new Map([['retention.ms', retention]]));
  await keep('1');
  await waitUntil('retention to delete them', async () => {
    return (await world.offset(world.source, topic, 'start')) === 500n;
  });
  await keep('-1');
  await world.produce(topic, 100);
}

export const topicsOf = (troubles: readonly Trouble[]): string[] => troubles.map(({ topic }) => topic);
