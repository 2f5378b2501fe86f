// What is read out of /proc.
import assert from 'node:assert/strict';
import test from 'node:test';
import { parsePeakMemory, parseStat, readProcessUse, treeOf } from './process-cpu.ts';

const line = (pid: number, name: string, parent: number, user: number, system: number) =>
  `${pid} (${name}) S ${parent} ${pid} ${pid} 0 -1 4194304 11 22 0 0 ${user} ${system} ` +
  '7 8 20 0 11 0 123 456 789';

test('user and system ticks become seconds', () => {
  assert.deepEqual(parseStat(line(42, 'node', 7, 150, 25)), { pid: 42, parentPid: 7, cpuSeconds: 1.75 });
});

test('a command name with blanks and brackets does not shift the fields', () => {
  assert.deepEqual(parseStat(line(42, 'a) S 9 (b', 7, 100, 0)), { pid: 42, parentPid: 7, cpuSeconds: 1 });
});

test('something else is refused', () => {
  assert.throws(() => parseStat('hello'), /not a line of/);
});

test('peak memory is read in bytes, and an ended process has none', () => {
  assert.equal(parsePeakMemory('Name:\tnode\nVmHWM:\t    2048 kB\nVmRSS:\t 1 kB\n'), 2_097_152);
  assert.equal(parsePeakMemory(''), 0);
});

test('a tree holds grandchildren and nobody else', () => {
  const all = [line(1, 'init', 0, 1, 0), line(5, 'a', 1, 1, 0), line(9, 'c', 7, 1, 0), line(7, 'b', 5, 1, 0)];
  const pids = treeOf(5, all.map(parseStat)).map(({ pid }) => pid);
  assert.deepEqual(pids, [5, 7, 9]);
});

test('this process is found, with memory', () => {
  const use = readProcessUse(process.pid);
  assert.ok(use.processes >= 1);
  assert.ok(use.memoryBytesMax > 1_000_000);
});
