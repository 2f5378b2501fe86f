// A partition that has stopped goes on by `mirrors resume` alone, once the cause is gone.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { alterTopic } from '../../test/fixtures/odd-topics.ts';
import { waitUntil } from '../../test/fixtures/wait-until.ts';
import { systemClock } from '../base/clock.ts';
import { type Started, startCausewayCommand } from './run-for-tests.ts';
import { openSite, produce, type Site } from './site-for-tests.ts';

const waiting = ['--wait', '--timeout', '60s'];
const hourMs = 3_600_000;

interface Lag {
  readonly topic: string;
  readonly state: string;
  readonly position: string;
}

test('stopped, mended, resumed: mirrors to the end', { timeout: 180_000 }, async (t) => {
  const site = await openSite(t);
  const { lab, run, folder } = site;
  await lab.createTopic('eu-west', 'orders', { partitions: 1 });
  await produce(lab, 'eu-west', 'orders', 0, 200);
  // The roles apart: a controller would mend the target's settings by itself.
  const startRole = (role: string) => {
    const words = ['serve', '--region', 'us-east', '--role', role, '--name', role, '--http-port', '0'];
    const started = startCausewayCommand(words, { cwd: folder });
    t.after(() => end(started, 'SIGKILL'));
    return started;
  };
  assert.equal((await run('apply', '--yes')).code, 0);
  const controller = startRole('controller');
  const worker = startRole('worker');
  const applied = await run('apply', '--yes', ...waiting);
  assert.equal(applied.code, 0, applied.stderr + worker.stderr());
  await end(controller, 'SIGTERM');

  const nothing = await run('mirrors', 'resume', 'shop', 'orders');
  assert.equal(nothing.code, 0, 'nobody has to be asked where nothing is to be done');
  assert.match(nothing.stdout, /orders of shop in us-east was neither paused nor stopped/);

  const target = lab.bootstrapServers('us-east');
  await alterTopic(target, 'orders', { 'message.timestamp.before.max.ms': '1000' });
  await produce(lab, 'eu-west', 'orders', 200, 100, 0, BigInt(systemClock.wallMs() - hourMs));
  await stands(site, 'stopped', '200');
  const described = await run('mirrors', 'describe', 'shop');
  assert.match(described.stdout, /CW-2016 us-east orders-0: at target offset 200 .* INVALID_TIMESTAMP/);

  await alterTopic(target, 'orders', { 'message.timestamp.before.max.ms': String(2n ** 63n - 1n) });
  assert.equal((await run('mirrors', 'resume', 'shop', 'orders')).code, 2, 'nobody can be asked');
  const resumed = await run('mirrors', 'resume', 'shop', 'orders', '--yes', '-o', 'json', ...waiting);
  assert.equal(resumed.code, 0, resumed.stderr + worker.stderr());
  const { changed, stuck, ended } = JSON.parse(resumed.stdout) as Record<string, unknown>;
  assert.deepEqual({ changed, stuck, ended }, { changed: true, stuck: 1, ended: [] });
  await stands(site, 'mirroring', '300');
  const verified = await run('verify', 'shop');
  assert.equal(verified.code, 0, verified.stdout + verified.stderr);
});

const stands = ({ run }: Site, state: string, position: string) => {
  let seen = '';
  return waitUntil(
    `orders-0 to be ${state} at ${position}`,
    async () => {
      seen = (await run('mirrors', 'lag', '-o', 'json')).stdout;
      const rows = JSON.parse(seen) as Lag[];
      return rows.some((row) => row.state === state && row.position === position);
    },
    { seen: () => seen },
  );
};

async function end({ child, finished }: Started, signal: NodeJS.Signals): Promise<void> {
  child.kill(signal);
  await finished;
}
