// What a person reads about a missing right, and can paste.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { grantCommand, lackText, shellWord } from './right.ts';

const account = { principal: 'User:causeway', servers: 'b1:9092,b2:9092' };

test('who lacks what on what, how that is known, and the command that gives it', () => {
  const right = { operation: 'Read', resourceType: 'topic', resource: 'orders' } as const;
  assert.equal(
    lackText(right, account, 'broker 1 answered TOPIC_AUTHORIZATION_FAILED to Fetch'),
    'User:causeway lacks Read on topic orders (broker 1 answered TOPIC_AUTHORIZATION_FAILED to Fetch); ' +
      'give it by `kafka-acls.sh --bootstrap-server b1:9092,b2:9092 --add --allow-principal User:causeway ' +
      '--operation Read --topic orders`',
  );
});

test('a principal that nobody here knows is left to be filled in', () => {
  const right = { operation: 'Write', resourceType: 'topic', resource: 'orders' } as const;
  const text = lackText(right, { principal: undefined, servers: 'b:1' }, 'said');
  assert.match(text, /^Causeway’s principal lacks Write on topic orders .* --allow-principal User:NAME /);
});

test('prefixes and the cluster', () => {
  const ids = { operation: 'Write', resourceType: 'transactional-id', resource: 'causeway.a.' } as const;
  const prefixed = grantCommand({ ...ids, pattern: 'prefixed' }, account);
  assert.match(prefixed, /--transactional-id causeway\.a\. --resource-pattern-type prefixed$/);
  const cluster = { operation: 'Describe', resourceType: 'cluster', resource: '' } as const;
  assert.match(grantCommand(cluster, account), /--operation Describe --cluster$/);
  assert.match(lackText(cluster, account, 'said'), /lacks Describe on the cluster \(said\)/);
});

test('a name from a certificate stays one word of a shell', () => {
  assert.equal(shellWord('User:CN=o’neil, OU=a b'), "'User:CN=o’neil, OU=a b'");
  assert.equal(shellWord("it's"), "'it'\\''s'");
  assert.equal(shellWord('*'), "'*'");
  assert.equal(shellWord(''), "''");
});
