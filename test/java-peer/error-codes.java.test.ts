// Kafka's error codes as we name them, against the list of kafka-clients.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { kafkaError } from '../../src/kafka/wire/error-codes.ts';
import { JavaPeer } from './java-peer.ts';

test('every error code has the name that Kafka gives it', async (t) => {
  const peer = await JavaPeer.start('ErrorCodes.java');
  t.after(() => peer.stop());
  const { text } = await peer.next();
  const theirs = new Map(
    text
      .trim()
      .split('\n')
      .map((line) => line.split(' ') as [string, string]),
  );
  assert.ok(theirs.size > 100, `${theirs.size} codes`);
  const ours = Object.entries(kafkaError);
  assert.deepEqual(
    ours.filter(([name, code]) => theirs.get(name) !== String(code)),
    [],
  );
});
