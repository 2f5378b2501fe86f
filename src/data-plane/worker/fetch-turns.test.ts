// Who gets how much of a link, on virtual time: by priority with a least share for everybody, what is new
// before what is long past, and never more than the limit.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { manualClock } from '../../../test/fixtures/manual-clock.ts';
import { answerMsWanted } from './answer-size.ts';
import { type Asker, rankOf } from './fetch-class.ts';
import { FetchTurns, type Turn } from './fetch-turns.ts';
import { defaultLimits } from './limits.ts';
import { type LaneForTests, TestedLink } from './link-for-tests.ts';

const MB = 1e6;
const { steering } = defaultLimits;
/** 20 Mbit/s. */
const slowLink = { rttMs: 80, bytesPerSecond: 2.5 * MB };
const fastLink = { rttMs: 80, bytesPerSecond: 100 * MB };
const history = { bytesPerSecond: 0, backlog: Number.MAX_SAFE_INTEGER };
const live = (priority: number) => rankOf({ priority, catchesUp: false });
const catchingUp = (priority: number) => rankOf({ priority, catchesUp: true });
const threeBusy = [1, 2, 3].map((priority) => ({ rank: live(priority), bytesPerSecond: 3 * MB }));

const sum = (values: readonly number[]) => values.reduce((total, value) => total + value, 0);

/** The first has nearly all, every other one the least share and little more. */
function assertInOrder(rates: readonly number[], capacity: number): void {
  assert.ok(sum(rates) > capacity * 0.75, `${sum(rates)} of ${capacity}`);
  const [first = 0, ...others] = rates;
  assert.ok(first > capacity * 0.65, `the first has ${first} of ${capacity}`);
  for (const rate of others) {
    assert.ok(rate > sum(rates) * steering.leastShare * 0.8, `${rate} is less than the least share`);
    assert.ok(rate < first / 4, `${rate} is much beside ${first}`);
  }
}

test('ranks follow the priority, and within it what is new comes first', () => {
  const ranks = [live(1), catchingUp(1), live(2), catchingUp(2), live(1000)];
  assert.deepEqual(
    ranks,
    ranks.toSorted((a, b) => a - b),
  );
  assert.equal(new Set(ranks).size, ranks.length);
});

test('one class without a limit asks nobody', () => {
  const link = new TestedLink(fastLink, [
    { rank: live(1), ...history },
    { rank: live(1), bytesPerSecond: 0 },
  ]);
  assert.equal(link.turns.isSteered, false);
  link.run(2_000);
  assert.equal(link.turns.heldMs('limit') + link.turns.heldMs('priority'), 0);
});

test('on a saturated network the first priority comes first, and each has its least share', () => {
  const link = new TestedLink(slowLink, threeBusy);
  link.run(10_000);
  assertInOrder(link.run(20_000), 2.5 * MB);
  assert.ok(link.turns.heldMs('priority') > 0);
});

test('on a saturated limit the same', () => {
  const link = new TestedLink({ ...fastLink, limit: 2.5 * MB }, threeBusy);
  link.run(10_000);
  assertInOrder(link.run(20_000), 2.5 * MB);
});

test('what the first does not need is the next one’s', () => {
  for (const link of [slowLink, { ...fastLink, limit: 2.5 * MB }]) {
    const tested = new TestedLink(link, threeBusy);
    (tested.lanes[0] as { bytesPerSecond: number }).bytesPerSecond = 0.3 * MB;
    tested.run(10_000);
    const [first = 0, second = 0, third = 0] = tested.run(20_000);
    assert.ok(first > 0.28 * MB && first < 0.32 * MB, `${first}`);
    assert.ok(second > 1.2 * MB && second > third * 4, `${second} and ${third}`);
    assert.ok(third > 0.05 * MB, `${third}`);
  }
});

test('records that are new do not wait for a history of the same priority', () => {
  // In the network what is under way of others stands in the way; under a limit nothing does.
  const inNetworkMs = answerMsWanted(steering, slowLink.rttMs, false);
  const links = [
    { ...slowLink, mostMs: 1.25 * inNetworkMs },
    { ...fastLink, limit: 2.5 * MB, mostMs: 1.25 * fastLink.rttMs },
  ];
  for (const { mostMs, ...link } of links) {
    const tested = new TestedLink(link, [
      { rank: live(1), bytesPerSecond: 0.5 * MB },
      ...Array.from({ length: 4 }, () => ({ rank: catchingUp(1), ...history })),
    ]);
    tested.run(10_000);
    const [lane] = tested.lanes;
    const before = lane?.tookMs.length ?? 0;
    const [fresh = 0, ...past] = tested.run(20_000);
    assert.ok(fresh > 0.45 * MB, `${fresh}`);
    assert.ok(sum(past) > 1.2 * MB, `${sum(past)}`);
    const took = lane?.tookMs.slice(before) ?? [];
    assert.ok(took.length > 50);
    assert.ok(Math.max(...took) < mostMs, `${Math.max(...took)} ms`);
  }
});

