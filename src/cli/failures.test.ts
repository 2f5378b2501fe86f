// What a shell sees when something is wrong: the exit code, the message on standard error, and nothing on
// standard output. No brokers are needed.
import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { exitCode } from './exit-codes.ts';
import { runCausewayCommand, startCausewayCommand } from './run-for-tests.ts';

const folder = mkdtempSync(join(tmpdir(), 'causeway-failures-'));
after(() => rmSync(folder, { recursive: true, force: true }));

/** A lab that somebody works with on this machine is none of these tests' business. */
const env = { CAUSEWAY_LAB_STATE_FOLDER: folder };
/** Nothing listens on port 1. */
const valid = `regions:
  eu-west: { kafka: { bootstrap.servers: "127.0.0.1:1" } }
  us-east: { kafka: { bootstrap.servers: "\${env:SERVERS_OF_US_EAST}" } }
mirrors:
  all: { topics: ["*"], home: eu-west, to: [us-east] }
`;
const file = (name: string, text: string): string => {
  const path = join(folder, name);
  writeFileSync(path, text);
  return path;
};
const silent = file('silent.yaml', valid);
const broken = file(
  'broken.yaml',
  valid.replace('home: eu-west', 'hmoe: eu-west').replace('to: [us', 'to: [ux'),
);

interface Case {
  readonly words: readonly string[];
  readonly code: number;
  readonly message: RegExp;
}

const cases: readonly Case[] = [
  { words: ['staus'], code: exitCode.usage, message: /Did you mean status/ },
  { words: ['status', '-q', '-v'], code: exitCode.usage, message: /exclude each other/ },
  {
    words: ['status', '--watch', '--interval', 'soon', '--config', silent],
    code: exitCode.usage,
    message: /"soon" is not a duration/,
  },
  { words: ['serve', '--config', silent], code: exitCode.usage, message: /--region .*eu-west, us-east/ },
  {
    words: ['serve', '--region', 'us-est', '--config', silent],
    code: exitCode.usage,
    message: /no region "us-est" .* did you mean us-east\?/,
  },
  {
    words: ['serve', '--region', 'us-east', '--role', 'boss', '--config', silent],
    code: exitCode.usage,
    message: /--role "boss" is not made of controller and worker/,
  },
  {
    words: ['plan', '--config', broken],
    code: exitCode.invalidConfiguration,
    message: /broken\.yaml:\d+:\d+ .*hmoe/,
  },
  {
    words: ['plan', '--config', join(folder, 'no.yaml')],
    code: exitCode.invalidConfiguration,
    message: /no\.yaml/,
  },
  {
    words: ['status', '--config', silent],
    code: exitCode.cannotConnect,
    message: /none of 2 regions answers/,
  },
  { words: ['verify', '--all', '--config', silent], code: exitCode.cannotConnect, message: /CW-6009/ },
  {
    words: ['apply', '--yes', '--config', silent],
    code: exitCode.cannotConnect,
    message: /2 of 2 regions cannot be reached, and nothing was changed/,
  },
  {
    words: ['mirrors', 'pause', 'all', '--yes', '--config', silent],
    code: exitCode.cannotConnect,
    message: /CW-6009/,
  },
  { words: ['lab', 'run', '--regions', 'a,a'], code: exitCode.usage, message: /different names/ },
  {
    words: ['status'],
    code: exitCode.invalidConfiguration,
    message: /no causeway\.yaml in .* and no lab is running/,
  },
  { words: ['lab', 'status'], code: exitCode.refused, message: /CW-5010/ },
  { words: ['explain', 'CW-0001'], code: exitCode.usage, message: /CW-0001/ },
];

for (const { words, code, message } of cases) {
  test(`causeway ${words.filter((word) => !word.includes('/')).join(' ')}: exit code ${code}`, async () => {
    const finished = await runCausewayCommand(words, { cwd: folder, env });
    assert.equal(finished.code, code, finished.stderr);
    assert.match(finished.stderr, message);
    assert.equal(finished.stdout, '');
  });
}

test('a plan is shown as far as it goes, and tells by its exit code that it is not whole', async () => {
  const finished = await runCausewayCommand(['plan', '--config', silent, '-o', 'json'], { cwd: folder });
  assert.equal(finished.code, exitCode.cannotConnect, finished.stderr);
  const plan = JSON.parse(finished.stdout) as { regions: { error: { code: string } }[] };
  assert.deepEqual(
    plan.regions.map(({ error }) => error.code),
    ['CW-3001', 'CW-1018'],
  );
});

test('status --watch goes on while no region answers, and Ctrl-C ends it', async () => {
  const watching = startCausewayCommand(['status', '--watch', '--interval', '100ms', '--config', silent], {
    cwd: folder,
  });
  const lookedTwice = new Promise<void>((resolve) => {
    watching.child.stdout?.on('data', () => {
      if (watching.stdout().split('REGIONS').length > 2) resolve();
    });
  });
  await Promise.race([lookedTwice, watching.finished]);
  watching.child.kill('SIGINT');
  const { code, stdout } = await watching.finished;
  assert.equal(code, exitCode.interrupted);
  assert.match(stdout, /eu-west: CW-3001/);
});

test('npm start without Java says what is missing and how to get it', async () => {
  const without = { ...env, PATH: folder, JAVA_HOME: '' };
  const { code, stderr } = await runCausewayCommand(['lab', 'run'], { cwd: folder, env: without });
  assert.equal(code, exitCode.refused, stderr);
  assert.match(stderr, /Java 17 or newer is needed/);
  assert.match(stderr, /next: .*apt-get install openjdk/);
});

test('serve ends in order when whoever started it is gone', async () => {
  const words = ['serve', '--region', 'eu-west', '--config', silent, '--http-port', '0'];
  const serving = startCausewayCommand(words, { cwd: folder, withChannel: true });
  const isUp = new Promise<void>((resolve) => {
    serving.child.stderr?.on('data', () => {
      if (/serving eu-west/.test(serving.stderr())) resolve();
    });
  });
  await Promise.race([isUp, serving.finished]);
  serving.child.disconnect();
  const { code, stderr } = await serving.finished;
  assert.equal(code, exitCode.fine, stderr);
  assert.match(stderr, /"message":"stopped"/);
});
