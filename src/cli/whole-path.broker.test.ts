// The way of an operator over real brokers, through the shell: plan, apply, serve, status, pause, resume,
// verify.
import assert from 'node:assert/strict';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { test } from 'node:test';
import { openTransaction } from '../../test/fixtures/odd-topics.ts';
import { waitUntil } from '../../test/fixtures/wait-until.ts';
import { type Started, startCausewayCommand } from './run-for-tests.ts';
import { openSite, produce, type Site, topologyText } from './site-for-tests.ts';

const serveWords = ['serve', '--region', 'us-east', '--name', 'w1', '--http-port', '0'];

test('plan, apply, serve, status, pause, resume, verify', { timeout: 400_000 }, async (t) => {
  const site = await openSite(t);
  await site.lab.createTopic('eu-west', 'orders', { partitions: 2 });
  await site.lab.createTopic('eu-west', 'other', { partitions: 1 });
  await produce(site.lab, 'eu-west', 'orders', 0, 500);

  await t.test('before anything is applied', () => beforeApply(site));
  await t.test('one cluster under two names', () => refuseOneCluster(site));
  await t.test('plan and apply', () => planAndApply(site));
  const server = startCausewayCommand(serveWords, { cwd: site.folder });
  try {
    await t.test('serve mirrors, and status says so', () => mirrorAndLook(site, server));
    await t.test('pause holds, resume goes on', () => pauseAndResume(site));
    await t.test('an open transaction at the source holds it, and says so', () => holdAndGo(site));
    await t.test('verify finds nothing, and then what was planted', () => verifyBoth(site));
    await t.test('serve ends in order, and status says so', () => stopServer(site, server));
  } finally {
    server.child.kill('SIGKILL');
    await server.finished;
  }
});

async function beforeApply({ run }: Site): Promise<void> {
  const status = await run('status');
  assert.equal(status.code, 0, status.stderr);
  assert.match(status.stdout, /No topology has been applied/);
  assert.equal((await run('verify', '--all')).code, 6);
  assert.equal((await run('mirrors', 'pause', 'shop', '--yes')).code, 6);
  assert.equal((await run('status', '--detailed-exitcode')).code, 10);
}

