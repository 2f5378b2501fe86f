// `sasl.jaas.config` as people write it, and what is said of a broken one.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { JaasProblem, parseJaas } from './jaas.ts';

const plain = 'org.apache.kafka.common.security.plain.PlainLoginModule';

test('a login module with its options', () => {
  const entry = parseJaas(`${plain} required username="alice" password="a\\"b;c=d // e";`);
  assert.equal(entry.loginModule, plain);
  assert.deepEqual(
    [...entry.options],
    [
      ['username', 'alice'],
      ['password', 'a"b;c=d // e'],
    ],
  );
});

test('how a quotation mark is to be written is said with what it breaks', () => {
  assert.throws(
    () => parseJaas(`${plain} required password="a"b";`),
    (error) => error instanceof JaasProblem && /write \\" for " and \\\\ for \\/.test(error.hint),
  );
});

test('lines, comments, single quotes and bare words, as Java reads them', () => {
  const lines = ['REQUIRED // the one of Kafka', "  username='al ice' /* who */", '  serviceName=kafka ;\n'];
  const text = `${plain} ${lines.join('\n')}`;
  assert.deepEqual(
    [...parseJaas(text).options],
    [
      ['username', 'al ice'],
      ['serviceName', 'kafka'],
    ],
  );
});

for (const [what, text, message] of [
  ['nothing', '  ', /it is empty/],
  ['no class', '"x" required;', /does not begin with the class/],
  ['no flag', `${plain} username="a";`, /none of required/],
  ['no semicolon', `${plain} required username="a"`, /semicolon/],
  ['two modules', `${plain} required; ${plain} required;`, /more than one/],
  ['no value', `${plain} required username password="s3cret";`, /option username has no value/],
  [
    'the same option twice',
    `${plain} required password="s3cret" password="s3cret";`,
    /password is given twice/,
  ],
  ['a quotation mark within a password', `${plain} required password="a"s3cret=b";`, /behind a closing/],
  ['two of them', `${plain} required password="a"s3cret"b";`, /behind a closing quotation mark/],
  ['an open quotation mark', `${plain} required password="s3cret;`, /not closed/],
] as const) {
  test(`${what}: said without the values`, () => {
    assert.throws(
      () => parseJaas(text),
      (error) => error instanceof JaasProblem && message.test(error.message) && !/s3cret/.test(error.message),
    );
  });
}
