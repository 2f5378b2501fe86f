// Workers of a region in one group at a real coordinator: everything runs once, evenly, and goes elsewhere
// when a worker stops, stands still, or comes from another version.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { type Lab, startLab } from '../../../lab/lab.ts';
import { freezableClock, type FreezableClock } from '../../../test/fixtures/freezable-clock.ts';
import { waitUntil } from '../../../test/fixtures/wait-until.ts';
import { systemClock } from '../../base/clock.ts';
import { silentLog } from '../../base/log.ts';
import { systemRandom } from '../../base/random.ts';
import type { GroupCluster } from '../../kafka/client/group-calls.ts';
import type { KafkaCluster } from '../../kafka/client/cluster.ts';
import { GroupMembership } from '../../kafka/client/group-membership.ts';
import { createKafkaCluster } from '../../kafka/client/real-cluster.ts';
import { workersGroup } from '../../ledger/topic-names.ts';
import { partitionName } from './packed-partitions.ts';
import { groupLimits, WorkerGroup, type WorkerGroupParts } from './worker-group.ts';

const region = 'us-east';
let lab: Lab;
before(async () => {
  lab = await startLab({ regions: [{ name: region }] });
});
after(() => lab.close());

const named = (topics: number): string[] =>
  Array.from({ length: topics * 4 }, (_, at) => partitionName('eu-west', `orders.${at >> 2}`, at & 3));

/** A worker as far as the group is concerned: it runs what its share says, at once. */
class Member implements AsyncDisposable {
  readonly group: WorkerGroup;
  readonly clock: FreezableClock = freezableClock();
  readonly #cluster: KafkaCluster & GroupCluster;
  readonly #abort = new AbortController();
  readonly #ended: Promise<void>;
  #all: readonly string[];
  runs: readonly string[] = [];

  constructor(all: readonly string[], parts: Pick<WorkerGroupParts, 'protocols' | 'limits'> = {}) {
    this.#all = all;
    const bootstrapServers = lab.bootstrapServers(region).split(',');
    const shared = { clock: systemClock, log: silentLog };
    this.#cluster = createKafkaCluster({ ...shared, bootstrapServers, clientId: 'member' });
    this.group = new WorkerGroup({
      region,
      cluster: this.#cluster,
      clock: this.clock,
      random: systemRandom,
      log: silentLog,
      runs: () => this.runs,
      onChange: () => this.#take(),
      ...parts,
    });
    this.group.wanted(all);
    this.#ended = this.group.run(this.#abort.signal);
  }

  wanted(all: readonly string[]): void {
    this.#all = all;
    this.group.wanted(all);
  }

  #take(): void {
    this.runs = this.#all.filter((name) => this.group.has(name));
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.clock.thaw();
    this.#abort.abort();
    await this.#ended;
    await this.#cluster.close();
  }
}

/** Each partition runs exactly once, and no worker has two more than another. */
async function shared(members: readonly Member[], all: readonly string[]): Promise<void> {
  await waitUntil(
    `${all.length} partitions to be shared by ${members.length}`,
    () => {
      const counts = members.map(({ runs }) => runs.length);
      const names = members.flatMap(({ runs }) => runs);
      const isEven = Math.max(...counts) - Math.min(...counts) <= 1;
      return isEven && names.length === all.length && new Set(names).size === all.length;
    },
    { seen: () => members.map(({ runs, group }) => [group.state, runs.length, group.trouble]) },
  );
}

const stayed = (before: readonly string[], now: readonly string[]): number =>
  now.filter((name) => before.includes(name)).length;

test('workers share evenly; one that comes takes its part, one that stops gives it back', async () => {
  const all = named(30);
  await using a = new Member(all);
  await using b = new Member(all);
  await using c = new Member(all);
  await shared([a, b, c], all);
  const before = [a, b, c].map(({ runs }) => runs);
  {
    await using d = new Member(all, { limits: { ...groupLimits, sessionTimeoutMs: 600_000 } });
    await shared([a, b, c, d], all);
    [a, b, c].forEach(({ runs }, at) =>
      assert.equal(stayed(before[at] ?? [], runs), 30, 'nothing else moves'),
    );
  }
  // Had it not said that it goes, its session would have to end first, and that lasts for ten minutes.
  await shared([a, b, c], all);
  await using late = new Member(named(40));
  const sizes = () => [a, b, c, late].map(({ runs }) => runs.length).join();
  // Of what all have read of it has a fourth part, and the rest because nobody else has.
  await waitUntil('the one that has read of more to run that, too', () => sizes() === '30,30,30,70');
  for (const each of [a, b, c]) each.wanted(named(40));
  await shared([a, b, c, late], named(40));
});

