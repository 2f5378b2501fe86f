// Which causeway.yaml a command means: the one it is told, else the nearest one above, else none.
import assert from 'node:assert/strict';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { runCausewayCommand } from '../run-for-tests.ts';

const folder = mkdtempSync(join(tmpdir(), 'causeway-file-'));
after(() => rmSync(folder, { recursive: true, force: true }));

const upper = join(folder, 'causeway.yaml');
const below = join(folder, 'a', 'b');
mkdirSync(below, { recursive: true });
writeFileSync(upper, '');

interface Shown {
  readonly name: string;
  readonly value: string;
  readonly origin: string;
  readonly where: string;
}

async function topologyOf(words: readonly string[], env: Readonly<Record<string, string>>, cwd = below) {
  const { stdout, stderr } = await runCausewayCommand(['status', '--show-origin', '-o', 'json', ...words], {
    cwd,
    env: { CAUSEWAY_LAB_STATE_FOLDER: folder, ...env },
  });
  assert.equal(stderr, '');
  const settings = JSON.parse(stdout) as Shown[];
  const found = settings.find(({ name }) => name === 'topology');
  return [found?.value, found?.origin, found?.where];
}

test('a flag wins over the environment, which wins over the nearest file above', async () => {
  const given = { CAUSEWAY_CONFIG: 'other.yaml' };
  assert.deepEqual(await topologyOf(['--config', 'x.yaml'], given), [
    join(below, 'x.yaml'),
    'flag',
    '--config',
  ]);
  assert.deepEqual(await topologyOf([], given), [
    join(below, 'other.yaml'),
    'environment',
    'CAUSEWAY_CONFIG',
  ]);
  assert.deepEqual(await topologyOf([], {}), [upper, 'file', join('..', '..')]);
});

test('the nearest file is the one in this folder', async () => {
  const own = join(below, 'causeway.yaml');
  writeFileSync(own, '');
  assert.deepEqual(await topologyOf([], {}), [own, 'file', '.']);
  rmSync(own);
});

test('without any file and without a lab there is none', async () => {
  const elsewhere = mkdtempSync(join(tmpdir(), 'causeway-nowhere-'));
  try {
    assert.deepEqual(await topologyOf([], {}, elsewhere), ['', 'default', 'no file found']);
  } finally {
    rmSync(elsewhere, { recursive: true });
  }
});
