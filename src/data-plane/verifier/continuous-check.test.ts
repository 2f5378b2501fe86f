// The running check on virtual time: how far it comes and how fast, where it goes on, what it leaves alone,
// and what it tells.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { CausewayError } from '../../base/errors.ts';
import { logOf, startWorld } from './check-for-tests.ts';

const minuteMs = 60_000;
const hourMs = 60 * minuteMs;
const dayMs = 24 * hourMs;

test('it comes to the end, piece by piece, and says when', async () => {
  const world = await startWorld(logOf(1_000), logOf(1_000));
  await world.runFor(minuteMs);
  const state = world.state();
  assert.equal(state?.verifiedTo, 1_000n);
  assert.ok(state.completeAtMs !== undefined && state.completeAtMs >= 1_700_000_000_000);
  assert.deepEqual([state.ranges, state.more], [[], 0]);
  assert.ok(world.check.bytes > 2 * 1_000 * 100, `${world.check.bytes} bytes`);
  await world.stop();
});

test('a record flipped at the target is found and told, once, with its offset', async () => {
  const world = await startWorld(logOf(1_000), logOf(1_000, { changed: [777] }));
  await world.runFor(10 * minuteMs);
  assert.deepEqual(world.ranges(), ['different 777..778']);
  assert.equal(world.state()?.verifiedTo, 1_000n, 'the rest is compared all the same');
  const errors = world.told.filter(({ level }) => level === 'error');
  assert.deepEqual(
    errors.map(({ fields }) => fields),
    [{ set: 's', topic: 't', partition: 0, code: 'CW-2040' }],
  );
  assert.match(errors[0]?.message ?? '', /^1 range differs from the source; first different 777\.\.777: /);
  await world.stop();
});

test('it is loud until the range is looked at again and found equal', async () => {
  const world = await startWorld(logOf(200), logOf(200, { changed: [55, 130] }));
  await world.runFor(5 * minuteMs);
  assert.deepEqual(world.ranges(), ['different 55..56', 'different 130..131']);
  Object.assign(world.targets[0] ?? {}, { batches: logOf(200, { changed: [130] }).batches });
  await world.runFor(3 * minuteMs);
  assert.deepEqual(world.ranges(), ['different 130..131']);
  Object.assign(world.targets[0] ?? {}, { batches: logOf(200).batches });
  await world.runFor(3 * minuteMs);
  assert.deepEqual([world.ranges(), world.state()?.more], [[], 0]);
  assert.equal(world.told.at(-1)?.message, 'looked at again: both sides are equal');
  await world.stop();
});

test('what differs for a moment only is not told', async () => {
  const world = await startWorld(logOf(100), logOf(100, { changed: [10] }));
  await world.runFor(1_000);
  Object.assign(world.targets[0] ?? {}, { batches: logOf(100).batches });
  await world.runFor(minuteMs);
  assert.deepEqual([world.state()?.verifiedTo, world.ranges()], [100n, []]);
  assert.deepEqual(world.told, []);
  await world.stop();
});

test('a shift that the ledger knows by the second look is no difference', async () => {
  const target = logOf(100);
  const moved = logOf(100)
    .batches.slice(5)
    .map((batch) => {
      batch.writeBigInt64BE(batch.readBigInt64BE(0) + 3n, 0);
      return batch;
    });
  Object.assign(target, { batches: [...target.batches.slice(0, 5), ...moved], end: 103n });
  const world = await startWorld(logOf(100), target);
  world.freshSegments = [{ firstTargetOffset: 53n, shift: 3n }];
  await world.runFor(minuteMs);
  assert.deepEqual([world.ranges(), world.told], [[], []]);
  assert.equal(world.state()?.verifiedTo, 100n);
  await world.stop();
});

test('a copy whose shift was recorded after the ledger was read is compared', async () => {
  const left = logOf(200).batches.slice(10);
  const moved = left.map((batch) => {
    const copy = Buffer.from(batch);
    copy.writeBigInt64BE(copy.readBigInt64BE(0) - 100n, 0);
    return copy;
  });
  const target = { batches: moved, start: 0n, end: 100n };
  const world = await startWorld({ batches: left, start: 100n, end: 200n }, target);
  Object.assign(world.partitions[0] ?? {}, { start: 100n, end: 200n });
  // Where offsets were identical, the target would end before the source begins.
  world.freshSegments = [{ firstTargetOffset: 0n, shift: -100n }];
  await world.runFor(5 * minuteMs);
  assert.equal(world.state()?.verifiedTo, 200n);
  assert.deepEqual([world.ranges(), world.told], [[], []]);
  await world.stop();
});

test('a start of the mirror between two looks makes the second one the first', async () => {
  const world = await startWorld(logOf(100), logOf(100, { changed: [10] }), { confirmMs: 10_000 });
  await world.runFor(5_000);
  const [partition] = world.partitions;
  assert.ok(partition !== undefined);
  partition.life = 2;
  await world.runFor(11_000);
  assert.deepEqual([world.state(), world.told], [undefined, []]);
  await world.runFor(20_000);
  assert.deepEqual(world.ranges(), ['different 10..11']);
  await world.stop();
});

