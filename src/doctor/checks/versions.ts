// Whether a broker speaks what Causeway needs, and what it would lose without newer calls.
import { CausewayError } from '../../base/errors.ts';
import type { Connection } from '../../kafka/client/connection.ts';
import { type Api, apis } from '../../kafka/wire/api.ts';
import {
  type ApiRange,
  decodeApiVersionsResponse,
  encodeApiVersionsRequest,
} from '../../kafka/wire/api-versions.ts';
import { ok, problem, type Said } from '../finding.ts';
import type { SiteParts } from '../region-site.ts';

interface Feature extends Api {
  /** What does not work without it. */
  readonly feature: string;
  /** The first Apache Kafka that has it. */
  readonly since: string;
}

/** The oldest Apache Kafka that is supported as a whole. */
const kafkaMin = '3.9';

/** Calls of administration, which the Kafka library sends; the versions that it needs at least. */
const administration: readonly Feature[] = [
  { key: 19, name: 'CreateTopics', min: 5, max: 7, feature: 'making mirrors', since: '2.4' },
  { key: 32, name: 'DescribeConfigs', min: 1, max: 4, feature: 'following settings', since: '1.1' },
  { key: 44, name: 'IncrementalAlterConfigs', min: 0, max: 1, feature: 'following settings', since: '2.3' },
  { key: 37, name: 'CreatePartitions', min: 1, max: 3, feature: 'following new partitions', since: '2.0' },
];

/** Asked for only where offsets without a record have to be used up. */
const ofFillers = [
  apis.addPartitionsToTxn,
  apis.endTxn,
  apis.writeTxnMarkers,
  apis.describeTransactions,
  apis.deleteRecords,
] as const satisfies readonly Api[];

/** Better with it, and well without. */
const niceToHave: readonly Feature[] = [
  { key: 0, name: 'Produce', min: 13, max: 13, feature: 'writing by topic id', since: '4.1' },
  ...ofFillers.map((api) => ({ ...api, feature: 'offsets without a record', since: kafkaMin })),
];

/** Without a login a broker need not offer one. */
const ofLogins: readonly string[] = [apis.saslHandshake.name, apis.saslAuthenticate.name];

export async function checkVersions(connection: Connection, parts: SiteParts): Promise<Said[]> {
  const asked = { softwareName: parts.clientId, softwareVersion: parts.softwareVersion };
  const { errorCode, ranges } = await connection.call({
    api: 'apiVersions',
    waitMs: parts.waitMs,
    encode: (writer, version) => encodeApiVersionsRequest(writer, version, asked),
    decode: decodeApiVersionsResponse,
  });
  if (errorCode !== 0) throw new CausewayError('CW-3006', `it answers ApiVersions with error ${errorCode}`);
  return judgeVersions(ranges);
}

/** Pure. `ranges` as the broker tells them. */
export function judgeVersions(ranges: readonly ApiRange[]): Said[] {
  const offered = new Map(ranges.map((range) => [range.key, range]));
  const own = Object.values(apis)
    .filter((api) => !ofFillers.some(({ key }) => key === api.key))
    .map((api) => ({ ...api, feature: 'mirroring', since: kafkaMin }));
  const needed: readonly Feature[] = [...own, ...administration];
  const missing = needed
    .filter(({ name }) => !ofLogins.includes(name))
    .filter((each) => !meets(offered, each));
  if (missing.length > 0) return missing.map((each) => problemOf(offered, each));
  const without = niceToHave.filter((each) => !meets(offered, each));
  const lost = [...new Set(without.map(({ feature, since }) => `${feature} (Kafka ${since})`))].join(', ');
  const short = lost === '' ? 'all' : `all but ${lost}`;
  return [
    ok(
      `it speaks all ${needed.length} calls that are needed${lost === '' ? '' : `; without ${lost}`}`,
      short,
    ),
  ];
}

function meets(offered: ReadonlyMap<number, ApiRange>, { key, min, max }: Api): boolean {
  const theirs = offered.get(key);
  return theirs !== undefined && theirs.min <= max && theirs.max >= min;
}

function problemOf(
  offered: ReadonlyMap<number, ApiRange>,
  { key, name, min, max, feature, since }: Feature,
): Said {
  const theirs = offered.get(key);
  const has = theirs === undefined ? 'does not offer it' : `offers ${theirs.min} to ${theirs.max}`;
  const what = `${name}: the broker ${has}, Causeway speaks ${min} to ${max}`;
  const needed = `Needed for ${feature}, from Apache Kafka ${since} on.`;
  const next = `${needed} Causeway supports ${kafkaMin} and newer.`;
  return problem(what, { code: 'CW-3006', next });
}
