// `node lab/wan/derive-cloud-regions.ts wan-rtt.csv`: makes `cloud-regions.json` from measured round trips,
// one line per directed pair. Both directions are averaged.
import { readFileSync, writeFileSync } from 'node:fs';

interface Measured {
  sumMs: number;
  count: number;
}

/** `gcp:us-east1-b` is `gcp/us-east1`: the zone does not matter. */
function placeOf(text: string): string {
  const [provider = '', name = ''] = text.split(':');
  return `${provider}/${provider === 'gcp' ? name.replace(/-[a-z]$/, '') : name}`;
}

const keyOf = (a: string, b: string) => [a, b].sort().join(' ');

/** The table's text out of the measurements' text. */
export function deriveTable(csv: string): string {
  const [head = '', ...lines] = csv.trim().split('\n');
  if (!head.startsWith('src_region,dst_region,src_tier,dst_tier,min_rtt,avg_rtt')) {
    throw new Error(`unexpected first line: ${head}`);
  }
  const pairs = new Map<string, Measured>();
  const places = new Set<string>();
  for (const line of lines) {
    const [from = '', to = '', fromTier, toTier, , averageMs] = line.split(',');
    if (fromTier !== 'PREMIUM' || toTier !== 'PREMIUM' || from === to) continue;
    const [a, b] = [placeOf(from), placeOf(to)];
    places.add(a).add(b);
    const pair = pairs.get(keyOf(a, b)) ?? { sumMs: 0, count: 0 };
    pair.sumMs += Number(averageMs);
    pair.count += 1;
    pairs.set(keyOf(a, b), pair);
  }
  const names = [...places].sort();
  const rows = names.map((name, row) =>
    names.slice(0, row).map((other) => {
      const pair = pairs.get(keyOf(name, other));
      return pair === undefined ? null : Math.round(pair.sumMs / pair.count);
    }),
  );
  return [
    '{',
    '  "about": "Round trips between cloud regions in ms, single pings of 2022, both directions averaged.",',
    '  "source": "history of github.com/skyplane-project/skyplane",',
    '  "licence": "Apache-2.0",',
    '  "shape": "roundTripMs[i][j], j < i, is between regions i and j; null: not measured",',
    `  "regions": ${JSON.stringify(names)},`,
    '  "roundTripMs": [',
    rows.map((row) => `    ${JSON.stringify(row)}`).join(',\n'),
    '  ]',
    '}',
    '',
  ].join('\n');
}

const file = process.argv[2];
if (import.meta.main) {
  if (file === undefined) throw new Error('usage: derive-cloud-regions.ts wan-rtt.csv');
  writeFileSync(new URL('cloud-regions.json', import.meta.url), deriveTable(readFileSync(file, 'utf8')));
}
