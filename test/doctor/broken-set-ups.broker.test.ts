// `causeway doctor` as an operator runs it, against real brokers: every broken set-up has its cause named as
// the first problem, and as the only one. The page of the documentation holds what is printed; with
// CAUSEWAY_WRITE_DOCTOR_PAGE=1 in the environment this test writes it.
import assert from 'node:assert/strict';
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { systemClock } from '../../src/base/clock.ts';
import { silentLog } from '../../src/base/log.ts';
import { runCausewayCommand } from '../../src/cli/run-for-tests.ts';
import { openBrokerQuestions } from '../../src/kafka/admin/broker-questions.ts';
import { parseAddress } from '../../src/kafka/client/socket.ts';
import { securityFrom } from '../fixtures/link-plan.ts';
import { SecuredLab } from '../security/secured-lab.ts';
import { examples, masked, sectionText } from './page.ts';
import {
  defaultSet,
  type Ends,
  permitOnly,
  type SetUp,
  setUps,
  withTransaction,
  type World,
} from './set-ups.ts';

const secured = await SecuredLab.start({
  brokerSettings: {
    'authorizer.class.name': 'org.apache.kafka.metadata.authorizer.StandardAuthorizer',
    'super.users': 'User:ANONYMOUS',
    'allow.everyone.if.no.acl.found': 'true',
    'listener.name.tlslogin.sasl.enabled.mechanisms': 'PLAIN,SCRAM-SHA-512,OAUTHBEARER',
  },
});
const world: World = { secured, servers: [] };
after(async () => {
  for (const server of world.servers) server.close();
  await secured[Symbol.asyncDispose]();
});
const { lab } = secured;
await lab.createTopic('eu-west', 'orders');

const folder = join(secured.folder, 'doctor');
mkdirSync(folder);
const env = { PASSWORD: 'alice-secret', WRONG: 'wrong-secret' };
const outputs = new Map<string, string>();

const topologyText = (source: Ends, target: Ends, set: string): string =>
  `regions:\n${regionText('eu-west', source)}${regionText('us-east', target)}mirrors:\n  shop: ${set}\n`;

function regionText(name: string, { servers, settings }: Ends): string {
  const lines = Object.entries({ 'bootstrap.servers': servers, ...settings }).map(
    ([key, value]) => `      ${key}: ${JSON.stringify(withoutSecret(value))}\n`,
  );
  return `  ${name}:\n    kafka:\n${lines.join('')}`;
}

const plainly = (region: string): Ends => ({ servers: lab.bootstrapServers(region), settings: {} });

const withoutSecret = (value: string): string =>
  value.replace('alice-secret', '${env:PASSWORD}').replace('wrong-secret', '${env:WRONG}');

async function diagnose(setUp: SetUp, ...more: string[]) {
  const mend = await setUp.before?.(world);
  try {
    const source = (await setUp.source?.(world)) ?? plainly('eu-west');
    const target = setUp.target?.(world) ?? plainly('us-east');
    writeFileSync(join(folder, 'causeway.yaml'), topologyText(source, target, setUp.set ?? defaultSet));
    const args = ['doctor', '--timeout', setUp.timeout ?? '15s', ...more];
    return await runCausewayCommand(args, { cwd: folder, env });
  } finally {
    await mend?.();
  }
}

for (const setUp of setUps) {
  test(setUp.title, async () => {
    const { code, stdout, stderr } = await diagnose(setUp);
    const said = masked(stdout, folder);
    outputs.set(setUp.title, said);
    assert.equal(stderr, '');
    assert.doesNotMatch(stdout, /alice-secret|wrong-secret/);
    const problems = said.split('\n').filter((line) => line.startsWith('problem'));
    assert.equal(code, setUp.cause === undefined ? 0 : 10, stdout);
    assert.equal(problems.length, setUp.cause === undefined ? 0 : 1, stdout);
    if (setUp.cause !== undefined) assert.match(problems[0] ?? '', setUp.cause);
    const warnings = said.split('\n').filter((line) => line.startsWith('warning'));
    assert.equal(warnings.length, setUp.warned === undefined ? 0 : 1, stdout);
    if (setUp.warned !== undefined) assert.match(warnings[0] ?? '', setUp.warned);
  });
}

test('for programs, a finding per line', async () => {
  const { code, stdout } = await diagnose({ title: '', cause: undefined }, '-o', 'jsonl');
  assert.equal(code, 0);
  const findings = stdout
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line) as { state: string; check: string });
  assert.ok(findings.every(({ state }) => state === 'ok'));
  assert.ok(findings.some(({ check }) => check === 'permissions'));
});

