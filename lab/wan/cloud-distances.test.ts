// Where a region is by its name, and how far from another.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { CausewayError } from '../../src/base/errors.ts';
import { placeOfRegion, roundTripMs, roundTripMsByDefault } from './cloud-distances.ts';
import { deriveTable } from './derive-cloud-regions.ts';

test('names of regions say where they are, unless a location is given', () => {
  assert.equal(placeOfRegion('eu-west'), 'aws/eu-west-1');
  assert.equal(placeOfRegion('eu-central-1'), 'aws/eu-central-1');
  assert.equal(placeOfRegion('europe-west1'), 'gcp/europe-west1');
  assert.equal(placeOfRegion('source'), undefined);
  assert.equal(placeOfRegion('eu-west', 'azure/westeurope'), 'azure/westeurope');
});

test('a location that nobody measured is refused, with the closest one', () => {
  assert.throws(
    () => placeOfRegion('here', 'aws/eu-wst-1'),
    (error) =>
      error instanceof CausewayError && error.code === 'CW-5014' && /aws\/eu-west-1/.test(error.message),
  );
});

test('round trips are the same both ways, and have a default', () => {
  const there = roundTripMs('aws/eu-west-1', 'aws/us-east-1');
  assert.ok(there > 60 && there < 110, `${there} ms over the Atlantic`);
  assert.equal(roundTripMs('aws/us-east-1', 'aws/eu-west-1'), there);
  assert.ok(roundTripMs('aws/eu-west-1', 'aws/eu-west-1') < 5);
  assert.equal(roundTripMs(undefined, 'aws/eu-west-1'), roundTripMsByDefault);
});

test('the table is made from measurements: zones dropped, directions averaged, gaps left open', () => {
  const table = JSON.parse(
    deriveTable(
      [
        'src_region,dst_region,src_tier,dst_tier,min_rtt,avg_rtt,max_rtt,mdev_rtt',
        'gcp:us-east1-b,aws:eu-west-1,PREMIUM,PREMIUM,79.0,80.0,81.0,0.1',
        'aws:eu-west-1,gcp:us-east1-b,PREMIUM,PREMIUM,80.0,82.0,83.0,0.1',
        'aws:eu-west-1,gcp:us-east1-b,PREMIUM,STANDARD,180.0,182.0,183.0,0.1',
        'aws:eu-west-1,azure:eastus,PREMIUM,PREMIUM,70.0,71.4,72.0,0.1',
      ].join('\n'),
    ),
  ) as { regions: string[]; roundTripMs: (number | null)[][] };
  assert.deepEqual(table.regions, ['aws/eu-west-1', 'azure/eastus', 'gcp/us-east1']);
  assert.deepEqual(table.roundTripMs, [[], [71], [81, null]]);
});
