// Live traffic while logins end and are made again, and while certificates and their authority are replaced.
import assert from 'node:assert/strict';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { CertificateAuthority } from '../../lab/authority.ts';
import { uniqueTopic } from '../../lab/rig.ts';
import { addScramUser } from '../../lab/scram-users.ts';
import type { RunningEngine } from '../fixtures/link-plan.ts';
import { TestLink } from '../fixtures/test-link.ts';
import { waitUntil } from '../fixtures/wait-until.ts';
import { mechanisms, SecuredLab, type Way } from './secured-lab.ts';

/** A broker closes a connection whose login is older, at its next request. */
const reauthMs = 2_000;
const logins = 5;
const secured = await SecuredLab.start({ reauthMs });
after(() => secured[Symbol.asyncDispose]());
for (const region of ['eu-west', 'us-east']) {
  await addScramUser(secured.lab.bootstrapServers(region), 'alice', 'alice-secret');
}

const endAt = (region: string, way: Way) => ({
  bootstrapServers: secured.serversOf(region, way),
  security: way.settings,
});

async function openLink(way: Way): Promise<{ link: TestLink; topic: string }> {
  const topic = uniqueTopic('renewed');
  const ends = { sourceEnd: endAt('eu-west', way), targetEnd: endAt('us-east', way) };
  const link = await TestLink.open(secured.lab, topic, ends);
  await link.createTopic(topic);
  return { link, topic };
}

const startsOf = ({ engine }: RunningEngine) => [...engine.partitions].map(({ counts }) => counts.starts);

for (const mechanism of mechanisms) {
  test(`${mechanism}: records flow on one connection while the login is made again ${logins} times`, async () => {
    const { link, topic } = await openLink(secured.login(mechanism, true));
    await using _ = link;
    await using running = link.startEngine([{ topic, partition: 0 }]);
    const endMs = performance.now() + logins * reauthMs;
    while (performance.now() < endMs) {
      await link.produce(topic, 0, 20);
      await link.caughtUp({ topic, partition: 0 });
    }
    await link.mustBeEqual({ topic, partition: 0 });
    assert.deepEqual(startsOf(running), [1]);
  });
}

test('certificates of client and broker and their authority are replaced, and nothing is restarted', async () => {
  const endsAt = new Date(Date.now() + 8_000);
  const write = (name: string, text: string) => writeFileSync(join(secured.folder, name), text);
  const first = secured.authority.issue({ commonName: 'alice', validTo: endsAt });
  write('client.pem', `${first.key}${first.certificate}`);
  const { link, topic } = await openLink(secured.mutual);
  await using _ = link;
  await using running = link.startEngine([{ topic, partition: 0 }]);
  const [partition] = running.engine.partitions;
  const carryOn = async () => {
    await link.produce(topic, 0, 20);
    await link.caughtUp({ topic, partition: 0 });
  };
  const carryOnThroughRestart = async (region: string) => {
    const before = partition?.counts.starts ?? 0;
    await secured.lab.faults.restart(region);
    await waitUntil('another start', () => (partition?.counts.starts ?? 0) > before);
    await carryOn();
  };
  await carryOn();

  // Both authorities are trusted before anybody shows what the new one signed.
  const next = new CertificateAuthority('next authority');
  write('trust.pem', `${secured.authority.certificate}${next.certificate}`);
  for (const region of ['eu-west', 'us-east']) await carryOnThroughRestart(region);
  const renewed = next.issue({ commonName: 'alice' });
  const server = next.issue({ commonName: 'broker', hosts: ['localhost', '127.0.0.1'] });
  write('server.pem', `${server.key}${server.certificate}`);
  write('client.pem', `${renewed.key}${renewed.certificate}`);
  await carryOn();
  await waitUntil('the first certificate to end', () => Date.now() > endsAt.getTime());
  await carryOn();
  for (const region of ['eu-west', 'us-east']) await carryOnThroughRestart(region);
  write('trust.pem', next.certificate);
  await carryOnThroughRestart('us-east');
  await link.mustBeEqual({ topic, partition: 0 });
  assert.deepEqual(
    [...running.engine.partitions].map(({ state }) => state.name),
    ['mirroring'],
  );
});
