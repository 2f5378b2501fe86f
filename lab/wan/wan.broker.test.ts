// The emulated WAN between real brokers: addresses, delay, cuts, isolation. Each part leaves the links
// healed.
import assert from 'node:assert/strict';
import { type Socket, connect } from 'node:net';
import { test } from 'node:test';
import type { Lab } from '../lab.ts';
import { advertisedAddresses, registeredBrokers } from '../region-admin.ts';
import { ownLab } from '../rig.ts';

const home = 'eu-west';
const away = 'us-east';

test('brokers are reached through the emulated WAN, and it can be changed while they run', async (t) => {
  const lab = await ownLab(t, { links: [{ from: home, to: away, rttMs: 60 }] });
  await t.test('brokers advertise to each region the way that leads there', () => addressesOf(lab));
  await t.test('answers take the round trip, and only between regions', () => answersTakeTheRoundTrip(lab));
  await t.test('a held link answers nothing and goes on when it is joined', () => holdsAndGoesOn(lab));
  await t.test('a reset link destroys and refuses connections until it is joined', () => refuses(lab));
  await t.test('an isolated region is there for its own clients only', () => isolated(lab));
  await t.test('settings that no link can have are refused, and so are unknown regions', () => refusals(lab));
});

async function addressesOf(lab: Lab): Promise<void> {
  const seenFromAfar = lab.bootstrapServers(away, home);
  assert.notEqual(seenFromAfar, lab.bootstrapServers(away));
  assert.deepEqual([...(await advertisedAddresses(seenFromAfar))], [[1, seenFromAfar]]);
  const local = lab.bootstrapServers(away);
  assert.deepEqual([...(await advertisedAddresses(local))], [[1, local]]);
}

async function answersTakeTheRoundTrip(lab: Lab): Promise<void> {
  const startedAtMs = performance.now();
  await registeredBrokers(lab.bootstrapServers(away, home));
  const tookMs = performance.now() - startedAtMs;
  assert.ok(tookMs >= 120, `two requests at 60 ms each took ${tookMs} ms`);
  const passed = (await lab.wan.status()).filter(({ bytes }) => bytes > 0);
  assert.equal(passed.length, 2);
  const before = await bytesPassed(lab);
  await registeredBrokers(lab.bootstrapServers(away));
  assert.equal(await bytesPassed(lab), before);
}

async function holdsAndGoesOn(lab: Lab): Promise<void> {
  await lab.wan.cut(home, away);
  const before = await bytesPassed(lab);
  let answered = false;
  const asked = registeredBrokers(lab.bootstrapServers(away, home)).then((ids) => {
    answered = true;
    return ids;
  });
  for (let round = 0; round < 3; round += 1) await registeredBrokers(lab.bootstrapServers(away));
  assert.deepEqual([answered, await bytesPassed(lab)], [false, before]);
  await lab.wan.heal(home, away);
  assert.deepEqual(await asked, [1]);
}

async function refuses(lab: Lab): Promise<void> {
  const open = await connected(lab.bootstrapServers(away, home));
  const closed = new Promise((resolve) => open.once('close', resolve));
  open.on('error', () => undefined);
  await lab.wan.cut(home, away, 'reset', { oneWay: true });
  await closed;
  await assert.rejects(connected(lab.bootstrapServers(away, home)), { code: 'ECONNREFUSED' });
  await assert.rejects(connected(lab.bootstrapServers(home, away)), { code: 'ECONNREFUSED' });
  await lab.wan.heal(home, away);
  assert.deepEqual(await registeredBrokers(lab.bootstrapServers(away, home)), [1]);
}

async function isolated(lab: Lab): Promise<void> {
  await lab.faults.isolate(away);
  assert.equal(lab.wan.isIsolated(away), true);
  assert.ok((await lab.wan.status()).every(({ cut }) => cut === 'hold'));
  const before = await bytesPassed(lab);
  const asked = registeredBrokers(lab.bootstrapServers(away, home));
  assert.deepEqual(await registeredBrokers(lab.bootstrapServers(away)), [1]);
  assert.equal(await bytesPassed(lab), before);
  await lab.faults.heal(away);
  assert.deepEqual(await asked, [1]);
  await lab.faults.isolate(away, 1);
  const held = registeredBrokers(lab.bootstrapServers(away, home));
  assert.deepEqual(await registeredBrokers(lab.bootstrapServers(home, away)), [1]);
  await lab.faults.heal(away, 1);
  assert.deepEqual(await held, [1]);
}

async function refusals(lab: Lab): Promise<void> {
  await assert.rejects(lab.wan.set(home, 'nowhere', { rttMs: 1 }), { code: 'CW-5011' });
  await assert.rejects(lab.wan.set(home, away, { rttMs: -1 }), { code: 'CW-5014' });
  assert.throws(() => lab.bootstrapServers(away, 'nowhere'), { code: 'CW-5011' });
}

const bytesPassed = async (lab: Lab): Promise<number> =>
  (await lab.wan.status()).reduce((sum, { bytes }) => sum + bytes, 0);

function connected(address: string): Promise<Socket> {
  const [host = '', port] = address.split(':');
  return new Promise((resolve, reject) => {
    const socket = connect({ host, port: Number(port) });
    socket.once('error', reject);
    socket.once('connect', () => resolve(socket));
  });
}
