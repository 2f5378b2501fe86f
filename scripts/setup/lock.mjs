// One setup at a time in a clone: `npm start` and `npm test` begun together would remove each other's
// node_modules.
import { existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import process from 'node:process';
import { setTimeout as sleep } from 'node:timers/promises';

/**
 * Runs `work` while `.cache/setup.lock` is ours; waits for a living owner, takes over from a dead one.
 * @param {string} root
 * @param {() => void} work
 */
export async function withLock(root, work) {
  const lockPath = path.join(root, '.cache', 'setup.lock');
  mkdirSync(path.dirname(lockPath), { recursive: true });
  let told = false;
  while (!take(lockPath)) {
    if (!told) process.stderr.write('• another setup is at work in this folder; waiting for it\n');
    told = true;
    await sleep(300);
  }
  try {
    work();
  } finally {
    rmSync(lockPath, { force: true });
  }
}

function take(lockPath) {
  try {
    writeFileSync(lockPath, String(process.pid), { flag: 'wx' });
    return true;
  } catch (error) {
    if (error.code !== 'EEXIST') throw error;
  }
  const owner = existsSync(lockPath) ? Number(readFileSync(lockPath, 'utf8')) : 0;
  if (owner > 0 && !isAlive(owner)) rmSync(lockPath, { force: true });
  return false;
}

function isAlive(pid) {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return error.code === 'EPERM';
  }
}
