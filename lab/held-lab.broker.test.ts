// The lab as the commands know it, in a process of its own: found, changed and ended from here.
import assert from 'node:assert/strict';
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { parseTopology } from '../src/topology/parse-topology.ts';
import {
  findLab,
  injectFault,
  mustFindLab,
  setWan,
  startLabInBackground,
  startLoad,
  stopLab,
  stopLoad,
} from './control-client.ts';
import { codecs, type LabStatus } from './lab-types.ts';
import { processesOfLab, processStart } from './process-table.ts';
import { topicNames } from './region-admin.ts';

const folder = mkdtempSync(join(tmpdir(), 'causeway-held-lab-'));
process.env['CAUSEWAY_LAB_STATE_FOLDER'] = folder;
after(async () => {
  if ((await findLab()) !== undefined) await stopLab();
  rmSync(folder, { recursive: true, force: true });
});

test('a lab in the background is found, changed and ended from another process', async (t) => {
  await assert.rejects(mustFindLab(), { code: 'CW-5010' });
  const told: string[] = [];
  const started = await startLabInBackground({
    regions: [{ name: 'eu-west' }, { name: 'us-east' }],
    load: false,
    onProgress: (message) => told.push(message),
  });
  assert.ok(told.length > 0);
  assert.deepEqual(await findLab(), { ...started, links: (await findLab())?.links });
  await t.test('a second one is refused', () => assert.rejects(startLabInBackground(), { code: 'CW-5009' }));
  await t.test('its links have the round trips of the places', () => distances(started));
  await t.test('its topology files are valid, and each region sees the others from afar', () =>
    views(started),
  );
  await t.test('links and brokers change on demand', changes);
  await t.test('what is unknown or impossible is refused in words', refusals);
  await t.test('traffic reaches its topics, in every codec', traffic);
  await t.test('it ends on demand and leaves nothing', () => ends(started));
});

test('a lab whose process was killed is cleared away', async () => {
  const lab = await startLabInBackground({ regions: [{ name: 'eu-west' }] });
  assert.ok(processesOfLab(lab.id).length > 0);
  process.kill(lab.pid, 'SIGKILL');
  await until(() => processesOfLab(lab.id).length === 0 && !existsSync(join(folder, `${lab.id}.json`)));
  assert.equal(await findLab(), undefined);
});

test('a start that is given up leaves nothing', async () => {
  const giveUp = new AbortController();
  const started = startLabInBackground({
    onProgress: (message) => {
      if (message.startsWith('starting')) giveUp.abort(new Error('enough'));
    },
    signal: giveUp.signal,
  });
  await assert.rejects(started, /enough/);
  assert.equal(await findLab(), undefined);
});

function distances(lab: LabStatus): void {
  assert.deepEqual(
    lab.links.map(({ from, to, oneWayDelayMs }) => [from, to, oneWayDelayMs > 30 && oneWayDelayMs < 55]),
    [
      ['eu-west', 'us-east', true],
      ['us-east', 'eu-west', true],
    ],
  );
  assert.deepEqual(
    lab.regions.map(({ location }) => location),
    ['aws/eu-west-1', 'aws/us-east-1'],
  );
}

async function views(lab: LabStatus): Promise<void> {
  const files = lab.topologies;
  assert.ok(files);
  for (const file of [files.operator, ...Object.values(files.byRegion)]) {
    const parsed = parseTopology({ file, text: readFileSync(file, 'utf8') });
    assert.deepEqual('problems' in parsed ? parsed.problems : parsed.warnings, []);
  }
  const [home] = lab.regions;
  assert.ok(readFileSync(files.operator, 'utf8').includes(home?.bootstrapServers ?? '?'));
  assert.ok(!readFileSync(files.byRegion['us-east'] ?? '', 'utf8').includes(home?.bootstrapServers ?? '?'));
  const topics = await topicNames(home?.bootstrapServers ?? '');
  assert.deepEqual(topics.sort(), ['clicks', 'orders', 'payments']);
}

async function changes(): Promise<void> {
  const slow = await setWan('eu-west', 'us-east', { rttMs: 10, bandwidthBytesPerSecond: 1_000_000 }, true);
  assert.deepEqual(
    slow.links.map(({ oneWayDelayMs, bandwidthBytesPerSecond }) => [
      oneWayDelayMs <= 5,
      bandwidthBytesPerSecond,
    ]),
    [
      [true, 1_000_000],
      [false, null],
    ],
  );
  const killed = await injectFault('kill', 'us-east', 1);
  assert.equal(killed.regions[1]?.brokers[0]?.state, 'dead');
  const isolated = await injectFault('isolate', 'us-east');
  assert.deepEqual([isolated.regions[1]?.isolated, isolated.links[0]?.cut], [true, 'hold']);
  const healed = await injectFault('heal', 'us-east');
  assert.deepEqual([healed.regions[1]?.isolated, healed.links[0]?.cut], [false, null]);
  assert.equal(healed.regions[1]?.brokers[0]?.state, 'running');
  const paused = await injectFault('pause', 'us-east');
  assert.equal(paused.regions[1]?.brokers[0]?.state, 'paused');
  const restarted = await injectFault('restart', 'us-east');
  assert.equal(restarted.regions[1]?.brokers[0]?.state, 'running');
  assert.notEqual(restarted.regions[1]?.brokers[0]?.pid, paused.regions[1]?.brokers[0]?.pid);
}

async function refusals(): Promise<void> {
  await assert.rejects(setWan('eu-west', 'nowhere', { cut: 'hold' }), { code: 'CW-5011' });
  await assert.rejects(injectFault('kill', 'us-east', 7), { code: 'CW-5011' });
  await assert.rejects(startLoad({ region: 'eu-west', topics: ['orders'] }), { code: 'CW-5014' });
  await assert.rejects(startLoad({ region: 'nowhere', topics: ['orders'], recordsPerSecond: 1 }), {
    code: 'CW-5011',
  });
}

async function traffic(): Promise<void> {
  for (const codec of codecs) {
    await startLoad({ region: 'eu-west', topics: ['orders'], recordsPerSecond: 100, codec, headers: 2 });
    await until(async () => ((await mustFindLab()).load[0]?.records ?? 0) > 0);
    assert.equal((await mustFindLab()).load[0]?.lastError, undefined);
  }
  await startLoad();
  await until(async () => ((await mustFindLab()).load[0]?.records ?? 0) > 0);
  const stopped = await stopLoad();
  assert.deepEqual([stopped.load.length, stopped.load[0]?.running], [1, false]);
}

async function ends(lab: LabStatus): Promise<void> {
  await stopLab();
  assert.equal(await findLab(), undefined);
  assert.deepEqual([processesOfLab(lab.id), processStart(lab.pid)], [[], undefined]);
  assert.equal(existsSync(join(lab.folder, 'eu-west-1.log')), true);
}

async function until(condition: () => boolean | Promise<boolean>): Promise<void> {
  while (!(await condition())) await new Promise((resolve) => setTimeout(resolve, 50));
}
