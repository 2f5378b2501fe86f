// The form of a causeway.yaml: every problem with its place and its words; and what a good file becomes.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import {
  fileWith,
  mustParse,
  type ProblemCase,
  problemsOf,
  region,
  set,
  shown,
  topics,
  validText,
} from './file-for-tests.ts';
import { formatProblems } from './problem.ts';

const cases: readonly ProblemCase[] = [
  { name: 'an empty file', text: '', problems: ['1:1 CW-1016 the file is empty'] },
  { name: 'only a comment', text: '# nothing\n', problems: ['1:1 CW-1016 the file is empty'] },
  { name: 'a list', text: '- a\n', problems: ['1:1 CW-1004 the file must be a mapping, not a list'] },
  { name: 'a text', text: 'hello\n', problems: ['1:1 CW-1004 the file must be a mapping, not a text'] },
  {
    name: 'two documents',
    text: `${validText}---\n${validText}`,
    problems: ['6:1 CW-1016 a second document begins here; the file must hold one'],
  },
  { name: 'a tab', text: 'regions:\n\ta: 1\n', problems: ['2:1 CW-1001 a tab is used for indentation'] },
  {
    name: 'an open quote',
    text: 'regions:\n  a: "b\n',
    problems: ['3:1 CW-1001 a quote, bracket or colon is missing before this place'],
  },
  {
    name: 'a value with a colon',
    text: 'regions: a: b\n',
    problems: ['1:10 CW-1001 a key stands where a value is expected'],
  },
  {
    name: 'a reserved character',
    text: 'regions: @a\n',
    problems: ['1:10 CW-1001 a text begins with a character that YAML keeps for itself'],
  },
  {
    name: 'a tag',
    text: 'regions: !x {}\n',
    problems: ['1:10 CW-1001 YAML tags (!name) are not understood here'],
  },
  {
    name: 'a key given twice',
    text: set(', home: us-east'),
    problems: ['5:51 CW-1002 the key ‘home’ is given twice; first in line 5'],
  },
  {
    name: 'an unknown key at the top',
    text: `${validText}mirors: {}\n`,
    problems: ['6:1 CW-1003 unknown key ‘mirors’'],
  },
  {
    name: 'an unknown key of a set',
    text: set(', exlude: [x]'),
    problems: ['5:51 CW-1003 unknown key ‘exlude’ in mirrors.s'],
  },
  {
    name: 'a key that is a list',
    text: `${validText}? [a]\n: 1\n`,
    problems: ['6:3 CW-1004 a key must be a text'],
  },
  {
    name: 'a text for a list',
    text: fileWith({ s: '{ home: eu-west, to: us-east, topics: [t] }' }),
    problems: ['5:27 CW-1004 mirrors.s.to must be a list, not a text'],
  },
  {
    name: 'a number among topics',
    text: topics('[1]'),
    problems: ['5:47 CW-1004 an element of mirrors.s.topics must be a text, not a number'],
  },
  {
    name: 'nothing',
    text: set(', exclude:'),
    problems: ['5:51 CW-1004 mirrors.s.exclude must be a list, not nothing'],
  },
  {
    name: 'a fraction',
    text: set(', priority: 1.5'),
    problems: ['5:61 CW-1004 mirrors.s.priority must be a whole number, not a fraction'],
  },
  {
    name: 'a list as setting',
    text: region(', client.id: [x]'),
    problems: [
      '2:43 CW-1013 client.id is not supported by this version yet',
      '2:54 CW-1004 regions.a.kafka.client.id must be a text or a number, not a list',
    ],
  },
];

for (const { name, text, problems } of cases) {
  test(`${name} is named with its place`, () => assert.deepEqual(shown(text), problems));
}

test('hints suggest what was meant', () => {
  assert.equal(
    formatProblems(problemsOf(set(', exlude: [x]'))),
    'causeway.yaml:5:51 CW-1003 unknown key ‘exlude’ in mirrors.s\n    Did you mean ‘exclude’?',
  );
});

test('a file becomes a frozen topology with its defaults', () => {
  const topology = mustParse(
    set(', rpo: 90s, exclude: [x], target: { replication.factor: 3, preallocate: true }'),
  );
  assert.deepEqual(topology.mirrors.get('s'), {
    name: 's',
    topics: ['t'],
    exclude: ['x'],
    from: 'earliest',
    home: 'eu-west',
    to: ['us-east'],
    groups: [],
    mode: 'async',
    rpoMs: 90_000,
    priority: 1,
    naming: 'identical',
    offsets: 'identical',
    prefixMax: 100_000_000,
    holesMax: 1_000_000_000,
    runsMax: 10_000_000,
    target: new Map([
      ['replication.factor', '3'],
      ['preallocate', 'true'],
    ]),
    onGap: 'stop',
    onRecreate: 'stop',
    trim: 'own',
    failover: { automatic: false, windowMs: 60_000 },
  });
  assert.deepEqual([...topology.regions.keys()], ['eu-west', 'us-east']);
  assert.ok(Object.isFrozen(topology) && Object.isFrozen(topology.mirrors.get('s')?.topics));
});

test('a byte order mark, CRLF and a plain alias change nothing', () => {
  assert.deepEqual(mustParse(`\uFEFF${validText.replaceAll('\n', '\r\n')}`), mustParse(validText));
  const aliased = fileWith({
    a: '{ home: eu-west, to: &to [us-east], topics: [t] }',
    b: '{ home: eu-west, to: *to, topics: [u] }',
  });
  assert.deepEqual(mustParse(aliased).mirrors.get('b')?.to, ['us-east']);
});

test('excluding a topic from one set gives it to the other', () => {
  const text = fileWith({
    a: '{ home: eu-west, to: [us-east], topics: ["*"], exclude: ["pay*"] }',
    b: '{ home: eu-west, to: [us-east], topics: ["pay*"] }',
  });
  assert.deepEqual(shown(text), []);
});

test('names of JavaScript are names like others', () => {
  assert.deepEqual(shown(`${validText}__proto__: 1\nconstructor: 2\n`), [
    '6:1 CW-1003 unknown key ‘__proto__’',
    '7:1 CW-1003 unknown key ‘constructor’',
  ]);
  const text = fileWith({ s: '{ home: constructor, to: [us-east], topics: [t] }' });
  assert.match(shown(text).join(), /names the unknown region ‘constructor’/);
});
