// Which phase a test file belongs to, and what the runner's arguments mean.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { readOptions } from './options.ts';
import { phaseOf } from './phases.ts';

test('a test file runs in the phase that its path tells', () => {
  const cases = {
    'src/base/clock.test.ts': 'unit',
    'src/kafka/wire/codecs.fuzz.test.ts': 'unit',
    'test/architecture/tidy.test.ts': 'unit',
    'test/java-peer/codecs.java.test.ts': 'java',
    'test/simulation/two-workers.test.ts': 'simulation',
    'test/broker-model/replica.test.ts': 'simulation',
    'test/planted-bugs/planted-bugs.test.ts': 'simulation',
    'test/broker-model/comparison.broker.test.ts': 'brokers',
    'src/data-plane/worker/engine.broker.test.ts': 'brokers',
    'test/integration/data-sets.test.ts': 'brokers',
    'test/fault/kill.test.ts': 'faults',
    'src/data-plane/worker/engine-faults.broker.test.ts': 'faults',
  };
  for (const [file, phase] of Object.entries(cases)) assert.equal(phaseOf(file), phase, file);
});

test('arguments choose phases, files and names', () => {
  assert.deepEqual(readOptions(['--only', 'unit,brokers', '--name', 'tail', './src/kafka', 'cursor']), {
    only: ['unit', 'brokers'],
    filters: ['src/kafka', 'cursor'],
    list: false,
    name: 'tail',
  });
  assert.equal(readOptions(['--list']).list, true);
});

test('what is unknown is refused with what there is', () => {
  assert.throws(() => readOptions(['--onyl', 'unit']), /unknown option --onyl[^]*npm test -- --list/);
  assert.throws(() => readOptions(['--only', 'nothing']), /no phase nothing/);
  assert.throws(() => readOptions(['--only']), /--only needs a value/);
});
