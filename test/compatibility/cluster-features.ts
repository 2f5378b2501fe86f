// What a broker says of itself: the calls it answers, in which versions, and the features of its cluster; and
// the last step of an upgrade, which raises those features.
import { apiVersionsV3, Connection, FeatureUpgradeTypes, updateFeaturesV1 } from '@platformatic/kafka';
import { waitUntil } from '../fixtures/wait-until.ts';

/** Lowest and highest version. */
export type Range = readonly [number, number];

export interface Capabilities {
  /** By Kafka's name of the call. */
  readonly calls: ReadonlyMap<string, Range>;
  /** What the broker can, as in `metadata.version`. */
  readonly supported: ReadonlyMap<string, number>;
  /** What is agreed upon in the cluster. */
  readonly finalized: ReadonlyMap<string, number>;
}

async function withBroker<T>(server: string, use: (connection: Connection) => Promise<T>): Promise<T> {
  const [host = '', port = ''] = server.split(':');
  const connection = new Connection('compatibility');
  await connection.connect(host, Number(port));
  try {
    return await use(connection);
  } finally {
    await connection.close();
  }
}

export const capabilitiesOf = (server: string): Promise<Capabilities> =>
  withBroker(server, async (connection) => {
    const answer = await apiVersionsV3.api.async(connection, 'compatibility', '1');
    const { apiKeys, supportedFeatures = [], finalizedFeatures = [] } = answer;
    return {
      calls: new Map(apiKeys.map(({ name, minVersion, maxVersion }) => [name, [minVersion, maxVersion]])),
      supported: new Map(supportedFeatures.map(({ name, maxVersion }) => [name, maxVersion])),
      finalized: new Map(finalizedFeatures.map(({ name, maxVersionLevel }) => [name, maxVersionLevel])),
    };
  });

/** Has to do with how controllers find each other, and is not raised by an upgrade of the release. */
const notRaised = new Set(['kraft.version']);

/**
 * What `kafka-features upgrade` does: the cluster uses from now on what its brokers can. Resolves when the
 * broker tells so.
 */
export async function raiseFeatures(server: string): Promise<void> {
  const { supported, finalized } = await capabilitiesOf(server);
  const raised = [...supported].filter(
    ([name, level]) => !notRaised.has(name) && level > (finalized.get(name) ?? 0),
  );
  const updates = raised.map(([feature, maxVersionLevel]) => ({
    feature,
    maxVersionLevel,
    upgradeType: FeatureUpgradeTypes.UPGRADE,
  }));
  // Others depend on the version of the metadata.
  updates.sort((a, b) => Number(b.feature === 'metadata.version') - Number(a.feature === 'metadata.version'));
  for (const update of updates) {
    await withBroker(server, (connection) => updateFeaturesV1.api.async(connection, 30_000, [update], false));
  }
  await waitUntil(`the raised features of ${server}`, async () => {
    const now = (await capabilitiesOf(server)).finalized;
    return raised.every(([name, level]) => now.get(name) === level);
  });
}
