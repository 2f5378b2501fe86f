// Live traffic while logins end and are made again, and while certificates and their authority are replaced.
import assert from 'node:assert/strict';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { after, suite, test } from 'node:test';
import { CertificateAuthority } from '../../lab/authority.ts';
import { uniqueTopic } from '../../lab/rig.ts';
import type { RunningEngine } from '../fixtures/link-plan.ts';
import { TestLink } from '../fixtures/test-link.ts';
import { mechanisms, SecuredLab, type Way } from './secured-lab.ts';

/** A broker closes a connection whose login is older, at its next request. */
const reauthMs = 2_000;
const logins = 5;
const secured = await SecuredLab.start({ reauthMs });
after(() => secured[Symbol.asyncDispose]());

async function openLink(way: Way): Promise<{ link: TestLink; topic: string }> {
  const topic = uniqueTopic('renewed');
  const ends = { sourceEnd: secured.endAt('eu-west', way), targetEnd: secured.endAt('us-east', way) };
  const link = await TestLink.open(secured.lab, topic, ends);
  await link.createTopic(topic);
  return { link, topic };
}

const startsOf = ({ engine }: RunningEngine) => [...engine.partitions].map(({ counts }) => counts.starts);

suite(`the login is made again ${logins} times: mirror and administration keep their connections`, {
  concurrency: true,
}, () => {
  for (const mechanism of mechanisms) {
    test(mechanism, async () => {
      const { link, topic } = await openLink(secured.login(mechanism, true));
      await using _ = link;
      await using running = link.startEngine([{ topic, partition: 0 }]);
      const admin = secured.openAdmin('us-east', secured.login(mechanism, true));
      try {
        const endMs = performance.now() + logins * reauthMs;
        while (performance.now() < endMs) {
          await link.produce(topic, 0, 20);
          await link.caughtUp({ topic, partition: 0 });
          // A connection that the broker has closed would fail it.
          await admin.topicSettings([topic]);
        }
      } finally {
        await admin.close();
      }
      await link.mustBeEqual({ topic, partition: 0 });
      assert.deepEqual(startsOf(running), [1]);
    });
  }
});

test('certificates and their authority are replaced, and no worker is restarted', async () => {
  const write = (name: string, text: string) => writeFileSync(join(secured.folder, name), text);
  const { link, topic } = await openLink(secured.mutual);
  await using _ = link;
  await using running = link.startEngine([{ topic, partition: 0 }]);
  const carryOn = async () => {
    await link.produce(topic, 0, 20);
    await link.caughtUp({ topic, partition: 0 });
  };
  /** A restarted broker has lost every connection: what goes on does so over a new one. */
  const carryOnThroughRestart = async (region: string) => {
    await secured.lab.faults.restart(region);
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
  for (const region of ['eu-west', 'us-east']) await carryOnThroughRestart(region);
  // What the former authority has signed is worth nothing any more.
  write('trust.pem', next.certificate);
  for (const region of ['eu-west', 'us-east']) await carryOnThroughRestart(region);
  await link.mustBeEqual({ topic, partition: 0 });
  assert.deepEqual(
    [...running.engine.partitions].map(({ state }) => state.name),
    ['mirroring'],
  );
});
