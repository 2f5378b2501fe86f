// Small worlds in every order of events: two workers on one partition, with messages, answers and timers in
// every order that the horizon allows, while connections break, workers die or start, records come and the
// lead moves. CAUSEWAY_ORDERS makes every horizon that many times as long (see CONTRIBUTING.md).
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { CausewayError } from '../../src/base/errors.ts';
import { type Explored, explore } from './explore.ts';
import { ordersTimes } from './run-options.ts';
import { World } from './world.ts';
import { type ClusterShape, oneBroker, topic } from './world-shape.ts';

interface SmallCase {
  readonly name: string;
  readonly target?: ClusterShape;
  /** Batches that both workers have mirrored before the orders begin; none leaves the producer id unknown. */
  readonly before: readonly number[];
  readonly workersAtFirst: number;
  /** Batches that the source gets then. */
  readonly batches: readonly number[];
  readonly horizonMs: number;
  /** Events that may happen at any time. */
  readonly events?: (world: World) => void;
}

const twoBrokers: ClusterShape = { brokers: 2, replicas: 2, minInSync: 1 };

const cases: readonly SmallCase[] = [
  {
    name: 'two workers, one batch, an id that the target does not know',
    before: [],
    workersAtFirst: 2,
    batches: [2],
    horizonMs: 100,
  },
  {
    name: 'two workers, three batches in the window',
    before: [1],
    workersAtFirst: 2,
    batches: [1, 2, 1],
    horizonMs: 400,
  },
  {
    name: 'two workers, two batches, the first one’s answers are lost at any time',
    before: [1],
    workersAtFirst: 2,
    batches: [1, 2],
    horizonMs: 10,
    events: (world) => at(world, 'worker-1#1', 'answers are lost', () => loseAnswers(world, 'worker-1#1')),
  },
  {
    name: 'the first worker dies at any time, the second starts at any time',
    before: [1],
    workersAtFirst: 1,
    batches: [1, 2],
    horizonMs: 60,
    events: (world) => {
      at(world, 'worker-1#1', 'dies', () => world.worker(1).kill());
      at(world, 'worker-2#1', 'starts', () => world.worker(2).start());
    },
  },
  {
    name: 'records come at any time',
    before: [1],
    workersAtFirst: 2,
    batches: [1],
    horizonMs: 60,
    events: (world) => at(world, 'source/1#1', 'a batch comes', () => world.write(0, 3)),
  },
  {
    name: 'the target’s lead moves at any time',
    target: twoBrokers,
    before: [1],
    workersAtFirst: 1,
    batches: [2],
    horizonMs: 6,
    events: (world) =>
      at(world, 'target/controller', 'the lead moves', () => world.target.controller.moveLeader(topic, 0, 2)),
  },
];

const runsMax = 8_000 * ordersTimes ** 3;

for (const each of cases) {
  test(each.name, async (t) => {
    const explored = await exploreCase(each);
    t.diagnostic(`${explored.runs} orders, ${explored.repeated} of them begun twice`);
    assert.ok(explored.complete, `more than ${runsMax} orders`);
    assert.ok(explored.runs > 10, 'hardly any order was found: the case has lost its sense');
  });
}

function exploreCase(small: SmallCase): Promise<Explored> {
  return explore({
    begin: () => beginCase(small),
    // Until everything that was sent has arrived, however late.
    over: (world) => world.level && world.scheduler.pending.every(({ channel }) => channel === undefined),
    end: (world) => world.becomesLevel(0),
    horizonMs: small.horizonMs * ordersTimes,
    stepsMax: 3_000,
    runsMax,
  });
}

async function beginCase({ target, before, workersAtFirst, batches, events }: SmallCase): Promise<World> {
  const world = new World({
    seed: 1,
    partitions: 1,
    workers: 2,
    source: oneBroker,
    target: target ?? oneBroker,
  });
  await world.settle();
  world.write(0, ...before);
  for (let number = 1; number <= workersAtFirst; number += 1) {
    world.worker(number).start();
    await world.scheduler.runUntil(world.scheduler.nowMs + 300);
  }
  assert.ok(world.level, `not level before the orders begin:\n${world.describe()}`);
  events?.(world);
  world.write(0, ...batches);
  return world;
}

/** Something that happens in the process `owner`, now or later. */
function at(world: World, owner: string, label: string, fire: () => void): void {
  world.scheduler.post({ delayMs: 0, owner, label, fire });
}

/** The worker's connections to the target end; what it has sent still arrives. */
function loseAnswers(world: World, owner: string): void {
  for (const connection of world.target.connections) {
    if (connection.clientOwner === owner) connection.fail(new CausewayError('CW-3003', 'connection lost'));
  }
}