async function refuseOneCluster({ run, lab, folder }: Site): Promise<void> {
  const address = lab.bootstrapServers('eu-west');
  const other = address.replaceAll('127.0.0.1', 'localhost');
  await writeFile(join(folder, 'twice.yaml'), topologyText({ 'eu-west': address, 'us-east': other }));
  for (const command of [['plan'], ['apply', '--yes']]) {
    const { code, stderr } = await run(...command, '--config', 'twice.yaml');
    assert.equal(code, 3, stderr);
    assert.match(stderr, /eu-west and us-east are the same Kafka cluster \(its id is .*\(CW-1011\)/);
  }
  assert.match((await run('status')).stdout, /No topology has been applied/);
}

async function planAndApply({ run }: Site): Promise<void> {
  const plan = await run('plan', '--detailed-exitcode');
  assert.equal(plan.code, 8, plan.stderr);
  assert.match(plan.stdout, /create the ledger topics of this region/);
  assert.match(plan.stdout, /create topic orders: 2 partitions, replication factor 1 \([0-9.]+ kB to copy\)/);
  assert.doesNotMatch(plan.stdout, /topic other/);

  assert.equal((await run('apply')).code, 2, 'nobody can be asked');
  const applied = await run('apply', '--yes', '--reason', 'a test', '-o', 'json');
  assert.equal(applied.code, 0, applied.stderr);
  assert.deepEqual((JSON.parse(applied.stdout) as { regions: string[] }).regions, ['eu-west', 'us-east']);

  const again = await run('plan', '-o', 'json');
  const data = JSON.parse(again.stdout) as { changes: unknown[]; applied: { reason: string } };
  assert.deepEqual(data.changes, []);
  assert.equal(data.applied.reason, 'a test');
  const silent = await run('status');
  assert.match(silent.stdout, /no worker is alive in us-east/);
}

async function mirrorAndLook({ run }: Site, server: Started): Promise<void> {
  const applied = await run('apply', '--yes', '--wait', '--timeout', '60s');
  assert.equal(applied.code, 0, applied.stderr + server.stderr());
  const status = await run('status', '--detailed-exitcode');
  assert.equal(status.code, 0, status.stdout + status.stderr);
  assert.match(status.stdout, /shop +eu-west → us-east +mirroring/);
  const again = await run('apply');
  assert.equal(again.code, 0, 'nobody has to be asked where nothing is to be done');
  assert.match(again.stdout, /Nothing was applied/);
  const lag = await run('mirrors', 'lag', '-o', 'json');
  const rows = JSON.parse(lag.stdout) as { topic: string; lagRecords: string }[];
  assert.deepEqual(
    rows.map((row) => row.topic),
    ['orders', 'orders'],
  );
  assert.match((await run('mirrors', 'explain', 'orders')).stdout, /orders is mirrored by shop to us-east/);
  assert.match((await run('mirrors', 'explain', 'other')).stdout, /no pattern of any set matches it/);
}

async function pauseAndResume({ run, lab }: Site): Promise<void> {
  const paused = await run(
    'mirrors',
    'pause',
    'shop',
    '--yes',
    '--wait',
    '--timeout',
    '60s',
    '--reason',
    'why',
  );
  assert.equal(paused.code, 0, paused.stderr);
  assert.match((await run('status')).stdout, /paused/);
  assert.match((await run('mirrors', 'describe', 'shop')).stdout, /paused +\* by .*: why/);
  await produce(lab, 'eu-west', 'orders', 500, 100);
  assert.equal(
    (await run('mirrors', 'resume', 'shop', 'orders', '--yes')).code,
    6,
    'the whole set is paused',
  );
  const resumed = await run('mirrors', 'resume', 'shop', '--yes', '--wait', '--timeout', '60s');
  assert.equal(resumed.code, 0, resumed.stderr);
}

async function holdAndGo({ run, lab }: Site): Promise<void> {
  await untilNoLag(run, 600);
  await using transaction = await openTransaction(lab.bootstrapServers('eu-west'), 'orders', 3, 1);
  await produce(lab, 'eu-west', 'orders', 600, 2, 1);
  const says = async (command: readonly string[], pattern: RegExp, isSaid = true) => {
    let seen = '';
    const look = async () => pattern.test((seen = (await run(...command)).stdout)) === isSaid;
    await waitUntil(`${command.join(' ')}: ${String(pattern)} ${isSaid}`, look, { seen: () => seen });
  };
  const byWhom = `\\(producer ${transaction.producerId ?? 'unknown'}\\)`;
  const held = new RegExp(`orders-1: held by an open transaction at the source for [0-9.]+s ${byWhom}`);
  await says(['status'], held);
  await says(['mirrors', 'explain', 'orders'], /orders-1 is held by an open transaction/);
  await says(['mirrors', 'lag'], /orders-1 +mirroring \(held\) +\d+ +0 +\d+ +5 /);
  await transaction.end('commit');
  await says(['status'], /held by/, false);
  // Three records, two behind them, and the marker's offset, which a filler uses up.
  await untilNoLag(run, 606);
}

async function verifyBoth({ run, lab }: Site): Promise<void> {
  await untilNoLag(run, 606);
  const equal = await run('verify', 'shop');
  assert.equal(equal.code, 0, equal.stdout + equal.stderr);
  const sample = await run('verify', 'shop', '--sample', '10%', '--seed', '7', '--since', '1d');
  assert.equal(sample.code, 0, sample.stdout + sample.stderr);
  assert.match(
    sample.stdout,
    /equal since .* in a sample of \d+ of \d+ offsets, seed 7: \d+ records in 2 part/,
  );
  // A stranger writes into the mirror.
  await produce(lab, 'us-east', 'orders', 9_000, 3, 0);
  const different = await run('verify', 'shop', '-o', 'json');
  assert.equal(different.code, 8, different.stdout + different.stderr);
  assert.match(different.stdout, /"from": "\d+"/);
}

async function stopServer({ run }: Site, server: Started): Promise<void> {
  server.child.kill('SIGTERM');
  const { code, stderr } = await server.finished;
  assert.equal(code, 0, stderr);
  assert.match(
    (await run('mirrors', 'describe', 'shop')).stdout,
    /process +w1 \(controller, worker\), stopped/,
  );
  assert.equal((await run('status', '--detailed-exitcode')).code, 10);
}

/** `offsets`: of all partitions together. */
async function untilNoLag(run: Site['run'], offsets: number): Promise<void> {
  for (;;) {
    const { stdout } = await run('mirrors', 'lag', '-o', 'json');
    const rows = JSON.parse(stdout) as { lagRecords: string | null; position: string }[];
    const copied = rows.reduce((sum, row) => sum + Number(row.position), 0);
    if (copied === offsets && rows.every((row) => row.lagRecords === '0')) return;
  }
}
