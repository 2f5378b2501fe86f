// Placeholders and what they stand for; and that no secret comes out by any way that shows settings.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { CausewayError, describeError } from '../base/errors.ts';
import { diffTopologies } from './diff.ts';
import { mustParse, region } from './file-for-tests.ts';
import { formatPlaceholder, parseProperties, redact, resolveSettings, splitPlaceholders } from './secrets.ts';
import type { Topology } from './topology.ts';

const canary = 'hunter2-very-secret';
const files = new Map([
  ['/run/eu', `user=ada\njaas=${canary}\nempty=\n`],
  ['/run/token', `  ${canary}\n\n`],
]);
const readers = {
  readEnv: (name: string) => (name === 'PASSWORD' ? canary : name === 'EMPTY' ? '' : undefined),
  readFile: (path: string) => {
    const text = files.get(path);
    if (text === undefined) throw new Error(`ENOENT: no such file, open '${path}'`);
    return text;
  },
};
const resolve = (name: string, value: string) => resolveSettings(new Map([[name, value]]), readers).get(name);

test('placeholders stand for the environment, a key of a file, and a whole file', () => {
  assert.equal(resolve('a', '${env:PASSWORD}'), canary);
  assert.equal(resolve('a', '${file:/run/eu:jaas}'), canary);
  assert.equal(resolve('a', '${file:/run/token}'), canary);
  assert.equal(resolve('a', 'x ${env:PASSWORD} y ${file:/run/eu:user}z'), `x ${canary} y adaz`);
  assert.equal(resolve('a', 'nothing to do, $5 {}'), 'nothing to do, $5 {}');
});

test('an empty value is a value', () => {
  assert.equal(resolve('a', '${env:EMPTY}'), '');
  assert.equal(resolve('a', '${file:/run/eu:empty}'), '');
});

test('what was read is not read again: a secret may hold a placeholder', () => {
  const nested = { ...readers, readEnv: () => '${env:OTHER}' };
  assert.equal(resolveSettings(new Map([['a', '${env:X}']]), nested).get('a'), '${env:OTHER}');
});

const failing: readonly (readonly [string, string, RegExp])[] = [
  ['${env:MISSING}', 'CW-1018', /^ssl\.key\.password: \$\{env:MISSING\} has no value: .*MISSING is not set$/],
  ['${file:/run/none}', 'CW-1018', /the file \/run\/none cannot be read \(ENOENT/],
  ['${file:/run/eu:other}', 'CW-1018', /the file \/run\/eu has no key other$/],
  ['${file:/run/eu:jaas} ${env:MISSING}', 'CW-1018', /MISSING is not set/],
  ['${vault:x}', 'CW-1017', /\$\{vault:… is not a placeholder/],
  [`\${${canary}}`, 'CW-1017', /\$\{… is not a placeholder/],
  [`\${env:${canary}`, 'CW-1017', /\$\{env:… is not a placeholder/],
  [`\${file:}`, 'CW-1017', /\$\{file:… is not a placeholder/],
];
for (const [value, code, words] of failing) {
  test(`${value.replace(canary, '…')} is told with its setting, without any value`, () => {
    assert.throws(
      () => resolve('ssl.key.password', value),
      (error) => {
        assert.ok(error instanceof CausewayError);
        assert.equal(error.code, code);
        assert.match(error.message, words);
        assert.ok(
          !`${describeError(error)} ${error.stack} ${JSON.stringify(error.details)}`.includes(canary),
        );
        return true;
      },
    );
  });
}

test('a placeholder is written as it was read', () => {
  for (const text of ['${env:A_1}', '${file:/a/b:c}', '${file:C}', '${file:C:/x/y:key}']) {
    const [part] = splitPlaceholders(text).parts;
    assert.ok(part !== undefined && typeof part !== 'string');
    assert.equal(formatPlaceholder(part), text);
  }
});

test('splitting and joining changes nothing, whatever the text', () => {
  const piece = fc.constantFrom('${', '}', 'env:A', 'file:/a:b', 'x', '$', '{', '${env:B}', '${file:/c}');
  fc.assert(
    fc.property(
      fc.array(piece).map((pieces) => pieces.join('')),
      (text) => {
        const { parts, invalid } = splitPlaceholders(text);
        const joined = parts
          .map((part) => (typeof part === 'string' ? part : formatPlaceholder(part)))
          .join('');
        if (invalid.length === 0) assert.equal(joined, text);
      },
    ),
  );
});

test('properties as Java reads them', () => {
  const text = [
    '\ufeff# comment',
    '! another',
    'a=1',
    'b: 2',
    'c 3',
    '  d  =  4 ',
    'e=one \\',
    '   two',
    'f\\ g=5',
    'h=\\u00e9\\t|\\\\',
    'i',
    'a=last',
    'j==x',
    'k=end\\',
  ].join('\r\n');
  assert.deepEqual(
    [...parseProperties(text)],
    [
      ['a', 'last'],
      ['b', '2'],
      ['c', '3'],
      ['d', '4 '],
      ['e', 'one two'],
      ['f g', '5'],
      ['h', 'é\t|\\'],
      ['i', ''],
      ['j', '=x'],
      ['k', 'end'],
    ],
  );
});

test('a secret is shown as it stands in the file only where it is nothing but a placeholder', () => {
  assert.equal(redact('ssl.key.password', '${env:P}'), '${env:P}');
  assert.equal(redact('ssl.key.password', '${file:/a:b}'), '${file:/a:b}');
  for (const value of [
    canary,
    `\${env:P}${canary}`,
    `\${${canary}}`,
    `${canary}\${env:P}`,
    '${env:P}${env:Q}',
  ]) {
    assert.equal(redact('ssl.key.password', value), '‹redacted›');
  }
  assert.equal(redact('client.id', 'mirror'), 'mirror');
  const secret = ['sasl.jaas.config', 'ssl.keystore.password', 'ssl.keystore.key', 'ssl.truststore.password'];
  for (const name of secret) assert.equal(redact(name, canary), '‹redacted›', name);
  for (const name of ['bootstrap.servers', 'security.protocol', 'ssl.keystore.location']) {
    assert.equal(redact(name, 'x'), 'x', name);
  }
});

test('a changed secret is seen in the difference of two topologies, and not shown', () => {
  const plain = mustParse(region(''));
  const withSecret = (value: string): Topology => {
    const regions = new Map(plain.regions);
    const a = plain.regions.get('a');
    assert.ok(a !== undefined);
    regions.set('a', { ...a, kafka: new Map([...a.kafka, ['sasl.jaas.config', value]]) });
    return { ...plain, regions };
  };
  const changes = [
    ...diffTopologies(plain, withSecret(`x password="${canary}";`)),
    ...diffTopologies(withSecret(canary), withSecret(`${canary}2`)),
    ...diffTopologies(withSecret(canary), plain),
    ...diffTopologies(undefined, withSecret(canary)),
  ];
  const secrets = changes.filter(({ path }) => path === 'regions.a.kafka.sasl.jaas.config');
  assert.deepEqual(
    secrets.map(({ kind, before, after }) => [kind, before, after]),
    [
      ['added', undefined, '‹redacted›'],
      ['changed', '‹redacted›', '‹redacted›'],
      ['removed', '‹redacted›', undefined],
      ['added', undefined, '‹redacted›'],
    ],
  );
  assert.ok(!JSON.stringify(changes).includes(canary));
});