test('many classes share what is left to them, and the first keeps half', () => {
  const lanes = Array.from({ length: 31 }, (_, at) => ({ rank: live(at + 1), ...history }));
  const tested = new TestedLink({ ...fastLink, limit: 10 * MB }, lanes);
  tested.run(10_000);
  const [first = 0, ...others] = tested.run(60_000);
  assert.ok(first > 4.5 * MB, `${first}`);
  for (const rate of others) assert.ok(rate > 0.1 * MB && rate < 0.3 * MB, `${rate}`);
});

test('what the first cannot use, because something else holds it up, is found and used', () => {
  const slowBroker = { rank: live(1), ...history, brokerBytesPerSecond: 20 * MB };
  const tested = new TestedLink(fastLink, [slowBroker, { rank: live(2), ...history }]);
  const [alone = 0] = new TestedLink(fastLink, [slowBroker]).run(20_000);
  tested.run(20_000);
  const [first = 0, second = 0] = tested.run(60_000);
  assert.ok(first > alone * 0.9, `${first} beside ${alone} alone`);
  assert.ok(second > first * steering.leastShare * 4, `${second}`);
});

test('a limit holds a single class, and lets it have all of it', () => {
  const tested = new TestedLink({ ...fastLink, limit: 2.5 * MB }, [{ rank: live(1), ...history }]);
  tested.run(5_000);
  const [rate = 0] = tested.run(20_000);
  assert.ok(rate > 2.4 * MB && rate < 2.6 * MB, `${rate}`);
  assert.ok(tested.turns.heldMs('limit') > 0);
});

test('a limit changes while fetches are under way, and goes', () => {
  const tested = new TestedLink({ ...fastLink, limit: 1 * MB }, [{ rank: live(1), ...history }]);
  tested.run(5_000);
  for (const limit of [4 * MB, 0.5 * MB, 8 * MB]) {
    tested.limit = limit;
    tested.run(2_000);
    const [rate = 0] = tested.run(5_000);
    assert.ok(rate > limit * 0.9 && rate < limit * 1.1, `${rate} of ${limit}`);
  }
  tested.limit = undefined;
  tested.run(2_000);
  const [rate = 0] = tested.run(5_000);
  assert.ok(rate > 60 * MB, `${rate} without a limit`);
});

const rates = fc.constantFrom(0, 10e3, 300e3, 3 * MB);
const laneArbitrary: fc.Arbitrary<LaneForTests> = fc.record({
  rank: fc.integer({ min: 2, max: 7 }),
  bytesPerSecond: rates,
  backlog: fc.constantFrom(0, 1 * MB, Number.MAX_SAFE_INTEGER),
  batchBytes: fc.constantFrom(1, 1_000, 20_000),
});

test('whatever the lanes, no stretch of time brings more than the limit and one bucket', () => {
  fc.assert(
    fc.property(
      fc.array(laneArbitrary, { minLength: 1, maxLength: 8 }),
      fc.constantFrom(30e3, 300e3, 2.5 * MB),
      fc.constantFrom(1, 80, 250),
      (lanes, limit, rttMs) => {
        const tested = new TestedLink({ rttMs, bytesPerSecond: 100 * MB, limit }, lanes);
        tested.run(8_000);
        const bucket = Math.max(steering.bucketBytesMin, (limit * (steering.bucketMs + 2 * rttMs)) / 1000);
        // A broker answers one whole batch however little was asked for.
        const beyond = sum(lanes.map(({ batchBytes = 1 }) => batchBytes));
        const excess = greatestExcess(tested.arrivals, limit);
        assert.ok(
          excess <= bucket + beyond + 1,
          `${excess} beyond the limit; ${bucket} and ${beyond} allowed`,
        );
      },
    ),
    { seed: 20_261_122, numRuns: 60 },
  );
});

