// When bytes arrive that cross an emulated link, on a clock that the test moves.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { seededRandom } from '../../src/base/random.ts';
import { type ManualClock, manualClock } from '../../test/fixtures/manual-clock.ts';
import type { PathSettings } from '../lab-types.ts';
import { Flow } from './flow.ts';
import { TestEnd } from './flow-ends-for-tests.ts';
import { Path } from './path.ts';
import { connectionBytesMin, pathBytesMax, plainPath, windowBytes } from './settings.ts';

interface World {
  readonly clock: ManualClock;
  readonly path: Path;
  readonly connect: () => { source: TestEnd; sink: TestEnd; flow: Flow };
  held: boolean;
}

function world(settings: Partial<PathSettings> = {}): World {
  const clock = manualClock();
  const path = new Path('eu-west', 'us-east', clock, seededRandom(7));
  path.set({ ...plainPath, ...settings });
  const made: World = {
    clock,
    path,
    held: false,
    connect: () => {
      const [source, sink] = [new TestEnd(), new TestEnd()];
      const flow = new Flow({ source, sink, path, clock, held: () => made.held });
      return { source, sink, flow };
    },
  };
  return made;
}

test('a plain path passes bytes at once, and counts them', () => {
  const { connect, path } = world();
  const { source, sink } = connect();
  source.receive('abc');
  assert.equal(sink.text, 'abc');
  assert.equal(path.bytes, 3);
});

test('bytes arrive after the delay, and not before', () => {
  const { clock, connect } = world({ oneWayDelayMs: 40 });
  const { source, sink } = connect();
  source.receive('abc');
  clock.advance(39);
  assert.equal(sink.text, '');
  clock.advance(1);
  assert.equal(sink.text, 'abc');
});

test('a delay is a line, not a sleep: what departs together arrives together', () => {
  const { clock, connect } = world({ oneWayDelayMs: 40 });
  const { source, sink } = connect();
  for (let ms = 0; ms < 10; ms += 1) {
    source.receive(String(ms));
    clock.advance(1);
  }
  clock.advance(30);
  assert.equal(sink.text, '0');
  clock.advance(5);
  assert.equal(sink.text, '012345');
  clock.advance(4);
  assert.equal(sink.text, '0123456789');
});

test('jitter stays within its bound and never reorders', () => {
  const { clock, connect } = world({ oneWayDelayMs: 10, jitterMs: 30 });
  const { source, sink } = connect();
  const sent = Array.from({ length: 200 }, (_, index) => `${index};`);
  const arrivedAtMs: number[] = [];
  for (const piece of sent) {
    source.receive(piece);
    clock.advance(1);
    while (arrivedAtMs.length < sink.written.length) arrivedAtMs.push(clock.monotonicMs());
  }
  for (let ms = 0; ms < 41; ms += 1) {
    clock.advance(1);
    while (arrivedAtMs.length < sink.written.length) arrivedAtMs.push(clock.monotonicMs());
  }
  assert.equal(sink.text, sent.join(''));
  const delays = arrivedAtMs.map((atMs, index) => atMs - index);
  assert.ok(Math.min(...delays) >= 10, `earliest after ${Math.min(...delays)} ms`);
  assert.ok(Math.max(...delays) <= 42, `latest after ${Math.max(...delays)} ms`);
  assert.ok(new Set(delays).size > 5, 'the delays are all the same');
});

test('a shorter delay never lets later bytes overtake', () => {
  const { clock, connect, path } = world({ oneWayDelayMs: 100 });
  const { source, sink } = connect();
  source.receive('first');
  path.set({ ...plainPath, oneWayDelayMs: 1 });
  source.receive('second');
  clock.advance(50);
  assert.equal(sink.text, '');
  clock.advance(50);
  assert.equal(sink.text, 'firstsecond');
});

test('a path made plain again still delivers in order what was under way', () => {
  const { clock, connect, path } = world({ oneWayDelayMs: 100 });
  const { source, sink } = connect();
  source.receive('first');
  path.set(plainPath);
  source.receive('second');
  clock.advance(100);
  assert.equal(sink.text, 'firstsecond');
});

test('bandwidth is kept, by all connections together, and shared evenly', () => {
  const { clock, connect } = world({ bandwidthBytesPerSecond: 1_000_000 });
  const [one, two] = [connect(), connect()];
  for (const { source } of [one, two]) source.receive(Buffer.alloc(1_000_000));
  for (let ms = 0; ms < 1_000; ms += 1) clock.advance(1);
  const total = one.sink.bytes + two.sink.bytes;
  assert.ok(total > 980_000 && total < 1_030_000, `${total} bytes in the first second`);
  assert.ok(Math.abs(one.sink.bytes - two.sink.bytes) < 10_000, `${one.sink.bytes} and ${two.sink.bytes}`);
});

