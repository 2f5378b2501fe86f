// docs/operating/versions.md says what the reports say, and there is a report of every row.
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { kafkaVersionByDefault, testedVersions } from '../../lab/kafka-versions.ts';
import { differences } from './differences.ts';
import { readOptions } from './options.ts';
import { versionsPage } from './page.ts';
import { type RowReport, readReports } from './report.ts';
import { byAge, filesOf, nameOf, rowsOf, upgradeFile } from './rows.ts';

const reports = readReports();

test('the page is made of the reports', () => {
  const page = fileURLToPath(new URL('../../docs/operating/versions.md', import.meta.url));
  const kept = readFileSync(page, 'utf8');
  assert.equal(kept, versionsPage(reports), 'out of date: run `npm run compatibility -- --page`');
});

test('every row of the supported versions has a report, and has passed', () => {
  const passed = reports.filter((report) => report.passed).map(({ row }) => nameOf(row));
  assert.deepEqual(
    rowsOf()
      .map(nameOf)
      .filter((name) => !passed.includes(name)),
    [],
    'run `npm run compatibility`',
  );
});

test('every supported version offers every call that is sent', () => {
  const page = versionsPage(reports);
  assert.match(page, new RegExp(`\\| call \\| ${testedVersions.join(' \\| ')} \\|`), 'each one was asked');
  assert.doesNotMatch(page, /\| none \|/);
});

test('every supported version is run alone, and the usual one of the lab is among them', () => {
  const names = rowsOf().map(nameOf);
  assert.deepEqual(
    testedVersions.filter((version) => !names.includes(version)),
    [],
  );
  assert.ok(testedVersions.some((version) => version === kafkaVersionByDefault));
  assert.deepEqual(testedVersions, [...testedVersions].sort(byAge));
});

test('rows of two versions: each alone, both directions, one upgrade', () => {
  assert.deepEqual(rowsOf(['4.0.0', '3.10.1', '4.0.0']).map(nameOf), [
    '3.10.1',
    '4.0.0',
    '3.10.1-to-4.0.0',
    '4.0.0-to-3.10.1',
    'upgrade-3.10.1-to-4.0.0',
  ]);
  assert.deepEqual(rowsOf(['4.0.0']).map(nameOf), ['4.0.0']);
  assert.deepEqual(rowsOf([]), []);
});

test('each version alone is compared with our model of a broker; an upgrade has a file of its own', () => {
  const [ledger, comparison] = [
    'src/ledger/x.broker.test.ts',
    'test/broker-model/comparison/x.broker.test.ts',
  ];
  const all = [ledger, comparison, 'src/ledger/x.test.ts', 'test/fault/x.broker.test.ts'];
  const [alone, , apart, , upgrade] = rowsOf(['4.0.0', '4.1.0']).map((row) => filesOf(row, all));
  assert.deepEqual([alone, apart, upgrade], [[ledger, comparison], [ledger], [upgradeFile]]);
});

test('a row that failed is shown as that, with how many tests', () => {
  const [first] = reports;
  assert.ok(first !== undefined);
  const failed: RowReport = {
    ...first,
    passed: false,
    tests: { passed: 7, skipped: 0, failed: ['x', 'y'] },
  };
  assert.match(versionsPage([failed]), /\| \*\*failed\*\* \| 7, 2 failed \|/);
});

test('each difference says where, what, and what is done about it', () => {
  assert.ok(differences.length > 0);
  for (const { where, what, handled } of differences)
    for (const text of [where, what, handled]) assert.ok(text);
});

test('arguments choose versions and rows; what is unknown is refused with what there is', () => {
  assert.deepEqual(readOptions(['--versions', '4.0.0', '--again']), {
    rows: [{ kind: 'pair', from: '4.0.0', to: '4.0.0' }],
    again: true,
    does: 'run',
  });
  assert.deepEqual(readOptions([testedVersions[0]]).rows.map(nameOf), [testedVersions[0]]);
  assert.throws(() => readOptions(['4.9.9']), /there is no row 4\.9\.9; there are 3\.9/);
  assert.throws(() => readOptions(['--versions', '3.8.1']), /3\.9\.0 or newer/);
  assert.throws(() => readOptions(['--nothing']), /--nothing/);
});