test('whatever the lanes, each that has work gets something, and nothing is lost', () => {
  fc.assert(
    fc.property(
      fc.array(laneArbitrary, { minLength: 1, maxLength: 6 }),
      fc.constantFrom(undefined, 300e3, 2.5 * MB),
      (lanes, limit) => {
        const tested = new TestedLink({ ...slowLink, ...(limit === undefined ? {} : { limit }) }, lanes);
        tested.run(10_000);
        const moved = tested.run(10_000);
        for (const [at, lane] of tested.lanes.entries()) {
          // Up to date, but for what the last round trips brought.
          if (lane.waiting < 2 * lane.batchBytes + lane.bytesPerSecond) continue;
          const all = limit ?? slowLink.bytesPerSecond;
          const least = (all * steering.leastShare) / 4 / lanes.length;
          assert.ok((moved[at] ?? 0) >= least, `lane ${at} got ${moved[at]} and has ${lane.waiting}`);
        }
      },
    ),
    { seed: 20_261_122, numRuns: 60 },
  );
});

/** How much more than `limit` came at most in any stretch of time (the greatest sum of a part of the row). */
function greatestExcess(arrivals: readonly { atMs: number; bytes: number }[], limit: number): number {
  let greatest = 0;
  let excess = 0;
  let lastMs = 0;
  for (const { atMs, bytes } of arrivals) {
    excess = Math.max(0, excess - ((atMs - lastMs) * limit) / 1000) + bytes;
    lastMs = atMs;
    greatest = Math.max(greatest, excess);
  }
  return greatest;
}

test('who leaves gets no turn any more, and its turn under way is given back', () => {
  const clock = manualClock();
  const turns = new FetchTurns({
    clock,
    limits: steering,
    limitBytesPerSecond: () => 100e3,
    rttMs: () => 0,
  });
  const asker = (): Asker => ({ rank: 2, size: 1, wants: true });
  const [first, second] = [asker(), asker()];
  for (const each of [first, second]) turns.join(each);
  const given: Turn[] = [];
  turns.ask(first, 100e3, (turn) => given.push(turn));
  turns.ask(second, 100e3, () => assert.fail('it has left'));
  assert.equal(given.length, 1);
  turns.leave(second);
  given[0]?.done(0);
  given[0]?.done(100e3);
  turns.ask(first, 100e3, (turn) => given.push(turn));
  assert.equal(given.length, 2, 'what was not used is there again, and a turn ends once');
  turns.leave(first);
  clock.advance(1_000);
  assert.equal(clock.timers, 0);
});

test('no fetch waits for more than a look when limit and classes have gone', () => {
  const clock = manualClock();
  let limit: number | undefined = 10e3;
  const turns = new FetchTurns({
    clock,
    limits: steering,
    limitBytesPerSecond: () => limit,
    rttMs: () => 0,
  });
  const asker: Asker = { rank: 2, size: 1, wants: true };
  turns.join(asker);
  turns.ask(asker, 1e6, (turn) => turn.done(1e6));
  let given = 0;
  turns.ask(asker, 1e6, () => (given += 1));
  clock.advance(10_000);
  assert.equal(given, 0, 'a batch far beyond the limit is paid for');
  limit = undefined;
  clock.advance(steering.lookMs);
  assert.equal(given, 1);
});

test('lanes without partitions take nothing from those that have some', () => {
  const turns = new FetchTurns({
    clock: manualClock(),
    limits: steering,
    limitBytesPerSecond: () => 1 * MB,
    rttMs: () => 80,
  });
  const asker: Asker = { rank: live(1), size: 1, wants: false };
  const given: number[] = [];
  const ask = () =>
    turns.ask(asker, 10 * MB, (turn) => {
      given.push(turn.bytes);
      turn.done(0);
    });
  turns.join(asker);
  ask();
  for (let lanes = 0; lanes < 9; lanes += 1) turns.join({ ...asker, size: 0 });
  ask();
  const [alone, beside] = given;
  assert.ok(alone !== undefined && alone > 0);
  assert.equal(beside, alone);
});

test('while the share of a class is under way, nobody looks every other millisecond for more', (t) => {
  const tested = new TestedLink(
    slowLink,
    [1, 2, 2].map((priority) => ({ rank: live(priority), ...history })),
  );
  tested.run(10_000);
  const timers = t.mock.method(tested.clock, 'schedule').mock;
  tested.run(20_000);
  const short = timers.calls.filter(({ arguments: [delayMs] }) => delayMs <= 2).length;
  assert.ok(timers.callCount() > 0);
  assert.ok(short / 20 < 10, `${short / 20} each second`);
});
