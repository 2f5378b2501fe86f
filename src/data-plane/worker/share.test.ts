// What a leader makes of what the members say, and a member of what the leader says.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { silentLog } from '../../base/log.ts';
import { packPartitions, unpackPartitions } from './packed-partitions.ts';
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

test('what cannot be understood leaves the share as it was', () => {
  const { share, told } = member(named(2));
  share.assigned(packPartitions(['eu/t/1']));
  assert.throws(() => share.assigned(Buffer.from('hello')), { code: 'CW-3005' });
  assert.deepEqual([share.has('eu/t/1'), told.length], [true, 1]);
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
      { memberId: 'a', metadata: packPartitions([]) },
      { memberId: 'b', metadata: packPartitions(['eu/new/0']) },
    ]),
  );
  assert.deepEqual(shares, { a: ['eu/t/0'], b: ['eu/new/0'] });
});
