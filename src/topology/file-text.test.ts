// Bytes that are text, and bytes that are none, with the place where they stop being text.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { decodeFileText, fileBytesMax } from './file-text.ts';
import { formatProblems } from './problem.ts';

function saidOf(bytes: Uint8Array): string {
  const read = decodeFileText(bytes, 'causeway.yaml');
  return 'problems' in read ? formatProblems(read.problems) : `text ${read.text}`;
}
const bad = Buffer.from([0xc3, 0x28]);

test('UTF-8 is text, with and without a byte order mark', () => {
  assert.equal(saidOf(Buffer.from('a: größe €\n')), 'text a: größe €\n');
  assert.equal(saidOf(Buffer.from('\ufeffa: 1\n')), 'text \ufeffa: 1\n');
  assert.equal(saidOf(Buffer.alloc(0)), 'text ');
});

test('the first byte that is no UTF-8 is named by line and column', () => {
  const hint = '\n    Save it as UTF-8.';
  const at = (place: string) =>
    `causeway.yaml:${place} CW-1001 the file is not UTF-8 from this place on${hint}`;
  assert.equal(saidOf(bad), at('1:1'));
  assert.equal(saidOf(Buffer.concat([Buffer.from('a: 1\nb: ä'), bad, Buffer.from(' c')])), at('2:5'));
  const late = Buffer.concat([
    Buffer.from('k: v\n'.repeat(100_000)),
    bad,
    Buffer.from('\nx: 1\n'.repeat(10)),
  ]);
  assert.equal(saidOf(late), at('100001:1'));
});

test('a character that is cut at the end of the file is named', () => {
  assert.match(saidOf(Buffer.from('a: €').subarray(0, 5)), /^causeway\.yaml:1:4 CW-1001 /);
});

test('Latin-1 is not UTF-8', () => {
  assert.match(saidOf(Buffer.from('a: größe', 'latin1')), /^causeway\.yaml:1:6 CW-1001 /);
});

test('UTF-16 is named as such, in both orders', () => {
  const little = Buffer.from('\ufeffa: 1\n', 'utf16le');
  const words = /^causeway\.yaml:1:1 CW-1001 the file is UTF-16, not UTF-8\n/;
  assert.match(saidOf(little), words);
  assert.match(saidOf(Buffer.from(little).swap16()), words);
});

test('a file of too many bytes is not looked into', () => {
  const said = saidOf(Buffer.alloc(fileBytesMax + 1, 0xff));
  assert.match(said, /^causeway.yaml:1:1 CW-1015 the file has 50331649 bytes; at most 50331648 are read\n/);
});
