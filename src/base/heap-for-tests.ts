// A process that keeps what it makes for a while, and then prints how many bytes of each object that it
// makes and drops come to lie in the old generation. Argument: `young` to call `keepNewObjectsYoung`.
import { setImmediate as nextTurn } from 'node:timers/promises';
import { getHeapSpaceStatistics } from 'node:v8';
import { keepNewObjectsYoung } from './heap.ts';

const rounds = 10;
const keptPerRound = 100_000;
const samples = 21;
const droppedPerSample = 1_000;

const oldBytes = () =>
  getHeapSpaceStatistics().find(({ space_name }) => space_name === 'old_space')?.space_used_size ?? NaN;

function make(at: number): object {
  return { at, pair: [at, at + 1], inner: { at } };
}

/** The middle of several: a collection in one of them moves old objects about. */
function oldBytesPerObject(): number {
  const seen: number[] = [];
  for (let sample = 0; sample < samples; sample += 1) {
    const before = oldBytes();
    for (let at = 0; at < droppedPerSample; at += 1) globalThis.dropped = make(at);
    seen.push((oldBytes() - before) / droppedPerSample);
  }
  return seen.sort((one, other) => one - other)[samples >> 1] ?? NaN;
}

declare global {
  var dropped: object;
}

if (process.argv[2] === 'young') keepNewObjectsYoung();
const kept: object[] = [];
let most = 0;
for (let round = 0; round < rounds; round += 1) {
  for (let at = 0; at < keptPerRound; at += 1) kept.push(make(at));
  await nextTurn();
  most = Math.max(most, oldBytesPerObject());
}
process.stdout.write(`${Math.round(most)}\n`);
