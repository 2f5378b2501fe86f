// Lines of a dump: what the fence changes is left out, and nothing else.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { type BatchForm, encodeBatch } from '../../src/kafka/batch/encode-batch.ts';
import { crcOf } from '../../src/kafka/batch/header.ts';
import { readDumpLine } from './dump-lines.ts';

const plain: BatchForm = { producerId: -1n, producerEpoch: -1, baseSequence: -1 };
const fenced: BatchForm = { producerId: 4_711n, producerEpoch: 3, baseSequence: 123_456 };

/** A batch as `kafka-dump-log` of Kafka 4.3 prints it. */
function dumped(value: string, form: BatchForm, leaderEpoch: number): string {
  const record = { timestamp: 1_767_225_600_000n, key: Buffer.from('k'), value: Buffer.from(value) };
  const batch = encodeBatch([record, record], form);
  const { producerId, producerEpoch, baseSequence = -1 } = form;
  return (
    'baseOffset: 10 lastOffset: 11 count: 2 ' +
    `baseSequence: ${baseSequence} lastSequence: ${baseSequence + 1} ` +
    `producerId: ${producerId} producerEpoch: ${producerEpoch} partitionLeaderEpoch: ${leaderEpoch} ` +
    'isTransactional: false isControl: false deleteHorizonMs: OptionalLong.empty position: 0 ' +
    `CreateTime: 1767225600000 size: ${batch.length} magic: 2 compresscodec: none crc: ${crcOf(batch, 0)} ` +
    'isvalid: true'
  );
}

test('the same batch under another producer gives the same line', () => {
  const [source, target] = [dumped('value', plain, 0), dumped('value', fenced, 7)].map(readDumpLine);
  assert.equal(source?.kind, 'batch');
  assert.equal(target?.text, source.text);
});

test('one other byte in a record gives another line', () => {
  assert.notEqual(
    readDumpLine(dumped('value', fenced, 0)).text,
    readDumpLine(dumped('valuE', plain, 0)).text,
  );
});

test('a record keeps everything but its sequence', () => {
  const { kind, text } = readDumpLine(
    '| offset: 5 CreateTime: 17 keySize: 1 valueSize: 0 sequence: 99 headerKeys: [a] key: k',
  );
  assert.equal(kind, 'record');
  assert.equal(text, '| offset: 5 CreateTime: 17 keySize: 1 valueSize: 0 headerKeys: [a] key: k');
});

test('a broken batch and a transaction are refused', () => {
  const line = dumped('value', plain, 0);
  assert.throws(() => readDumpLine(line.replace('isvalid: true', 'isvalid: false')), /broken batch/);
  assert.throws(
    () => readDumpLine(line.replace('isTransactional: false', 'isTransactional: true')),
    /transaction/,
  );
});