test('what stands behind the position of the mirror is not judged', async () => {
  const world = await startWorld(logOf(100), logOf(100, { changed: [90] }));
  const [partition] = world.partitions;
  assert.ok(partition !== undefined);
  partition.end = 80n;
  await world.runFor(5 * minuteMs);
  assert.deepEqual([world.state()?.verifiedTo, world.ranges()], [80n, []]);
  partition.end = 100n;
  await world.runFor(5 * minuteMs);
  assert.deepEqual([world.state()?.verifiedTo, world.ranges()], [100n, ['different 90..91']]);
  await world.stop();
});

test('a restart goes on where the ledger says, and so does another worker', async () => {
  const world = await startWorld(logOf(5_000), logOf(5_000));
  world.bytesPerSecond = 200_000;
  await world.runFor(3_000);
  const before = world.state()?.verifiedTo ?? 0n;
  assert.ok(before > 0n && before < 5_000n, `${before}`);
  await world.restart();
  await world.runFor(500);
  const { verifiedTo = 0n } = world.state() ?? {};
  assert.ok(verifiedTo >= before, `${verifiedTo} after ${before}`);
  await world.runFor(5 * minuteMs);
  assert.equal(world.state()?.verifiedTo, 5_000n);
  await world.stop();
});

test('without the ledger nothing begins anew; it is told once', async () => {
  const world = await startWorld(logOf(100), logOf(100));
  await world.runFor(minuteMs);
  world.ledgerTrouble = new CausewayError('CW-4002', 'nobody answers');
  await world.restart();
  const { requests } = world;
  await world.runFor(minuteMs);
  assert.deepEqual([world.state(), world.requests], [undefined, requests]);
  assert.deepEqual(
    world.told.map(({ level, fields }) => [level, fields.code]),
    [['warn', 'CW-4002']],
  );
  world.ledgerTrouble = undefined;
  await world.runFor(minuteMs);
  assert.equal(world.state()?.verifiedTo, 100n);
  await world.stop();
});

test('both sides together are read at the rate, which may change at any time, or be 0', async () => {
  const world = await startWorld(logOf(60_000), logOf(60_000), { pieceBytes: 500_000, fetchBytes: 50_000 });
  world.bytesPerSecond = 20_000;
  await world.runFor(minuteMs);
  const readIn = async (ms: number) => {
    const before = world.check.bytes;
    await world.runFor(ms);
    return world.check.bytes - before;
  };
  const slow = await readIn(2 * minuteMs);
  assert.ok(slow > 2_000_000 && slow < 2_600_000, `${slow} bytes at 20 kB/s in 2 minutes`);
  world.bytesPerSecond = 80_000;
  const fast = await readIn(minuteMs);
  assert.ok(fast > 4_000_000 && fast < 5_200_000, `${fast} bytes at 80 kB/s in a minute`);
  world.bytesPerSecond = 0;
  await world.runFor(2_000);
  assert.equal(await readIn(minuteMs), 0);
  await world.stop();
});

test('small pieces are paced, too: a look at many quiet partitions takes its time', async () => {
  const logs = (count: number) => Array.from({ length: count }, () => logOf(10));
  const world = await startWorld(logs(100), logs(100));
  await world.runFor(5_000);
  const looked = world.partitions.filter((_, at) => world.state(at) !== undefined).length;
  // A piece counts as 100 kB at least, and the rate is 1 MB/s.
  assert.ok(looked >= 45 && looked <= 55, `${looked} of 100`);
  await world.stop();
});

test('idle partitions that are verified are not read again until they have grown', async () => {
  const world = await startWorld([logOf(100), logOf(100)], [logOf(100), logOf(100)]);
  await world.runFor(minuteMs);
  const { requests } = world;
  await world.runFor(3 * dayMs);
  assert.equal(world.requests, requests);
  const [, grown] = [world.sources[1], world.targets[1]];
  for (const log of [world.sources[1], grown]) Object.assign(log ?? {}, logOf(120));
  Object.assign(world.partitions[1] ?? {}, { end: 120n });
  await world.runFor(2 * minuteMs);
  assert.deepEqual([world.state(0)?.verifiedTo, world.state(1)?.verifiedTo], [100n, 120n]);
  assert.ok(world.requests - requests <= 8, `${world.requests - requests} requests`);
  await world.stop();
});

test('a partition without any record is never asked for', async () => {
  const world = await startWorld(logOf(0), logOf(0));
  await world.runFor(dayMs);
  assert.deepEqual([world.requests, world.state()], [0, undefined]);
  await world.stop();
});

test('what has rotted since is found by the next cycle, while new records are compared', async () => {
  const world = await startWorld(logOf(400), logOf(400), { cycleMs: dayMs });
  await world.runFor(hourMs);
  assert.equal(world.state()?.verifiedTo, 400n);
  const [source, target] = [world.sources[0], world.targets[0]];
  Object.assign(source ?? {}, logOf(500));
  Object.assign(target ?? {}, logOf(500, { changed: [3] }));
  Object.assign(world.partitions[0] ?? {}, { end: 500n });
  await world.runFor(hourMs);
  assert.deepEqual([world.state()?.verifiedTo, world.ranges()], [500n, []]);
  await world.runFor(dayMs);
  assert.deepEqual(world.ranges(), ['different 3..4']);
  const state = world.state();
  assert.equal(state?.again, undefined, 'the cycle has ended');
  assert.ok((state?.completeAtMs ?? 0) > 1_700_000_000_000 + dayMs);
  await world.stop();
});

