// The way of an operator where every connection is secured: SCRAM over TLS in one region, certificates from
// both sides in the other; the passwords in the environment.
import assert from 'node:assert/strict';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { runCausewayCommand, startCausewayCommand } from '../../src/cli/run-for-tests.ts';
import { produce } from '../../src/cli/site-for-tests.ts';
import { SecuredLab, type Way } from './secured-lab.ts';

const secured = await SecuredLab.start();
after(() => secured[Symbol.asyncDispose]());
const { lab, folder } = secured;

function regionText(name: string, way: Way): string {
  const servers = { 'bootstrap.servers': secured.serversOf(name, way) };
  const settings = Object.entries({ ...servers, ...way.settings }).map(([setting, value]) => {
    const shown = value.replace('alice-secret', '${env:EU_PASSWORD}');
    return `      ${setting}: ${JSON.stringify(shown)}\n`;
  });
  return `  ${name}:\n    kafka:\n${settings.join('')}`;
}

const topology = (source: Way, target: Way) =>
  `regions:\n${regionText('eu-west', source)}${regionText('us-east', target)}` +
  'mirrors:\n  shop: { topics: ["orders*"], home: eu-west, to: [us-east] }\n';

writeFileSync(join(folder, 'causeway.yaml'), topology(secured.login('SCRAM-SHA-512', true), secured.mutual));

const within = (password: string) => ({ cwd: folder, env: { EU_PASSWORD: password } });
const run = (...args: string[]) => runCausewayCommand(args, within('alice-secret'));

test('plan, apply, serve, status and verify between secured clusters', { timeout: 180_000 }, async () => {
  await lab.createTopic('eu-west', 'orders', { partitions: 2 });
  await produce(lab, 'eu-west', 'orders', 0, 500);

  const server = startCausewayCommand(
    ['serve', '--region', 'us-east', '--http-port', '0'],
    within('alice-secret'),
  );
  try {
    const applied = await run('apply', '--yes', '--wait', '--timeout', '60s');
    assert.equal(applied.code, 0, applied.stderr + server.stderr());
    assert.match((await run('status')).stdout, /shop +eu-west → us-east +mirroring/);
    const verified = await run('verify', '--all');
    assert.equal(verified.code, 0, verified.stdout + verified.stderr);
    assert.match(verified.stdout, /equal: \d+ records in 2 partitions/);
  } finally {
    server.child.kill('SIGKILL');
    await server.finished;
  }
  assert.doesNotMatch(server.stderr(), /alice-secret/);
});

test('a wrong password is told as such, without the password', async () => {
  const plan = await runCausewayCommand(['plan'], within('wrong-secret'));
  assert.equal(plan.code, 4, plan.stderr);
  assert.match(plan.stdout, /eu-west\s+cannot be planned: CW-3012 .*\s+.*login by SCRAM-SHA-512 was refused/);
  assert.doesNotMatch(plan.stdout, /CW-3012 CW-3012/);
  assert.equal(plan.stderr, '');
  assert.doesNotMatch(plan.stdout + plan.stderr, /wrong-secret/);
});

test('a login without a secret in the environment names the variable', async () => {
  const plan = await runCausewayCommand(['plan'], { cwd: folder });
  assert.equal(plan.code, 4);
  assert.match(plan.stdout, /CW-1018 .*EU_PASSWORD.*\s+.*is not set/);
});

test('a file with the password in it is applied nowhere', async () => {
  const file = join(folder, 'with-secret.yaml');
  const way = secured.login('SCRAM-SHA-512', true);
  const text = topology(way, secured.mutual).replaceAll('${env:EU_PASSWORD}', 'alice-secret');
  writeFileSync(file, text);
  const plan = await run('plan', '--config', file);
  assert.match(plan.stdout, /warning CW-1029 password of sasl\.jaas\.config is a secret in the file itself/);
  const applied = await run('apply', '--yes', '--config', file);
  assert.equal(applied.code, 3, applied.stderr);
  assert.match(applied.stderr, /nothing was changed: .*\n.*with-secret\.yaml:\d+:\d+ password of.*CW-1029/);
  assert.doesNotMatch(`${plan.stdout}${plan.stderr}${applied.stdout}${applied.stderr}`, /alice-secret/);
});
