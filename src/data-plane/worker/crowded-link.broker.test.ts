// Mirror sets with priorities on one saturated link of 20 Mbit/s, its limit, and changes of both while they
// mirror. Shares are compared with each other, never with a time.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { ownLab, uniqueTopic } from '../../../lab/rig.ts';
import { type SetShare, CrowdedLink } from '../../../test/fixtures/crowded-link.ts';

const MB = 1_000_000;
const linkBytesPerSecond = 2.5 * MB;
const rttMs = 80;
const measureMs = 5_000;
/** A loaded machine takes its time; what does not come about in so many looks never does. */
const looksMax = 8;

const sum = (shares: readonly SetShare[]) =>
  shares.reduce((total, { bytesPerSecond }) => total + bytesPerSecond, 0);

type Facts<Seen> = Readonly<Record<string, (seen: Seen) => boolean>>;

/** Returns once all of `facts` hold at one look. */
async function allHold<Seen>(look: () => Promise<Seen>, facts: Facts<Seen>): Promise<void> {
  for (let looks = 1; ; looks += 1) {
    const seen = await look();
    const missing = Object.entries(facts).filter(([, holds]) => !holds(seen));
    if (missing.length === 0) return;
    assert.ok(looks < looksMax, missing.map(([fact]) => fact).join('; '));
  }
}

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
  for (const set of [one, two, three]) await link.loads.get(set)?.history(60 * MB);
  for (const set of [one, two, three]) link.resume(set);
  const measured = async () => {
    const shares = await link.measure(measureMs);
    const of = new Map(shares.map((share) => [share.set, share]));
    t.diagnostic(shares.map(({ bytesPerSecond }) => (bytesPerSecond / MB).toFixed(2)).join(' '));
    const rate = (set: string) => of.get(set)?.bytesPerSecond ?? 0;
    return { all: sum(shares), rate, ageMs: (set: string) => of.get(set)?.ageMs ?? 0 };
  };
  const comesTo = (facts: Facts<Awaited<ReturnType<typeof measured>>>) => allHold(measured, facts);

  await comesTo({
    'the first has most of the link': ({ rate, all }) => rate(one) > all / 2,
    'each other has much less': ({ rate }) => rate(one) > 2 * Math.max(rate(two), rate(three)),
    'and its least share': ({ rate, all }) => Math.min(rate(two), rate(three)) > 0.02 * all,
  });

  link.priorities.set(one, 4);
  link.engine.steerAgain();
  await comesTo({
    'what was first is last': ({ rate }) => rate(two) > 2 * rate(one),
    'what was second is first': ({ rate }) => rate(two) > 2 * rate(three),
  });

  // Of the same priority as a history that is copied, and nobody comes before them.
  for (const set of [one, two]) link.priorities.set(set, 4);
  link.engine.steerAgain();
  (link.loads.get(fresh) as { bytesPerSecond: number }).bytesPerSecond = 0.1 * MB;
  link.resume(fresh);
  await comesTo({
    'what is new all comes': ({ rate }) => rate(fresh) > 0.08 * MB,
    'and soon, while a history is copied': ({ ageMs }) => ageMs(fresh) < 10 * rttMs,
    'the history has what is left': ({ rate }) => rate(three) > 2 * rate(one),
  });

  link.limitBytesPerSecond = 1 * MB;
  link.engine.steerAgain();
  await comesTo({
    'not more than 1 MB/s': ({ all }) => all < 1.2 * MB,
    'nor much less': ({ all }) => all > 0.7 * MB,
    'what is new still all comes': ({ rate }) => rate(fresh) > 0.08 * MB,
  });
  assert.ok(link.engine.turns.heldMs('limit') > 0);

  const starts = [...link.engine.partitions].map(({ counts }) => counts.starts);
  assert.deepEqual(new Set(starts), new Set([1]), 'nothing has started again');
});
