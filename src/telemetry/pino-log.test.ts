// Lines of the log: one JSON object each, forms for every kind of value, and no secret by any way into a
// line.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { CausewayError } from '../base/errors.ts';
import { createLog, plainFields, type LogLevel } from './pino-log.ts';

function logTo(level: LogLevel = 'debug', fields?: Record<string, unknown>) {
  const lines: string[] = [];
  const destination = { write: (line: string) => lines.push(line) };
  const log = createLog({ level, destination, ...(fields !== undefined && { fields }) });
  const parsed = () => lines.map((line) => JSON.parse(line) as Record<string, unknown>);
  return { log, lines, parsed };
}

test('a line is one JSON object with time, level, message and fields', () => {
  const { log, lines, parsed } = logTo('debug', { region: 'eu' });
  log.info({ topic: 't', offset: 5n }, 'copied\nsomething');
  assert.equal(lines.length, 1);
  assert.match(lines[0] ?? '', /^\{.*\}\n$/);
  const [line] = parsed();
  assert.match(String(line?.time), /^\d{4}-\d\d-\d\dT[\d:.]+Z$/);
  assert.deepEqual(
    { ...line, time: '' },
    { level: 'info', time: '', region: 'eu', topic: 't', offset: '5', message: 'copied\nsomething' },
  );
});

test('only lines of the level and above are written', () => {
  const counts = (['debug', 'info', 'warn', 'error', 'silent'] as const).map((level) => {
    const { log, lines } = logTo(level);
    for (const each of ['debug', 'info', 'warn', 'error'] as const) log[each]({}, 'x');
    return lines.length;
  });
  assert.deepEqual(counts, [4, 3, 2, 1, 0]);
});

const canary = 'hunter2-very-secret';
const jaas = `org.apache.kafka.ScramLoginModule required username="ada" password="${canary}";`;
const ways: readonly (readonly [string, Record<string, unknown>, string])[] = [
  ['a setting', { 'sasl.jaas.config': jaas }, 'x'],
  ['a password', { password: canary, 'ssl.key.password': canary, sslKeystorePassword: canary }, 'x'],
  ['settings as a map', { settings: new Map([['ssl.keystore.password', canary]]) }, 'x'],
  ['settings as an object', { settings: { kafka: { 'ssl.truststore.password': canary } } }, 'x'],
  ['settings in a list', { settings: [{ 'ssl.keystore.key': canary }] }, 'x'],
  ['a text with a setting', { error: `sasl.jaas.config=${jaas}` }, 'x'],
  ['a text with a password', { error: `password=${canary}` }, 'x'],
  ['the message', {}, `login failed: password="${canary}"`],
  ['an error', { error: new Error(`bad password: ${canary}`) }, 'x'],
  ['an error’s cause', { error: new CausewayError('CW-3002', 'no', {}, new Error(jaas)) }, 'x'],
  ['bytes', { bytes: Buffer.from(canary) }, 'x'],
  ['a token', { token: canary, 'sasl.oauthbearer.token': canary, authorization: canary }, 'x'],
  ['a secret object', { secret: { value: canary } }, 'x'],
];
for (const [name, fields, message] of ways) {
  test(`no secret through ${name}`, () => {
    const { log, lines } = logTo('debug', fields);
    log.error(fields, message);
    assert.equal(lines.length, 1);
    assert.ok(!(lines[0] ?? '').includes(canary), lines[0]);
  });
}

test('what is no secret stays as it is', () => {
  const fields = {
    'bootstrap.servers': 'a:1',
    set: 'passengers',
    topic: 'secretary',
    error: 'no password given',
  };
  const { log, parsed } = logTo();
  log.info(fields, 'tokens of thanks');
  const [line] = parsed();
  assert.deepEqual(
    { ...line, time: '', level: '' },
    { ...fields, time: '', level: '', message: 'tokens of thanks' },
  );
});

test('each kind of value has a form', () => {
  const circular: Record<string, unknown> = {};
  circular.self = circular;
  const plain = plainFields({
    big: 2n ** 64n,
    date: new Date(0),
    noDate: new Date(Number.NaN),
    error: new Error('outer', { cause: new Error('inner') }),
    code: new CausewayError('CW-4001', 'missing'),
    bytes: new Uint8Array(7),
    map: new Map([[1, 2n]]),
    set: new Set(['a']),
    run: () => 1,
    nothing: null,
    missing: undefined,
    circular,
  });
  assert.deepEqual(
    { ...plain, circular: undefined },
    {
      big: '18446744073709551616',
      date: '1970-01-01T00:00:00.000Z',
      noDate: '?',
      error: 'outer: inner',
      code: 'CW-4001 missing',
      bytes: '7 bytes',
      map: { 1: '2' },
      set: ['a'],
      run: 'function',
      nothing: null,
      missing: undefined,
      circular: undefined,
    },
  );
  assert.match(JSON.stringify(plain.circular), /…/);
});

test('long lists and large objects are cut', () => {
  const list = Array.from({ length: 1_000 }, (_, index) => index);
  const object = Object.fromEntries(list.map((each) => [`k${each}`, each]));
  const plain = plainFields({ list, object });
  assert.equal((plain.list as unknown[]).length, 101);
  assert.equal((plain.list as unknown[]).at(-1), 'and 900 more');
  assert.equal(Object.keys(plain.object as object).length, 101);
});
