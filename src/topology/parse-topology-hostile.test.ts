// A causeway.yaml that is huge, hostile or full of problems, and what no message about it may hold.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { fileWith, mustParse, problemsOf, region, regionsText, shown } from './file-for-tests.ts';
import { formatProblems, type Problem } from './problem.ts';

test('no message holds a secret', () => {
  const secret = 'hunter2-very-secret';
  const texts = [
    region(`, sasl.jaas.config: 'x password="${secret}";'`),
    region(`, ssl.key.pasword: ${secret}`),
    region(`, sasl.jaas.config: ["${secret}"]`),
    region(`, sasl.jaas.config: "\${${secret}}"`),
    region(`, sasl.jaas.config: "\${file:${secret}`),
    region(`, sasl.jaas.config: "${secret}`),
    region(`, sasl.jaas.config: &${secret} [`),
  ];
  for (const text of texts) {
    const problems = problemsOf(text);
    assert.ok(problems.length > 0);
    assert.ok(!formatProblems(problems).includes(secret), formatProblems(problems));
  }
});

test('100,000 topics are read, and found again in a second set', () => {
  const list = Array.from({ length: 100_000 }, (_, index) => `      - topic-${index}\n`).join('');
  const one = (name: string) => `  ${name}:\n    home: eu-west\n    to: [us-east]\n    topics:\n${list}`;
  assert.equal(mustParse(`${regionsText}mirrors:\n${one('a')}`).mirrors.get('a')?.topics.length, 100_000);
  assert.deepEqual(shown(`${regionsText}mirrors:\n${one('a')}${one('b')}`), [
    '100013:9 CW-1009 topic topic-0 (and 99999 more) is in the mirror sets a and b, ' +
      'and both copy it to us-east',
  ]);
});

test('very many problems are counted, and patterns that all meet come to an end', () => {
  const broken = Array.from({ length: 20_000 }, (_, index) => `  s${index}: { foo: bar }\n`).join('');
  const problems = problemsOf(`${regionsText}mirrors:\n${broken}`);
  assert.equal(problems.length, 1001);
  assert.equal(problems.at(-1)?.message, '79000 further problems are not listed');
  const meeting = Object.fromEntries(
    Array.from({ length: 2000 }, (_, index) => [
      `s${index}`,
      `{ home: eu-west, to: [us-east], topics: ["x*b${index}c*"] }`,
    ]),
  );
  assert.ok(problemsOf(fileWith(meeting)).every(({ code }) => code === 'CW-1009'));
});

test('what is too large or too deep is refused before it is read', () => {
  assert.deepEqual(shown(`#${' '.repeat(16 * 1024 * 1024)}`), [
    '1:1 CW-1015 the file has 16777217 characters; at most 16777216 are read',
  ]);
  for (const depth of [100, 5000, 100_000]) {
    const text = `regions: ${'['.repeat(depth)}${']'.repeat(depth)}`;
    assert.ok(problemsOf(text).length > 0);
  }
});

test('all problems are told at once, each with file, line, column, code and what to do', () => {
  const text = `regions:
  eu-west: { kafka: { bootstrap.servers: "eu" } }
  us-east: { kafka: { bootstrap.servers: "us:9092", ssl.protocl: x }, location: mars }
mirors: {}
mirrors:
  payments:
    home: eu-wst
    to: [us-east, us-east]
    topics: [__consumer_offsets, "a+"]
    rpo: 10
    rpo: 20s
    priority: high
`;
  const said = formatProblems(problemsOf(text));
  assert.deepEqual(
    [...said.matchAll(/^causeway\.yaml:(\d+:\d+) (CW-\d{4}) /gm)].map(
      ([, place, code]) => `${place} ${code}`,
    ),
    [
      '2:3 CW-1012',
      '2:42 CW-1023',
      '3:53 CW-1022',
      '3:81 CW-1025',
      '4:1 CW-1003',
      '7:11 CW-1007',
      '8:19 CW-1008',
      '9:14 CW-1021',
      '9:34 CW-1020',
      '10:10 CW-1006',
      '11:5 CW-1002',
      '12:15 CW-1004',
    ],
  );
  assert.match(said, /Did you mean ‘mirrors’\?/);
  assert.match(said, /Did you mean ‘eu-west’\?/);
  assert.match(said, /Did you mean ‘ssl.protocol’\?/);
  for (const { hint, code } of problemsOf(text)) {
    assert.ok(hint.length >= 10, `${code} has a hint`);
  }
});

