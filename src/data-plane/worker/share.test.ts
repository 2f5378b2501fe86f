// What a leader makes of what the members say, and a member of what the leader says.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { silentLog } from '../../base/log.ts';
import { packDescription, packPartitions, unpackDescription, unpackPartitions } from './packed-partitions.ts';
import { Share } from './share.ts';

const named = (count: number): string[] => Array.from({ length: count }, (_, at) => `eu/t/${at}`);

function member(all: readonly string[], runs: readonly string[] = []) {
  const told: string[] = [];
  const share = new Share({
    region: 'us-east',
    runs: () => runs,
    onChange: () => told.push('changed'),
    askAgain: () => told.push('asked again'),
    log: silentLog,
  });
  share.wanted(all);
  return { share, told };
}

const sharesOf = (assignment: ReadonlyMap<string, Buffer>) =>
  Object.fromEntries([...assignment].map(([id, bytes]) => [id, unpackPartitions(bytes)]));

test('a share is what the leader assigned, and none before', () => {
  const { share, told } = member(named(4));
  assert.equal(share.isKnown, false);
  assert.equal(share.has('eu/t/1'), false);
  share.assigned(packPartitions(['eu/t/1']));
  assert.deepEqual([share.has('eu/t/1'), share.has('eu/t/2'), share.isKnown], [true, false, true]);
  assert.deepEqual(told, ['changed']);
});

for (const [what, bytes] of [
  ['what cannot be understood', Buffer.from('hello')],
  ['nothing', Buffer.alloc(0)],
] as const) {
  test(`${what} leaves the share as it was`, () => {
    const { share, told } = member(named(2));
    share.assigned(packPartitions(['eu/t/1']));
    assert.throws(() => share.assigned(bytes), { code: 'CW-3005' });
    assert.deepEqual([share.has('eu/t/1'), told.length], [true, 1]);
  });
}

test('no partitions is a share, too', () => {
  const { share, told } = member(named(2));
  share.assigned(packPartitions(['eu/t/1']));
  share.assigned(packPartitions([]));
  assert.deepEqual([share.has('eu/t/1'), told.length], [false, 2]);
});

test('only the leader asks for another joining when there is more or less to share', () => {
  const { share, told } = member(named(2));
  share.wanted(named(3));
  assert.deepEqual(told, []);
  share.shareOut([{ memberId: 'a', metadata: share.describe() }]);
  share.wanted(named(3));
  assert.deepEqual(told, [], 'nothing has changed');
  share.wanted(named(4));
  share.wanted(['eu/t/0', 'eu/t/1', 'eu/t/2', 'eu/u/0']);
  assert.deepEqual(told, ['asked again', 'asked again']);
  share.describe();
  share.wanted(named(5));
  assert.equal(told.length, 2, 'another one may lead by now');
});

test('a member that speaks in no known form gets a share, and the others keep theirs', () => {
  const { share } = member(named(4));
  const shares = sharesOf(
    share.shareOut([
      { memberId: 'a', metadata: packPartitions(['eu/t/3', 'eu/t/2']) },
      { memberId: 'b', metadata: Buffer.from('hello') },
    ]),
  );
  assert.deepEqual(shares, { a: ['eu/t/2', 'eu/t/3'], b: ['eu/t/0', 'eu/t/1'] });
});

test('a leader that has not read of a partition yet leaves it with whoever runs it', () => {
  const { share } = member(named(1));
  const shares = sharesOf(
    share.shareOut([
      { memberId: 'a', metadata: packDescription(new Set(), []) },
      { memberId: 'b', metadata: packPartitions(['eu/new/0']) },
    ]),
  );
  assert.deepEqual(shares, { a: ['eu/t/0'], b: ['eu/new/0'] });
});

const view = (...names: readonly string[]): ReadonlySet<string> => new Set(names);

test('a leader that cannot read the newest topology hands out what the others have read of', () => {
  const { share } = member(named(2));
  const newer = view('eu/t/0', 'eu/t/1', 'eu/new/0', 'eu/new/1', 'eu/new/2');
  const shares = sharesOf(
    share.shareOut([
      { memberId: 'a', metadata: share.describe() },
      { memberId: 'b', metadata: packDescription(newer, []) },
      { memberId: 'c', metadata: packDescription(newer, ['eu/new/0']) },
    ]),
  );
  assert.deepEqual(shares, {
    a: ['eu/t/0'],
    b: ['eu/new/1', 'eu/new/2', 'eu/t/1'],
    c: ['eu/new/0'],
  });
});

test('what a member has not read of goes to one that has', () => {
  const { share } = member(named(4));
  const shares = sharesOf(
    share.shareOut([
      { memberId: 'a', metadata: share.describe() },
      { memberId: 'b', metadata: packDescription(view('eu/t/0', 'eu/t/1'), []) },
    ]),
  );
  assert.deepEqual(Object.values(shares).flat().sort(), named(4));
  assert.deepEqual(shares['b'], ['eu/t/1'], 'of its part, what it would run');
});

test('what is on its way out does not count', () => {
  const live = Array.from({ length: 1_000 }, (_, at) => `eu/live/${at}`);
  const gone = Array.from({ length: 1_000 }, (_, at) => `eu/gone/${at}`);
  const runs = (rest: number) => [...live, ...gone].filter((_, at) => at % 4 === rest);
  const { share } = member(live);
  const members = ['a', 'b', 'c', 'd'].map((id, at) => {
    const described = member(live, [...runs(at), ...(at === 0 ? gone : [])]).share.describe();
    return { memberId: id, metadata: described };
  });
  const counts = Object.values(sharesOf(share.shareOut(members))).map(({ length }) => length);
  assert.deepEqual(counts, [250, 250, 250, 250]);
});

test('a member that has told what it wants is told apart from one that has not', () => {
  const { share } = member(named(2));
  assert.equal(share.isTold, true, 'it will with its first joining');
  assert.deepEqual(unpackDescription(share.describe()).wants, new Set(named(2)));
  share.wanted(named(3));
  assert.equal(share.isTold, false);
  share.describe();
  assert.equal(share.isTold, true);
});