test('a worker that stands still loses its partitions with its session, and wakes to a part', async () => {
  const all = named(10);
  await using a = new Member(all);
  await using b = new Member(all);
  await shared([a, b], all);
  b.clock.freeze();
  const [had] = b.runs;
  await waitUntil('the other one to run everything', () => a.runs.length === all.length);
  assert.ok(b.runs.includes(had as string), 'it does not know yet');
  b.clock.thaw();
  await shared([a, b], all);
});

test('the coordinator is killed: everybody goes on with what it has, and keeps it', async () => {
  const all = named(10);
  await using a = new Member(all);
  await using b = new Member(all);
  await shared([a, b], all);
  const had = [a.runs, b.runs];
  await lab.faults.kill(region);
  await waitUntil('both to notice', () => [a, b].every(({ group }) => group.state === 'looking'));
  assert.deepEqual([a.runs, b.runs], had);
  await lab.faults.start(region);
  await waitUntil('both to be members', () => [a, b].every(({ group }) => group.state === 'member'));
  await shared([a, b], all);
  assert.deepEqual([a.runs, b.runs], had, 'nothing has moved');
});

test('during an upgrade the older form is spoken until the last older worker is gone', async () => {
  const all = named(10);
  const newer = { protocols: ['causeway-2', 'causeway-1'] };
  const spoken = (...members: readonly Member[]) => members.map(({ group }) => group.protocol);
  await using b = new Member(all, newer);
  await shared([b], all);
  assert.deepEqual(spoken(b), ['causeway-2']);
  {
    await using a = new Member(all);
    await shared([a, b], all);
    assert.deepEqual(spoken(a, b), ['causeway-1', 'causeway-1']);
  }
  await shared([b], all);
  await using c = new Member(all, newer);
  await shared([b, c], all);
  assert.deepEqual(spoken(b, c), ['causeway-2', 'causeway-2']);
});

test('another client in the group is told as such, and is waited for', async () => {
  const all = named(2);
  await using foreign = new ForeignMember();
  await foreign.joined;
  await using a = new Member(all);
  const trouble = await waitUntil('the trouble to be known', () => a.group.trouble);
  assert.match(trouble, /CW-3015.*causeway\.workers.*INCONSISTENT_GROUP_PROTOCOL/);
  await foreign.leave();
  await shared([a], all);
});

/** A cluster of Kafka Connect that was given the workers’ group by mistake. */
class ForeignMember implements AsyncDisposable {
  readonly joined: Promise<void>;
  readonly #cluster: KafkaCluster & GroupCluster;
  readonly #abort = new AbortController();
  readonly #ended: Promise<void>;

  constructor() {
    const bootstrapServers = lab.bootstrapServers(region).split(',');
    const shared = { clock: systemClock, log: silentLog };
    this.#cluster = createKafkaCluster({ ...shared, bootstrapServers, clientId: 'foreign' });
    const { promise, resolve, reject } = Promise.withResolvers<void>();
    this.joined = promise;
    const membership = new GroupMembership({
      ...shared,
      random: systemRandom,
      groupId: workersGroup,
      protocolType: 'connect',
      protocols: ['compatible'],
      connect: () => this.#cluster.connectCoordinator(workersGroup),
      describe: () => Buffer.from('a Connect worker'),
      share: (_, members) => new Map(members.map(({ memberId }) => [memberId, Buffer.from('all')])),
      onAssigned: () => resolve(),
      onHeard: () => undefined,
      onTrouble: reject,
      limits: groupLimits,
    });
    this.#ended = membership.run(this.#abort.signal);
  }

  async leave(): Promise<void> {
    this.#abort.abort();
    await this.#ended;
    await this.#cluster.close();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.leave();
  }
}
