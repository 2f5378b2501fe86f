// `causeway generate acls` as a shell sees it. No brokers are needed.
import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { exitCode } from './exit-codes.ts';
import { runCausewayCommand } from './run-for-tests.ts';

const folder = mkdtempSync(join(tmpdir(), 'causeway-acls-'));
after(() => rmSync(folder, { recursive: true, force: true }));
writeFileSync(
  join(folder, 'causeway.yaml'),
  `regions:
  eu: { kafka: { bootstrap.servers: "\${env:EU_SERVERS}" } }
  us: { kafka: { bootstrap.servers: "us:9092" } }
mirrors:
  shop: { topics: [orders], home: eu, to: [us] }
`,
);
const generate = (words: readonly string[], env: Record<string, string> = { EU_SERVERS: 'eu:9092' }) =>
  runCausewayCommand(['generate', 'acls', '--principal', 'User:c', ...words], { cwd: folder, env });

test('addresses are those that placeholders stand for', async () => {
  const { code, stdout, stderr } = await generate([]);
  assert.equal(code, exitCode.fine, stderr);
  assert.match(stdout, /--bootstrap-server eu:9092 /);
  const unset = await generate([], {});
  assert.equal(unset.code, exitCode.invalidConfiguration);
  assert.match(unset.stderr, /EU_SERVERS is not set \(CW-1018\)/);
  assert.equal((await generate(['--region', 'us'], {})).code, exitCode.fine, 'nobody asks for the other one');
});

test('programs get the denials and the warnings, too', async () => {
  const { stdout, stderr } = await generate(['--deny-write', 'User:app', '-o', 'json']);
  assert.equal(stderr, '');
  const { permissions, denials, notes } = JSON.parse(stdout) as Record<string, Record<string, unknown>[]>;
  assert.ok(permissions?.some(({ principal, operation }) => principal === 'User:c' && operation === 'Write'));
  assert.deepEqual(denials, [
    {
      principal: 'User:app',
      region: 'us',
      operation: 'Write',
      resourceType: 'topic',
      resource: 'orders',
      pattern: 'literal',
    },
  ]);
  assert.deepEqual(
    notes?.map(({ region, text }) => [region, /shuts out everyone/.test(String(text))]),
    [['eu', true]],
  );
});

const refused: readonly (readonly [readonly string[], number, RegExp])[] = [
  [['--principal', 'bob'], exitCode.usage, /--principal "bob" is not a principal like User:causeway/],
  [['--principal', 'User:'], exitCode.usage, /"User:" is not a principal/],
  [['--principal', 'User:a\nrm -rf x'], exitCode.usage, /"User:a\?rm -rf x" is not a principal/],
  [['--deny-write', 'app'], exitCode.usage, /--deny-write "app" is not a principal/],
  [['--deny-write', 'User:app\r'], exitCode.usage, /--deny-write "User:app\?" is not/],
  [['--deny-write', 'User:c'], exitCode.refused, /that is Causeway itself.*CW-6019/],
  [['--role', 'commands', '--deny-write', 'User:app'], exitCode.refused, /without --role worker/],
  [['--role', 'worker,boss'], exitCode.usage, /--role "boss" is not one of controller, worker, commands/],
  [
    ['--region', 'eu-wst'],
    exitCode.usage,
    /no region "eu-wst" in the topology; it has eu, us[^]*Regions are those of/,
  ],
];

test('what cannot be written into a script is refused before anything is', async () => {
  await Promise.all(
    refused.map(async ([words, code, message]) => {
      const ended = await generate(words);
      assert.equal(ended.code, code, ended.stderr);
      assert.match(ended.stderr, message);
      assert.equal(ended.stdout, '');
    }),
  );
});

test('roles are taken with commas between, and one by one', async () => {
  const [once, twice] = await Promise.all([
    generate(['--role', 'worker,controller', '-o', 'json']),
    generate(['--role', 'controller', '--role', 'worker', '-o', 'json']),
  ]);
  assert.equal(once.stdout, twice.stdout);
  assert.ok(!once.stdout.includes('"commands"') && once.stdout.includes('"worker"'));
});
