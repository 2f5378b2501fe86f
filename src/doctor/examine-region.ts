// One region, from its settings to its permissions, in the order in which things break.
import { CausewayError, invariant } from '../base/errors.ts';
import { addressText, type BrokerAddress, parseAddress } from '../kafka/client/socket.ts';
import { askMetadata } from '../kafka/client/broker-calls.ts';
import type { MirrorSetSpec } from '../topology/topology.ts';
import type { Check } from './check.ts';
import { addressChecks } from './checks/address.ts';
import { checkBrokerSettings } from './checks/broker-settings.ts';
import { checkClock } from './checks/clock-difference.ts';
import { checkControlTopics } from './checks/control-topics.ts';
import { localChecks, serversOf, tokenCheck } from './checks/local.ts';
import { checkQuotas } from './checks/quotas.ts';
import { checkRoundTrip } from './checks/round-trip.ts';
import { checkVersions } from './checks/versions.ts';
import { type Finding, ok, unknown } from './finding.ts';
import type { RegionSite } from './region-site.ts';
import { firstFailure, notRun, runChecks } from './run-checks.ts';

/** What needs the cluster to be reached. */
const ofCluster = ['cluster', 'brokers', 'versions', 'round trip', 'clock', 'broker settings', 'quotas'];
const onTop = ['control topics'];

/** Secrets, settings, certificates, a token in a file. Asks nobody. */
export async function examineLocally(site: RegionSite, offline: boolean): Promise<readonly Finding[]> {
  const local = await runChecks(localChecks(site), site.parts);
  if (firstFailure(local) !== undefined) return local;
  return [...local, ...(await runChecks(tokenCheck(site, offline), site.parts))];
}

/** All of it. `site.view` is there afterwards where the cluster was reached. */
export async function examineRegion(
  site: RegionSite,
  sets: readonly MirrorSetSpec[],
): Promise<readonly Finding[]> {
  const local = await examineLocally(site, false);
  const failure = firstFailure(local);
  if (failure !== undefined) return [...local, ...rest(site, ['DNS', 'TCP', ...ofCluster], failure)];
  const addresses = await examineBootstrap(site);
  if (site.connections.size === 0) {
    return [...local, ...addresses, ...rest(site, ofCluster, 'no bootstrap server lets us in', '')];
  }
  const cluster = await runChecks([clusterCheck(site)], site.parts);
  if (site.view === undefined) {
    return [...local, ...addresses, ...cluster, ...rest(site, ofCluster.slice(1), 'cluster')];
  }
  const isTarget = sets.some((set) => set.to.includes(site.name));
  const brokers = await Promise.all(site.view.brokers.map((each) => examineBroker(site, each, isTarget)));
  const asked = await runChecks(clusterQuestions(site), site.parts);
  return [...local, ...addresses, ...cluster, ...brokers.flat(), ...asked];
}

const rest = (site: RegionSite, names: readonly string[], because: string, how = ' failed') =>
  notRun(
    [...names, ...onTop].map((name) => ({ name, where: site.name })),
    `${because}${how}`,
  );

/** An address that fails while another one lets us in is of no consequence until that one fails, too. */
async function examineBootstrap(site: RegionSite): Promise<readonly Finding[]> {
  const servers = new Set(serversOf(site));
  const addresses = [...servers].flatMap((server) => parseAddress(server) ?? []);
  const found = await Promise.all(
    addresses.map((address) => runChecks(addressChecks({ site, address, brokerId: -1 }), site.parts)),
  );
  if (site.connections.size === 0) return found.flat();
  return found.flat().map((each) => (each.state === 'problem' ? { ...each, state: 'warning' } : each));
}

const clusterCheck = (site: RegionSite): Check => ({
  name: 'cluster',
  where: site.name,
  needs: [],
  failsAs: 'problem',
  run: async () => {
    site.view = await askMetadata(site.anyConnection, 'all', site.limits);
    const { clusterId, brokers, topics } = site.view;
    const count = brokers.length === 1 ? '1 broker' : `${brokers.length} brokers`;
    return [ok(`cluster ${clusterId} with ${count}; ${topics.length} topics may be seen`, count)];
  },
});

type BrokerPlace = BrokerAddress & { readonly nodeId: number };

/** At the address that the broker advertises, unless a bootstrap server had the same. */
async function examineBroker(
  site: RegionSite,
  { nodeId, host, port }: BrokerPlace,
  isTarget: boolean,
): Promise<readonly Finding[]> {
  const address = { host, port };
  const where = `${site.name} broker ${nodeId}`;
  const isKnown = site.connections.has(addressText(address));
  const reached = isKnown ? [] : addressChecks({ site, address, brokerId: nodeId });
  const last = reached.at(-1)?.name;
  const needs = last === undefined ? [] : [last];
  const check = (name: string, failsAs: Check['failsAs'], run: Check['run']): Check => {
    return { name, where, needs, failsAs, run };
  };
  const mustConnection = () => {
    const connection = site.connections.get(addressText(address));
    invariant(connection !== undefined, `${where} was reached, and there is no connection to it`);
    return connection;
  };
  return runChecks(
    [
      ...reached,
      check('versions', 'problem', () => checkVersions(mustConnection(), site.parts)),
      check('round trip', 'unknown', () => checkRoundTrip(site, mustConnection())),
      check('broker settings', 'unknown', () => checkBrokerSettings(site, nodeId, isTarget)),
    ],
    site.parts,
  );
}

function clusterQuestions(site: RegionSite): Check[] {
  const check = (name: string, run: Check['run']): Check => {
    return { name, where: site.name, needs: [], failsAs: 'unknown', run };
  };
  return [
    check('clock', () => withRight('Describe', () => checkClock(site))),
    check('quotas', () => withRight('DescribeConfigs', () => checkQuotas(site))),
    check('control topics', () => checkControlTopics(site)),
  ];
}

/** A right on the cluster that Causeway can do without: nobody is told to grant it. */
async function withRight(right: string, run: Check['run']): ReturnType<Check['run']> {
  try {
    return await run();
  } catch (error) {
    if (!(error instanceof CausewayError) || error.code !== 'CW-3010') throw error;
    return [
      unknown(`cannot be asked without ${right} on the cluster`, 'Causeway can do without that right.'),
    ];
  }
}
