// What each request of an incremental fetch session names.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { FetchResponse } from '../../kafka/wire/messages.ts';
import type { MirrorPartition } from '../mirror/mirror-partition.ts';
import { asSource } from '../mirror/offsets.ts';
import { type Asked, FetchSession } from './fetch-session.ts';

const topicId = 'a'.repeat(32);
const partition = (number: number) => ({ spec: { partition: number } }) as MirrorPartition;
const form = (asked: Asked) => ({
  partition: asked.partition.spec.partition,
  currentLeaderEpoch: 0,
  fetchOffset: asked.offset,
  lastFetchedEpoch: -1,
  partitionMaxBytes: 1,
});
const answer = (sessionId: number, errorCode = 0) =>
  ({ sessionId, errorCode, throttleMs: 0, topics: [] }) as unknown as FetchResponse;
const named = (session: FetchSession) => {
  const request = session.next(form);
  return {
    session: [request.sessionId, request.sessionEpoch],
    asked: request.topics.flatMap((topic) => topic.partitions.map((p) => [p.partition, p.fetchOffset])),
    forgotten: request.forgotten.flatMap((topic) => [...topic.partitions]),
  };
};

test('the first request names everything, later ones only what changed', () => {
  const session = new FetchSession();
  const [p0, p1] = [partition(0), partition(1)];
  session.ask(p0, topicId, 1, asSource(0n));
  session.ask(p1, topicId, 1, asSource(5n));
  assert.deepEqual(named(session), {
    session: [0, 0],
    asked: [
      [0, 0n],
      [1, 5n],
    ],
    forgotten: [],
  });
  assert.equal(session.answered(answer(99)), true);
  session.ask(p0, topicId, 1, asSource(0n));
  session.ask(p1, topicId, 1, asSource(8n));
  assert.deepEqual(named(session), { session: [99, 1], asked: [[1, 8n]], forgotten: [] });
  session.answered(answer(99));
  session.forget(topicId, 0);
  assert.deepEqual(named(session), { session: [99, 2], asked: [], forgotten: [0] });
});

test('a partition that is forgotten and asked for again before the next request is only asked for', () => {
  const session = new FetchSession();
  session.ask(partition(0), topicId, 1, asSource(0n));
  session.next(form);
  session.answered(answer(7));
  session.forget(topicId, 0);
  session.ask(partition(0), topicId, 2, asSource(3n));
  assert.deepEqual(named(session), { session: [7, 1], asked: [[0, 3n]], forgotten: [] });
});

test('a refused session is opened anew with everything', () => {
  const session = new FetchSession();
  session.ask(partition(0), topicId, 1, asSource(0n));
  session.next(form);
  session.answered(answer(7));
  assert.equal(session.answered(answer(0, 70)), false);
  assert.deepEqual(named(session), { session: [0, 0], asked: [[0, 0n]], forgotten: [] });
});

test('a broker without room for a session is asked for everything each time', () => {
  const session = new FetchSession();
  session.ask(partition(0), topicId, 1, asSource(0n));
  session.next(form);
  session.answered(answer(0));
  assert.deepEqual(named(session).asked, [[0, 0n]]);
});

test('an answer is about every partition of the session but those asked for since', () => {
  const session = new FetchSession();
  const about = () => [...session.answeredPartitions()].map((asked) => asked.partition.spec.partition);
  session.ask(partition(0), topicId, 1, asSource(0n));
  session.ask(partition(1), topicId, 1, asSource(0n));
  session.next(form);
  session.ask(partition(1), topicId, 1, asSource(8n));
  session.ask(partition(2), topicId, 1, asSource(0n));
  session.answered(answer(7));
  assert.deepEqual(about(), [0]);
});