const errorsOnly = (problems: readonly Problem[]) => [...new Set(problems.map(({ code }) => code))];

test('merge bombs and aliases: refused by number, by size and by nesting', () => {
  const laughs = Array.from({ length: 30 }, (_, level) =>
    level === 0 ? 'a0: &a0 [x, x]' : `a${level}: &a${level} [*a${level - 1}, *a${level - 1}]`,
  ).join('\n');
  const merges = Array.from({ length: 30 }, (_, level) =>
    level === 0 ? 'a0: &a0 { x: 1 }' : `a${level}: &a${level} { <<: [*a${level - 1}, *a${level - 1}], y: 2 }`,
  ).join('\n');
  const aliases = Array.from({ length: 101 }, (_, index) => `  s${index}: *r\n`).join('');
  const many = `regions: &r { a: 1 }\nmirrors:\n${aliases}`;
  const large = `regions: &r [${'x,'.repeat(6_000)}]\nmirrors: { a: *r, b: *r }\n`;
  for (const text of [laughs, merges, many, large]) {
    assert.deepEqual(errorsOnly(problemsOf(text)), ['CW-1014'], text.slice(0, 60));
  }
  assert.match(formatProblems(problemsOf(many)), /more than 100 aliases/);
  assert.match(formatProblems(problemsOf(large)), /stand for too much/);
});

test('nothing of a file reaches the terminal as it is: control characters are written out', () => {
  const escape = '\u001b[2J\u001b[31m';
  const texts = [
    `${regionsText}mirrors: {}\n"\\e[2J\\e[31m": 1\n`,
    `${regionsText}mirrors: {}\n"a\\rb\\u2028c\\u0085d": 1\n`,
    fileWith({ s: `{ home: "\\e[2Jx", to: [us-east], topics: ["\\e[31m"] }` }),
    `${regionsText}mirrors: {}\n${escape}: 1\n`,
    `${regionsText}mirrors: { s: *${escape} }\n`,
  ];
  for (const text of texts) {
    const said = formatProblems(problemsOf(text));
    assert.ok(said.length > 0);
    assert.doesNotMatch(said.replaceAll('\n', ''), /[\p{Cc}\u2028\u2029]/u);
  }
});

test('very long values are cut in messages', () => {
  const long = 'x'.repeat(1_000_000);
  const texts = [
    `${regionsText}mirrors: {}\n${long.slice(0, 1_000)}: 1\n`,
    fileWith({ s: `{ home: ${long}, to: [${long}], topics: ["${long}+"], mode: ${long}, rpo: ${long} }` }),
    region(`, client.id: "\${${long}}", ${long.slice(0, 1_000)}: 1`),
    region(`, security.protocol: ${long}`),
  ];
  for (const text of texts) {
    for (const { message, hint } of problemsOf(text)) {
      assert.ok(message.length < 500, message.slice(0, 600));
      assert.ok(hint.length < 500, hint.slice(0, 600));
    }
  }
});

test('no text makes the parser throw', () => {
  const pieces = [
    'regions',
    'mirrors',
    ':',
    ' ',
    '\n',
    '  ',
    '- ',
    '[',
    ']',
    '{',
    '}',
    ',',
    '&a',
    '*a',
    '<<',
    '"',
  ];
  const more = [
    "'",
    '#',
    '|',
    '>',
    '%',
    '@',
    '!',
    '!!str',
    '---',
    '...',
    '?',
    '\t',
    '${env:A}',
    'a',
    '1',
    '\0',
  ];
  const text = fc.array(fc.constantFrom(...pieces, ...more), { maxLength: 60 }).map((all) => all.join(''));
  fc.assert(
    fc.property(fc.oneof(text, fc.string({ unit: 'binary' })), (each) => {
      // A file of these pieces is never a topology.
      assert.ok(problemsOf(each).length > 0);
    }),
    { numRuns: 3_000 },
  );
});