test('a cycle that was under way goes on after a restart', async () => {
  const world = await startWorld(logOf(400), logOf(400), { cycleMs: hourMs });
  await world.runFor(hourMs);
  world.bytesPerSecond = 20_000;
  for (let seconds = 0; seconds < 600 && (world.state()?.again?.verifiedTo ?? 0n) === 0n; seconds += 1) {
    await world.runFor(1_000);
  }
  const again = world.state()?.again?.verifiedTo ?? 0n;
  assert.ok(again > 0n && again < 400n, `${again}`);
  await world.restart();
  await world.runFor(100);
  assert.ok((world.state()?.again?.verifiedTo ?? 0n) >= again);
  await world.stop();
});

test('a partition that is not mirroring is left alone, also in the middle of a piece', async () => {
  const world = await startWorld(logOf(2_000), logOf(2_000), { firstOffsets: 2_000, fetchBytes: 5_000 });
  world.bytesPerSecond = 30_000;
  await world.runFor(2_000);
  const [partition] = world.partitions;
  assert.ok(partition !== undefined);
  partition.isMirroring = false;
  await world.runFor(2_000);
  const { requests } = world;
  await world.runFor(10 * minuteMs);
  assert.deepEqual([world.requests, world.state()], [requests, undefined]);
  partition.isMirroring = true;
  world.bytesPerSecond = 1_000_000;
  await world.runFor(minuteMs);
  assert.equal(world.state()?.verifiedTo, 2_000n);
  assert.deepEqual(world.told, []);
  await world.stop();
});

test('nothing is read while a broker wants to be left alone', async () => {
  const world = await startWorld(logOf(2_000), logOf(2_000));
  world.heldMs = 1_000;
  await world.runFor(1_000);
  const { requests } = world;
  await world.runFor(minuteMs);
  assert.equal(world.requests, requests);
  world.heldMs = 0;
  await world.runFor(minuteMs);
  assert.equal(world.state()?.verifiedTo, 2_000n);
  await world.stop();
});

test('a partition that cannot be read waits, and the others go on', async () => {
  const bad = logOf(100);
  const [first] = bad.batches;
  first?.writeInt8(1, 16);
  const world = await startWorld([logOf(100), logOf(100)], [bad, logOf(100)]);
  await world.runFor(minuteMs);
  assert.deepEqual([world.state(0), world.state(1)?.verifiedTo], [undefined, 100n]);
  assert.equal(world.told[0]?.fields.code, 'CW-6013');
  first?.writeInt8(2, 16);
  await world.runFor(3 * minuteMs);
  assert.equal(world.state(0)?.verifiedTo, 100n);
  await world.stop();
});

test('a record that one side lacks is told, and left open where a cleaner runs', async () => {
  const lacking = () => logOf(100, { without: [40, 41] });
  const compacted = await startWorld(logOf(100), lacking());
  compacted.isCompacted = true;
  await compacted.runFor(minuteMs);
  assert.deepEqual([compacted.ranges(), compacted.state()?.verifiedTo], [[], 100n]);
  await compacted.stop();
  const plain = await startWorld(logOf(100), lacking());
  await plain.runFor(minuteMs);
  assert.deepEqual(plain.ranges(), ['missing 40..42']);
  await plain.stop();
  const unknown = await startWorld(logOf(100), lacking());
  unknown.isCompacted = undefined;
  await unknown.runFor(minuteMs);
  assert.deepEqual(unknown.ranges(), [], 'not permitted to know: nothing is claimed');
  await unknown.stop();
  const equal = await startWorld(logOf(100), logOf(100));
  await equal.runFor(minuteMs);
  assert.equal(equal.compactedAsked, 0, 'nobody asks where nothing is lacking');
  await equal.stop();
});

test('one that was looked at longest ago comes first', async () => {
  const logs = () => Array.from({ length: 4 }, () => logOf(300));
  const world = await startWorld(logs(), logs());
  world.bytesPerSecond = 100_000;
  await world.runFor(9_000);
  const reached = world.partitions.map((_, at) => Number(world.state(at)?.verifiedTo ?? 0n));
  assert.ok(Math.min(...reached) > 0, reached.join());
  assert.ok(Math.max(...reached) - Math.min(...reached) <= 100, reached.join());
  await world.stop();
});

test('a broker that never answers does not keep the process', async () => {
  const world = await startWorld(logOf(100), logOf(100));
  await world.runFor(minuteMs);
  world.isSilent = true;
  Object.assign(world.sources[0] ?? {}, logOf(200));
  Object.assign(world.partitions[0] ?? {}, { end: 200n });
  await world.runFor(2 * minuteMs);
  assert.equal(world.state()?.verifiedTo, 100n);
  await world.stop();
});