test('a timer that comes late costs no bandwidth', () => {
  const clock = manualClock();
  const late = {
    ...clock,
    schedule: (ms: number, fire: () => void) => clock.schedule(untilNextEighth(ms), fire),
  };
  const untilNextEighth = (ms: number) => 8 * Math.ceil((clock.monotonicMs() + ms) / 8) - clock.monotonicMs();
  const path = new Path('eu-west', 'us-east', late, seededRandom(7));
  path.set({ ...plainPath, bandwidthBytesPerSecond: 1_000_000 });
  const [source, sink] = [new TestEnd(), new TestEnd()];
  new Flow({ source, sink, path, clock: late, held: () => false });
  source.receive(Buffer.alloc(2_000_000));
  clock.advance(1_000);
  assert.ok(sink.bytes > 980_000 && sink.bytes < 1_030_000, `${sink.bytes} bytes in the first second`);
});

test('reading stops while the window is under way, and goes on when it has arrived', () => {
  const settings = { ...plainPath, oneWayDelayMs: 50, bandwidthBytesPerSecond: 1_000_000 };
  const { clock, connect } = world(settings);
  const { source } = connect();
  source.receive(Buffer.alloc(windowBytes(settings) - 1));
  assert.equal(source.isPaused(), false);
  source.receive(Buffer.alloc(1));
  assert.equal(source.isPaused(), true);
  clock.advance(100);
  assert.equal(source.isPaused(), false);
});

test('all connections of a path together hold a bounded amount, and none is starved by the others', () => {
  const { connect, path } = world({ oneWayDelayMs: 50 });
  const greedy = Array.from({ length: 16 }, () => connect());
  const piece = Buffer.alloc(1024 * 1024);
  for (let round = 0; round < 32; round += 1) {
    for (const { source } of greedy) if (!source.isPaused()) source.receive(piece);
  }
  assert.ok(greedy.every(({ source }) => source.isPaused()));
  assert.ok(path.bytesHeld <= pathBytesMax + greedy.length * piece.length, `${path.bytesHeld} held`);
  const late = connect();
  late.source.receive(Buffer.alloc(connectionBytesMin - 1));
  assert.equal(late.source.isPaused(), false);
});

test('a receiver that takes no more holds the sender back', () => {
  const { clock, connect } = world({ oneWayDelayMs: 5 });
  const { source, sink } = connect();
  sink.takesMore = false;
  source.receive('one');
  source.receive('two');
  clock.advance(5);
  assert.equal(sink.text, 'one');
  assert.equal(source.isPaused(), true);
  sink.takesMore = true;
  sink.emit('drain');
  assert.equal(sink.text, 'onetwo');
  assert.equal(source.isPaused(), false);
});

test('a cut that holds lets nothing pass and tells nobody; all of it arrives when it is joined', () => {
  const { clock, connect, path } = world({ oneWayDelayMs: 20 });
  const { source, sink } = connect();
  source.receive('before ');
  clock.advance(10);
  path.set({ ...path.settings, cut: 'hold' });
  source.receive('during');
  clock.advance(60_000);
  assert.deepEqual([sink.text, sink.endings.length], ['', 0]);
  path.set({ ...path.settings, cut: null });
  assert.equal(sink.text, 'before ');
  clock.advance(20);
  assert.equal(sink.text, 'before during');
});

test('a cut that resets destroys both ends at once', () => {
  const { connect, path } = world({ oneWayDelayMs: 20 });
  const { source, sink } = connect();
  source.receive('lost');
  path.set({ ...path.settings, cut: 'reset' });
  assert.deepEqual([source.endings, sink.endings, sink.text], [['reset'], ['reset'], '']);
});

test('a broker that is held by itself gets nothing until it is let go', () => {
  const made = world();
  const { source, sink, flow } = made.connect();
  made.held = true;
  source.receive('abc');
  assert.equal(sink.text, '');
  made.held = false;
  flow.settingsChanged();
  assert.equal(sink.text, 'abc');
});

test('an end comes after the last byte, and a reset after what was sent before it', () => {
  const { clock, connect } = world({ oneWayDelayMs: 20 });
  const [orderly, broken] = [connect(), connect()];
  orderly.source.receive('bye');
  orderly.source.emit('end');
  orderly.source.emit('close', false);
  broken.source.receive('by');
  broken.source.emit('close', true);
  clock.advance(19);
  assert.deepEqual([orderly.sink.endings, broken.sink.endings], [[], []]);
  clock.advance(1);
  assert.deepEqual([orderly.sink.text, orderly.sink.endings], ['bye', ['end']]);
  assert.deepEqual([broken.sink.text, broken.sink.endings], ['by', ['reset']]);
});

test('when the receiver is gone, nothing is held for it any more', () => {
  const { clock, connect, path } = world({ oneWayDelayMs: 20 });
  const { source, sink } = connect();
  source.receive('abc');
  sink.emit('close', false);
  clock.advance(20);
  source.receive('more');
  assert.deepEqual([sink.text, path.bytesHeld, source.isPaused()], ['', 0, false]);
});
