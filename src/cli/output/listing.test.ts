// The five formats of a listing.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { parse } from 'yaml';
import { type Listing, outputFormats, renderListing, renderReport, toJson } from './listing.ts';

interface Row {
  readonly name: string;
  readonly lag: bigint | undefined;
}

const listing: Listing<Row> = {
  columns: [
    { title: 'NAME', text: (row) => row.name },
    { title: 'LAG', align: 'right', text: (row) => row.lag?.toString() ?? '?' },
  ],
  rows: [
    { name: 'payments', lag: 9_007_199_254_740_993n },
    { name: 'x', lag: undefined },
  ],
  name: (row) => `mirror/${row.name}`,
  data: (row) => toJson(row),
};

test('a table has aligned columns and no blanks at the end of a line', async () => {
  const text = await renderListing(listing, 'table');
  assert.equal(text, 'NAME                   LAG\npayments  9007199254740993\nx                        ?\n');
});

test('names come one per line', async () => {
  assert.equal(await renderListing(listing, 'name'), 'mirror/payments\nmirror/x\n');
});

test('json, jsonl and yaml carry the same data; large numbers are exact, unknown is null', async () => {
  const expected = [
    { name: 'payments', lag: '9007199254740993' },
    { name: 'x', lag: null },
  ];
  assert.deepEqual(JSON.parse(await renderListing(listing, 'json')), expected);
  const lines = (await renderListing(listing, 'jsonl')).trimEnd().split('\n');
  assert.deepEqual(
    lines.map((line) => JSON.parse(line) as unknown),
    expected,
  );
  assert.deepEqual(parse(await renderListing(listing, 'yaml')), expected);
});

test('an empty listing is still valid in every format', async () => {
  const empty = { ...listing, rows: [], empty: 'nothing is mirrored' };
  const texts = await Promise.all(outputFormats.map((format) => renderListing(empty, format)));
  assert.deepEqual(texts, ['nothing is mirrored\n', '[]\n', '', '[]\n', '']);
});

test('a report ends with exactly one line break', async () => {
  const report = { text: () => 'fine\n\n', data: { fine: true }, names: ['one'] };
  assert.equal(await renderReport(report, 'table'), 'fine\n');
  assert.equal(await renderReport(report, 'jsonl'), '{"fine":true}\n');
});

test('toJson leaves nothing that JSON cannot hold', () => {
  const value = { a: 1n, b: undefined, c: new Map([['k', [2n]]]), d: Number.NaN };
  assert.deepEqual(toJson(value), { a: '1', b: null, c: { k: ['2'] }, d: null });
});
