// Mirror sets with priorities on one saturated link of 20 Mbit/s, its limit, and changes of both while they
// mirror. Shares are compared with each other, never with a time.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { ownLab, uniqueTopic } from '../../../lab/rig.ts';
import { type SetShare, CrowdedLink } from '../../../test/fixtures/crowded-link.ts';

const MB = 1_000_000;
const linkBytesPerSecond = 2.5 * MB;
const rttMs = 80;
const settleMs = 3_000;
const measureMs = 5_000;

const sum = (shares: readonly SetShare[]) =>
  shares.reduce((total, { bytesPerSecond }) => total + bytesPerSecond, 0);

test('on a saturated link priorities are kept, can be changed, and a limit holds', async (t) => {
  const links = [{ from: 'eu-west', to: 'us-east', rttMs, bandwidthBytesPerSecond: linkBytesPerSecond }];
  const lab = await ownLab(t, { links });
  const [one, two, three, fresh] = ['one', 'two', 'three', 'fresh'].map(uniqueTopic) as [
    string,
    string,
    string,
    string,
  ];
  await using link = await CrowdedLink.open(lab, [
    { name: one, priority: 1, partitions: 2 },
    { name: two, priority: 2, partitions: 1 },
    { name: three, priority: 3, partitions: 1 },
    { name: fresh, priority: 3, partitions: 1 },
  ]);
  for (const set of [one, two, three]) await link.loads.get(set)?.history(40 * MB);
  for (const set of [one, two, three]) link.resume(set);
  const measured = async () => {
    await link.measure(settleMs);
    const shares = await link.measure(measureMs);
    const of = new Map(shares.map((share) => [share.set, share]));
    t.diagnostic(shares.map(({ bytesPerSecond }) => (bytesPerSecond / MB).toFixed(2)).join(' '));
    const rate = (set: string) => of.get(set)?.bytesPerSecond ?? 0;
    return { all: sum(shares), rate, ageMs: (set: string) => of.get(set)?.ageMs ?? 0 };
  };

  const byPriority = await measured();
  assert.ok(byPriority.rate(one) > byPriority.all / 2, 'the first has most of the link');
  for (const set of [two, three]) {
    assert.ok(byPriority.rate(one) > 2 * byPriority.rate(set), 'each other has much less');
    assert.ok(byPriority.rate(set) > 0.02 * byPriority.all, 'and its least share');
  }

  link.priorities.set(one, 4);
  link.engine.steerAgain();
  const changed = await measured();
  assert.ok(changed.rate(two) > 2 * changed.rate(one), 'what was first is last');
  assert.ok(changed.rate(two) > 2 * changed.rate(three));

  // Of the same priority as a history that is copied, and nobody comes before them.
  for (const set of [one, two]) link.priorities.set(set, 4);
  link.engine.steerAgain();
  (link.loads.get(fresh) as { bytesPerSecond: number }).bytesPerSecond = 0.1 * MB;
  link.resume(fresh);
  const beside = await measured();
  assert.ok(beside.rate(fresh) > 0.08 * MB, 'what is new all comes');
  assert.ok(beside.ageMs(fresh) < 10 * rttMs, `${beside.ageMs(fresh)} ms old, while a history is copied`);
  assert.ok(beside.rate(three) > 2 * beside.rate(one), 'the history has what is left');

  link.limitBytesPerSecond = 1 * MB;
  link.engine.steerAgain();
  const limited = await measured();
  assert.ok(limited.all < 1.2 * MB, `${limited.all} of 1 MB/s`);
  assert.ok(limited.all > 0.7 * MB, `${limited.all} of 1 MB/s`);
  assert.ok(limited.rate(fresh) > 0.08 * MB, 'what is new still all comes');
  assert.ok(link.engine.turns.heldMs('limit') > 0);

  const starts = [...link.engine.partitions].map(({ counts }) => counts.starts);
  assert.deepEqual(new Set(starts), new Set([1]), 'nothing has started again');
});
