// Faults after which a copy has to stop, with a code that tells the truth; mended by what the pages on
// trouble tell an operator to do.
import { encodeBatch } from '../../../src/kafka/batch/encode-batch.ts';
import type { Random } from '../../../src/base/random.ts';
import { alterTopic, trimTo } from '../../fixtures/odd-topics.ts';
import { TopicWriter } from '../../fixtures/topic-writer.ts';
import { waitUntil } from '../../fixtures/wait-until.ts';
import type { CampaignWorld } from '../campaign-world.ts';
import { type LogOffsets, offsetsOf } from '../log-offsets.ts';
import { lostTopics, sourceRegion, targetRegion } from '../topic-roles.ts';
import type { FaultKind, OpenFault } from './fault-kind.ts';

/** A source that seems to end too early is asked again before its copy stops, 15 s later. */
const stopMsMax = 90_000;
const levelMsMax = 90_000;
const records = 40;

const sourceOf = ({ source }: CampaignWorld, topic: string) => offsetsOf(source, { topic, partition: 0 });
const targetOf = ({ target }: CampaignWorld, topic: string) => offsetsOf(target, { topic, partition: 0 });

async function write(world: CampaignWorld, topic: string, count = records, isForeign = false): Promise<void> {
  using writer = new TopicWriter(isForeign ? world.target : world.source);
  const batch = Array.from({ length: count }, (_, at) => ({
    timestamp: BigInt(Date.now()),
    key: undefined,
    value: Buffer.from(`${isForeign ? 'foreign' : 'lost'} ${at}`),
  }));
  await writer.append(topic, 0, [encodeBatch(batch)]);
}

/** The copy is deleted: the controller makes it anew, and it is copied from the source's first record on. */
async function copyAnew(world: CampaignWorld, topic: string): Promise<void> {
  await world.lab.deleteTopic(targetRegion, topic);
  world.stops.forget(topic);
  await isLevel(world, topic);
  world.coverage.count('copied anew after a stop');
}

async function isLevel(world: CampaignWorld, topic: string): Promise<void> {
  const seen: { source?: LogOffsets | undefined; target?: LogOffsets | undefined } = {};
  await waitUntil(
    `the copy of ${topic} to have come as far as its source`,
    async () => {
      seen.source ??= await sourceOf(world, topic);
      seen.target = await targetOf(world, topic);
      return seen.source !== undefined && (seen.target?.end ?? -1n) >= seen.source.end;
    },
    { giveUpMs: levelMsMax, pollMs: 200, seen: () => seen },
  );
}

interface Loss {
  readonly name: string;
  readonly topic: string;
  readonly codes: readonly string[];
  readonly weight?: number;
  /** What it takes hold of while it is done, besides the topic. */
  readonly things?: readonly string[];
  /** Resolves with what was done. */
  readonly make: (world: CampaignWorld, random: Random) => Promise<string>;
}

function kindOf({ name, topic, codes, weight = 3, things = [], make }: Loss): FaultKind {
  const thing = `topic ${topic}`;
  return {
    name,
    family: 'Kafka',
    weight,
    things: [thing, ...things],
    isLast: true,
    async begin(world, random): Promise<OpenFault> {
      const reason = { topic, codes, fromMs: performance.now(), toMs: undefined as number | undefined };
      const text = await make(world, random);
      let hasStopped = false;
      return {
        text,
        reason,
        things: [thing],
        tookEffect: () => hasStopped,
        mend: async () => {
          const isStopped = () => {
            const { state, code = '' } = world.stops.of(topic) ?? {};
            return state === 'stopped' && codes.includes(code);
          };
          const seen = () => world.stops.of(topic);
          await waitUntil(`${topic} to stop with ${codes.join(' or ')}`, isStopped, {
            giveUpMs: stopMsMax,
            seen,
          });
          hasStopped = true;
          await copyAnew(world, topic);
          reason.toMs = performance.now();
        },
      };
    },
  };
}

/** While nothing crosses the link. */
async function behindTheLink(world: CampaignWorld, make: () => Promise<void>): Promise<void> {
  await world.lab.wan.set(sourceRegion, targetRegion, { cut: 'reset' });
  try {
    await make();
  } finally {
    await world.lab.wan.set(sourceRegion, targetRegion, { cut: null });
  }
}

