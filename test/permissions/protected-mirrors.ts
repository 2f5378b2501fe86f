// Whether mirrors are read-only for others, as `mirrors describe` says and as somebody else finds who tries
// to write: with a batch that no broker appends.
import assert from 'node:assert/strict';
import { silentLog } from '../../src/base/log.ts';
import { encodeBatch } from '../../src/kafka/batch/encode-batch.ts';
import { kafkaErrorName } from '../../src/kafka/wire/error-codes.ts';
import { protectionLines } from '../../src/permissions/acl-warnings.ts';
import type { NamedResource } from '../../src/permissions/topic-resources.ts';
import { openCluster } from '../fixtures/link-plan.ts';
import { type PermissionSite, ruleOf, target } from './permission-site.ts';
import { runAclScripts } from './run-script.ts';
import { superUser } from './acl-lab.ts';

/** An application of the region. */
export const shop = 'shop';

/** A base offset above 0 is refused, whoever asks: permissions are looked at first. */
async function tryToWrite(site: PermissionSite, topic: string): Promise<string> {
  const security = site.acls.settingsOf(shop);
  const end = { region: target, bootstrapServers: site.acls.serversOf(target), security };
  const cluster = openCluster(end, 'test', silentLog);
  try {
    const [{ nodeId } = { nodeId: -1 }] = (await cluster.metadata([])).brokers;
    const broker = await cluster.connect(nodeId);
    const records = encodeBatch([{ timestamp: 1n, key: undefined, value: undefined }], { baseOffset: 5n });
    const [view] = (await site.superCluster.metadata([topic])).topics;
    const topics = [{ topic, topicId: view?.topicId ?? '', partitions: [{ partition: 0, records }] }];
    const { partitions } = await broker.produce({ acks: -1, timeoutMs: 5_000, topics });
    broker.destroy('tried');
    return kafkaErrorName(partitions[0]?.errorCode ?? -1);
  } finally {
    await cluster.close();
  }
}

async function described(site: PermissionSite): Promise<string> {
  const { stdout, stderr, code } = await site.run('commands', 'mirrors', 'describe', 'shop');
  assert.equal(code, 0, stderr);
  return /^ *write protection (.*)$/m.exec(stdout)?.[1] ?? stdout;
}

const listedMirrors: readonly NamedResource[] = [
  { resource: 'orders', pattern: 'literal' },
  { resource: 'ord', pattern: 'prefixed' },
  { resource: '*', pattern: 'literal' },
];

/** Asks, for each of them, as the comments of a script say that whoever may write is shown. */
function listingScript(site: PermissionSite): string {
  const asked = listedMirrors.flatMap((mirror) => protectionLines('acls', 'User:worker', [mirror]));
  const commands = asked.flatMap((line) => /^# (acls --list.*)$/.exec(line)?.[1] ?? []);
  assert.equal(commands.length, listedMirrors.length);
  const tool = `"$KAFKA_ACLS" --bootstrap-server ${site.acls.serversOf(target)}`;
  return `acls() { ${tool} --command-config "$ADMIN_US_EAST" "$@"; }\n${commands.join('\n')}\n`;
}

/** At the start nobody but Causeway may write, and the commands may not look. */
export async function checkProtection(site: PermissionSite): Promise<void> {
  assert.match(
    await described(site),
    /^\? us-east: .*User:commands lacks Describe on the cluster .*--cluster`$/,
  );
  const optional = site.permissions('commands').filter(({ resourceType }) => resourceType === 'cluster');
  await site.acls.give(target, optional.filter(({ region }) => region === target).map(ruleOf));
  assert.equal(await described(site), 'protected: no rule lets anybody else write');
  assert.equal(await tryToWrite(site, 'orders'), 'TOPIC_AUTHORIZATION_FAILED');

  const wide = { operation: 'Write', resourceType: 'topic', resource: '*', pattern: 'literal' } as const;
  const rules = [wide, { ...wide, resource: 'orders' }].map((each) => ({
    principal: `User:${shop}`,
    ...each,
  }));
  await site.acls.give(target, rules);
  assert.match(await described(site), /^writable by User:shop \(.* and \d+ more\)$/);
  assert.equal(await tryToWrite(site, 'orders'), 'INVALID_RECORD');

  const words = ['--region', target, '--principal', 'User:worker', '--role', 'worker'];
  const made = await site.run('worker', 'generate', 'acls', ...words, '--deny-write', `User:${shop}`);
  assert.equal(made.code, 0, made.stderr);
  const scripts = [listingScript(site), made.stdout];
  const admin = { ADMIN_US_EAST: site.acls.settingsOf(superUser) };
  const printed = await runAclScripts(scripts, site.folder, admin);
  for (const index of listedMirrors.keys()) {
    for (const { principal, resource } of rules) {
      const heading = `name=${resource}, patternType=LITERAL)`;
      const block = printed[index]?.split('Current ACLs').find((each) => each.includes(heading));
      assert.ok(block?.includes(`(principal=${principal}, host=*, operation=WRITE`), printed[index]);
    }
  }
  assert.equal(await described(site), 'protected: no rule lets anybody else write');
  assert.equal(await tryToWrite(site, 'orders'), 'TOPIC_AUTHORIZATION_FAILED');
}