test('what only another role needs is not missing', async () => {
  const setUp = setUps.find(({ title }) => title === 'A permission that is missing') ?? assert.fail();
  const { code, stdout } = await diagnose(setUp, '--role', 'controller', '--role', 'commands');
  assert.equal(code, 0, stdout);
});

test('transactions with the right on the cluster: their holes are filled directly', async () => {
  const set = '{ topics: [ledger], home: eu-west, to: [us-east] }';
  const setUp = { title: '', cause: undefined, set, before: withTransaction('ledger') };
  const { code, stdout } = await diagnose(setUp);
  assert.equal(code, 0, stdout);
  assert.match(stdout, /ok +shop: .*transactions \(filled\s+directly\)/s);
  assert.match(stdout, /0 problems, 0 warnings/);
  const asController = await diagnose(setUp, '--role', 'controller');
  assert.match(asController.stdout, /transactions \(by\s+the\s+worker’s\s+rights\)/);
});

test('a wrong password is tried at one address of many, and told once', async () => {
  const way = secured.login('PLAIN', true);
  const wrong = way.settings['sasl.jaas.config']?.replace('alice-secret', 'wrong-secret') ?? '';
  const address = secured.serversOf('eu-west', way);
  const servers = `${address},${address.replace('127.0.0.1', 'localhost')}`;
  const source = () => ({ servers, settings: { ...way.settings, 'sasl.jaas.config': wrong } });
  const { stdout } = await diagnose({ title: '', cause: undefined, source });
  assert.equal(stdout.split('\n').filter((line) => line.startsWith('problem')).length, 1, stdout);
  assert.match(
    stdout,
    /not run +eu-west: protocol, login \(the login was refused at \S+, and is not tried again\)/,
  );
});

test('what alice may do is asked of the broker: topics, groups, the cluster, transactional ids', async () => {
  const way = secured.login('PLAIN', true);
  await lab.createTopic('eu-west', 'asked');
  await permitOnly(lab.bootstrapServers('eu-west'), 'asked', ['Describe', 'DescribeConfigs']);
  const address = parseAddress(secured.serversOf('eu-west', way)) ?? assert.fail('no address');
  const security = securityFrom(way.settings, silentLog);
  const parts = { region: 'eu-west', address, clientId: 'doctor-test', security, clock: systemClock };
  const questions = await openBrokerQuestions({ ...parts, waitMs: 15_000 });
  try {
    const topics = await questions.rightsOnTopics(['asked', 'orders', 'none']);
    assert.deepEqual([...(topics.get('asked')?.operations ?? [])].sort(), ['Describe', 'DescribeConfigs']);
    assert.ok(topics.get('orders')?.operations?.has('Write'));
    assert.equal(topics.get('none')?.error, 'UNKNOWN_TOPIC_OR_PARTITION');
    const groups = await questions.rightsOnGroups(['causeway.workers']);
    // Nobody has used a group yet, and asking has not changed that.
    assert.match(groups.get('causeway.workers')?.error ?? '', /COORDINATOR/);
    assert.ok((await questions.rightsOnCluster()).operations?.has('DescribeConfigs'));
    const id = await questions.rightsOnTransactionalId('causeway.shop.eu-west.1');
    assert.deepEqual([...(id.operations ?? [])], ['Describe']);
    const refused = await questions.tryCreate({
      name: 'wide',
      partitions: 1,
      replicationFactor: 9,
      settings: new Map(),
    });
    assert.equal(refused?.error, 'INVALID_REPLICATION_FACTOR');
    const settings = new Map<string, string>();
    assert.equal(
      await questions.tryCreate({ name: 'small', partitions: 1, replicationFactor: 1, settings }),
      undefined,
    );
    assert.equal(
      (await questions.rightsOnTopics(['small'])).get('small')?.error,
      'UNKNOWN_TOPIC_OR_PARTITION',
    );
  } finally {
    await questions.close();
    await lab.deleteTopic('eu-west', 'asked');
  }
});

test('the page of the documentation holds what is said', () => {
  const section = sectionText(outputs);
  if (process.env['CAUSEWAY_WRITE_DOCTOR_PAGE'] === '1') examples.write(section);
  assert.equal(examples.text, section, 'run this test again with CAUSEWAY_WRITE_DOCTOR_PAGE=1');
});