const deletedBeyond: Loss = {
  name: 'records deleted that were not copied',
  topic: 'lost-trimmed',
  codes: ['CW-2007'],
  things: ['link'],
  make: async (world) => {
    await behindTheLink(world, async () => {
      await write(world, 'lost-trimmed');
      const end = (await sourceOf(world, 'lost-trimmed'))?.end ?? 0n;
      await trimTo(world.servers(sourceRegion), 'lost-trimmed', end);
    });
    return 'lost-trimmed: records deleted that were not copied';
  },
};

const overtaken: Loss = {
  name: 'retention overtakes the copy',
  topic: 'lost-retained',
  codes: ['CW-2007'],
  things: ['link'],
  make: async (world) => {
    const servers = world.servers(sourceRegion);
    await behindTheLink(world, async () => {
      await write(world, 'lost-retained');
      const end = (await sourceOf(world, 'lost-retained'))?.end ?? 0n;
      await alterTopic(servers, 'lost-retained', { 'retention.ms': '1' });
      await waitUntil('retention to delete them', async () => {
        return ((await sourceOf(world, 'lost-retained'))?.start ?? 0n) >= end;
      });
      await alterTopic(servers, 'lost-retained', { 'retention.ms': '-1' });
    });
    return 'lost-retained: short retention deleted what was not copied';
  },
};

const recreated: Loss = {
  name: 'topic deleted and created again',
  topic: 'lost-recreated',
  codes: ['CW-2003'],
  make: async ({ lab }) => {
    await lab.deleteTopic(sourceRegion, 'lost-recreated');
    await lab.createTopic(sourceRegion, 'lost-recreated', lostTopics['lost-recreated']);
    return 'lost-recreated: deleted and created again';
  },
};

const foreignWrite: Loss = {
  name: 'somebody else writes into a copy',
  topic: 'lost-foreign',
  codes: ['CW-2005', 'CW-2006'],
  make: async (world) => {
    await write(world, 'lost-foreign', 3, true);
    return 'lost-foreign: three records of somebody else';
  },
};

/**
 * An unclean election: brokers 1 and 2 hold the topic; the one that does not lead stands still while records
 * are written that the mirror copies; then the leader stands still, and the other one leads.
 */
const unclean: Loss = {
  name: 'unclean election at the source',
  topic: 'lost-unclean',
  codes: ['CW-2006', 'CW-2008'],
  things: [sourceRegion, 'link', 'worker 0', 'worker 1', 'worker 2'],
  make: async (world) => {
    const topic = 'lost-unclean';
    const { faults } = world.lab;
    const leader = (await sourceOf(world, topic))?.leaderId ?? 1;
    const other = 3 - leader;
    try {
      faults.pause(sourceRegion, other);
      await waitUntil(`broker ${other} to be out of sync`, async () => {
        const found = (await world.source.metadata([topic])).topics[0]?.partitions[0];
        return found?.inSync.length === 1 && found.inSync[0] === leader;
      });
      await write(world, topic);
      const end = (await sourceOf(world, topic))?.end ?? 0n;
      await waitUntil(
        'the copy to have them',
        async () => ((await targetOf(world, topic))?.end ?? 0n) >= end,
      );
      faults.pause(sourceRegion, leader);
      faults.resume(sourceRegion, other);
      await waitUntil(`broker ${other} to lead`, async () => {
        return (await world.source.metadata([topic])).topics[0]?.partitions[0]?.leaderId === other;
      });
      return `${topic}: broker ${other} leads without ${records} records`;
    } finally {
      faults.resume(sourceRegion);
    }
  },
};

/** Where a controller runs nobody has to do anything: it is made and copied anew. */
const copyDeleted: FaultKind = {
  name: 'a copy deleted',
  family: 'Kafka',
  weight: 1,
  things: ['topic lost-copy'],
  isLast: true,
  async begin(world): Promise<OpenFault> {
    const idOf = async () => (await world.target.metadata(['lost-copy'])).topics[0]?.topicId;
    const former = await idOf();
    const reason = {
      topic: 'lost-copy',
      codes: ['CW-2004'],
      fromMs: performance.now(),
      toMs: undefined as number | undefined,
    };
    await world.lab.deleteTopic(targetRegion, 'lost-copy');
    let isAnother = false;
    return {
      text: 'lost-copy deleted at the target',
      reason,
      tookEffect: () => isAnother,
      mend: async () => {
        world.stops.forget('lost-copy');
        await isLevel(world, 'lost-copy');
        isAnother = (await idOf()) !== former;
        reason.toMs = performance.now();
      },
    };
  },
};

export const stopKinds: readonly FaultKind[] = [
  ...[deletedBeyond, overtaken, recreated, foreignWrite, unclean].map(kindOf),
  copyDeleted,
];
