// Acts can be left out without changing the others.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Acts } from './acts.ts';
import { Scheduler } from './scheduler.ts';

/** What happened, and when. */
async function happened(leftOut: readonly string[] = []): Promise<string[]> {
  const scheduler = new Scheduler();
  const acts = new Acts(scheduler, 5, (name) => leftOut.includes(name));
  const seen: string[] = [];
  const note = (name: string, drawn: number) => seen.push(`${name} at ${scheduler.nowMs}: ${drawn}`);
  acts.post('once', 10, (random) => note('once', random.int(1_000)));
  for (const chain of ['a', 'b']) {
    acts.repeat(
      chain,
      (random) => (scheduler.nowMs > 100 ? undefined : 1 + random.int(20)),
      (random, name) => {
        note(name, random.int(1_000));
        acts.later('the end of it', random.int(5), () => note(`${name} ends`, 0));
      },
    );
  }
  await scheduler.runUntil(1_000);
  assert.deepEqual(
    acts.done.filter((name) => leftOut.includes(name)),
    [],
  );
  return seen;
}

test('an act that is left out takes its end with it, and nothing else', async () => {
  const all = await happened();
  assert.ok(all.length > 20);
  const left = ['once', 'a #2', 'b #3'];
  const names = left.flatMap((name) => [`${name} at`, `${name} ends at`]);
  const expected = all.filter((line) => !names.some((name) => line.startsWith(name)));
  assert.equal(all.length - expected.length, 5);
  assert.deepEqual(await happened(left), expected);
});
