// What the campaign breaks: one source broker, three target brokers that know who may do what, the target's
// ledger with an open generation, and workers that stay from run to run.
import { systemClock } from '../../../src/base/clock.ts';
import { identicalOffsets, shiftKey, type ShiftSegments } from '../../../src/base/shift-segments.ts';
import { defaultLimits } from '../../../src/data-plane/worker/limits.ts';
import type { Operation, ResourceType } from '../../../src/kafka/acl/right.ts';
import { openClusterAdmin } from '../../../src/kafka/admin/cluster-admin.ts';
import { ensureLedgerTopics } from '../../../src/ledger/ensure-topics.ts';
import { guardIdOf } from '../../../src/ledger/transactional-id.ts';
import { AclLab, type AclRule } from '../../permissions/acl-lab.ts';
import type { LinkPlan } from '../../fixtures/link-plan.ts';
import { TestLink } from '../../fixtures/test-link.ts';
import { waitUntil } from '../../fixtures/wait-until.ts';
import { type OpenLedger, openLedger } from './hole-ledger.ts';
import type { BrokerRole, PlannedRun } from './run-list.ts';
import { StepWorker } from './step-worker.ts';

export const sourceRegion = 'eu-west';
export const targetRegion = 'us-east';
export const mirrorSet = 'holes';
const ordinaryUser = 'worker';
/** A topic here has some ten runs of holes at most. */
const mixedAtOnce = { from: 2, below: 3 };

export class HoleWorld implements AsyncDisposable {
  readonly acls: AclLab;
  readonly link: TestLink;
  readonly #ledger: OpenLedger;
  readonly #workers: StepWorker[] = [];

  private constructor(acls: AclLab, link: TestLink) {
    this.acls = acls;
    this.link = link;
    this.#ledger = openLedger(link.target, targetRegion);
  }

  static async start(): Promise<HoleWorld> {
    const regions = [{ name: sourceRegion }, { name: targetRegion, brokers: 3 }];
    const acls = await AclLab.start([ordinaryUser], regions, {
      // A dead or frozen broker is noticed after 3 s in place of 9.
      'broker.session.timeout.ms': '3000',
      'broker.heartbeat.interval.ms': '500',
      'log.cleaner.backoff.ms': '250',
    });
    try {
      const world = new HoleWorld(acls, await TestLink.open(acls.lab, mirrorSet));
      try {
        await world.#prepare();
        return world;
      } catch (error) {
        await world.#close();
        throw error;
      }
    } catch (error) {
      await acls[Symbol.asyncDispose]();
      throw error;
    }
  }

  get sourceServers(): string {
    return this.acls.lab.bootstrapServers(sourceRegion);
  }

  /** The ledger is there, and a generation is open in it; the ordinary user may do all but what concerns the
   * cluster. */
  async #prepare(): Promise<void> {
    const bootstrapServers = this.acls.lab.bootstrapServers(targetRegion).split(',');
    const admin = openClusterAdmin({ region: targetRegion, bootstrapServers, clientId: 'hole-world' });
    const site = { region: targetRegion, cluster: this.link.target, admin, clock: systemClock };
    try {
      await ensureLedgerTopics(site);
    } finally {
      await admin.close();
    }
    const { generation, producerId, producerEpoch } = this.link.plan([]).fence;
    const opened = {
      kind: 'opened' as const,
      set: mirrorSet,
      generation,
      producerId: BigInt(producerId),
      producerEpoch,
      startOffsets: [],
      openedAtMs: systemClock.wallMs(),
    };
    await this.#ledger.writer.write('causeway.generations', [opened]);
    await this.acls.give(targetRegion, ordinaryRights());
  }

  /** One mirror of `topic` by a worker that fills holes by `way`. */
  planOf(
    topic: string,
    { way, cleaned, isMixed }: Pick<PlannedRun, 'way' | 'cleaned' | 'isMixed'>,
  ): LinkPlan {
    const soft = cleaned === undefined ? {} : { soft: 'from-start' as const };
    const limits = isMixed ? { partition: { ...defaultLimits.partition, mixed: mixedAtOnce } } : {};
    const plan = { ...this.link.plan([{ topic, partition: 0, ...soft }]), limits };
    if (way === 'direct') return plan;
    const bootstrapServers = this.acls.serversOf(targetRegion);
    const security = this.acls.settingsOf(ordinaryUser);
    return { ...plan, target: { region: targetRegion, bootstrapServers, security } };
  }

  /** A worker that has nothing to do; another one with each call, until they are given back. */
  takeWorker(): StepWorker {
    const worker = this.#workers.shift() ?? new StepWorker();
    worker.mustLive();
    // The next one begins meanwhile.
    if (this.#workers.length === 0) this.#workers.push(new StepWorker());
    return worker;
  }

  /** Has it rest, for another run. */
  async giveBack(worker: StepWorker): Promise<void> {
    if (!worker.alive) return;
    worker.thaw();
    await worker.rest();
    this.#workers.push(worker);
  }

  async segmentsOf(topic: string): Promise<ShiftSegments> {
    const topicId = (await this.link.target.metadata([topic])).topics[0]?.topicId ?? '';
    return (await this.#ledger.ledger.readShifts()).get(shiftKey(topicId, 0)) ?? identicalOffsets;
  }

  /** The number of the target's broker that has this role for partition 0 of the topic now. */
  async brokerOf(role: BrokerRole, topic: string): Promise<number> {
    const leader = await this.#leaderOf(topic);
    if (role === 'leader') return leader;
    const coordinator = await this.#coordinatorOf(topic);
    if (role === 'coordinator') return coordinator;
    const others = [1, 2, 3].filter((broker) => broker !== leader);
    return others.find((broker) => broker !== coordinator) ?? (others[0] as number);
  }

  async #leaderOf(topic: string): Promise<number> {
    const found = await waitUntil(`${topic} is led`, async () => {
      const [view] = (await this.link.target.metadata([topic])).topics;
      const leaderId = view?.partitions[0]?.leaderId ?? -1;
      return leaderId > 0 && { leaderId };
    });
    return found.leaderId;
  }

  async #coordinatorOf(topic: string): Promise<number> {
    const guardId = guardIdOf(mirrorSet, targetRegion, topic, 0);
    const found = await waitUntil('the guard has a coordinator', async () => {
      const connection = await this.link.target.connect(await this.#leaderOf(topic));
      try {
        const { errorCode, nodeId } = await connection.findCoordinator(guardId);
        return errorCode === 0 && { nodeId };
      } finally {
        connection.destroy('asked');
      }
    });
    return found.nodeId;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#close();
    await this.acls[Symbol.asyncDispose]();
  }

  async #close(): Promise<void> {
    await Promise.all(this.#workers.map((worker) => worker.kill()));
    await this.#ledger.close();
    await this.link[Symbol.asyncDispose]();
  }
}

/** Everything that a worker needs, and nothing on the cluster. */
function ordinaryRights(): AclRule[] {
  const all = (resourceType: ResourceType, ...operations: Operation[]) =>
    operations.map((operation): AclRule => {
      const principal = `User:${ordinaryUser}`;
      return { principal, operation, resourceType, resource: '*', pattern: 'literal' };
    });
  return [...all('topic', 'Describe', 'Read', 'Write'), ...all('transactional-id', 'Describe', 'Write')];
}
