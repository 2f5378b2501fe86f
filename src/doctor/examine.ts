// Everything that a topology declares: regions side by side, then what lies between them.
import type { Role } from '../permissions/permission-list.ts';
import type { MirrorSetSpec, Topology } from '../topology/topology.ts';
import type { Check } from './check.ts';
import { permissionNeeds } from './checks/permission-needs.ts';
import { checkPermissions } from './checks/permissions.ts';
import { checkPositions } from './checks/positions.ts';
import { checkSourceTopics, topicsOf } from './checks/source-topics.ts';
import { checkTargetTopics } from './checks/target-topics.ts';
import { checkTransactions } from './checks/transactions.ts';
import { examineLocally, examineRegion } from './examine-region.ts';
import { type Finding, problem } from './finding.ts';
import { RegionSite, type SiteParts } from './region-site.ts';
import { notRun, runChecks } from './run-checks.ts';

export interface Examination {
  readonly topology: Topology;
  /** Only these regions, and what lies between them; all unless given. */
  readonly regions: readonly string[];
  readonly offline: boolean;
  /** What the logins are used for: no more has to be permitted to them. */
  readonly roles: readonly Role[];
}

/** What was found, in the order in which things break. Changes nothing anywhere. */
export async function examine(
  { topology, regions, offline, roles }: Examination,
  parts: SiteParts,
): Promise<readonly Finding[]> {
  const sites = regions.flatMap((name) => {
    const spec = topology.regions.get(name);
    return spec === undefined ? [] : [new RegionSite(spec, parts)];
  });
  const sets = [...topology.mirrors.values()];
  try {
    if (offline) return (await Promise.all(sites.map((site) => examineLocally(site, true)))).flat();
    const found = await Promise.all(sites.map((site) => examineRegion(site, sets)));
    const twice = sameClusters(sites);
    const permissions = await Promise.all(sites.map((site) => examinePermissions(site, sites, sets, roles)));
    const between = await Promise.all(
      pairsOf(sites, sets).map((pair) => examinePair(pair, roles, twice.length > 0)),
    );
    return [...found.flat(), ...twice, ...permissions.flat(), ...between.flat()];
  } finally {
    await Promise.all(sites.map((site) => site.close()));
  }
}

/** Regions that are one cluster: a topic cannot be mirrored onto itself. */
function sameClusters(sites: readonly RegionSite[]): Finding[] {
  const first = new Map<string, string>();
  const findings: Finding[] = [];
  for (const { name, view } of sites) {
    if (view === undefined) continue;
    const other = first.get(view.clusterId);
    if (other === undefined) {
      first.set(view.clusterId, name);
      continue;
    }
    const what = `${other} and ${name} are the same Kafka cluster (its id is ${view.clusterId})`;
    findings.push({ check: 'cluster', where: name, ...problem(what, { code: 'CW-1011' }) });
  }
  return findings;
}

function examinePermissions(
  site: RegionSite,
  sites: readonly RegionSite[],
  sets: readonly MirrorSetSpec[],
  roles: readonly Role[],
): Promise<readonly Finding[]> {
  const existing = new Map(
    sites.map(({ name, view }) => [name, view?.topics.map((each) => each.name) ?? []]),
  );
  const needs = permissionNeeds(site.name, sets, existing, roles);
  const check: Check = {
    name: 'permissions',
    where: site.name,
    needs: [],
    failsAs: 'unknown',
    run: () => checkPermissions(site, needs),
  };
  if (site.view === undefined) return Promise.resolve(notRun([check], `${site.name} cannot be reached`));
  return runChecks([check], site.parts);
}

interface Pair {
  readonly set: MirrorSetSpec;
  readonly source: RegionSite;
  readonly target: RegionSite;
}

function pairsOf(sites: readonly RegionSite[], sets: readonly MirrorSetSpec[]): Pair[] {
  const siteOf = (name: string) => sites.find((site) => site.name === name);
  return sets.flatMap((set) =>
    set.to.flatMap((to) => {
      const source = siteOf(set.home);
      const target = siteOf(to);
      return source === undefined || target === undefined ? [] : [{ set, source, target }];
    }),
  );
}

/** Topics of one mirror set at both ends of one link. */
function examinePair(pair: Pair, roles: readonly Role[], isOneCluster: boolean): Promise<readonly Finding[]> {
  const { set, source, target } = pair;
  const topics = () => topicsOf(set, source);
  const atSource = `${set.name} in ${source.name}`;
  const atTarget = `${set.name} in ${target.name}`;
  const between = `${set.name} ${source.name} → ${target.name}`;
  const check = (name: string, where: string, needs: readonly string[], run: Check['run']): Check => {
    return { name, where, needs, failsAs: 'unknown', run };
  };
  const checks = [
    check('source topics', atSource, [], () => checkSourceTopics(source, set)),
    check('transactions', between, [], () => checkTransactions(source, target, topics(), roles)),
    check('retention', between, [], () => checkPositions(source, target, set, topics())),
    check('target topics', atTarget, [], () => checkTargetTopics(pair, topics())),
  ];
  const away = [source, target].find(({ view }) => view === undefined);
  if (away !== undefined) return Promise.resolve(notRun(checks, `${away.name} cannot be reached`));
  if (isOneCluster) return Promise.resolve(notRun(checks, 'both ends are the same cluster'));
  return runChecks(checks, source.parts);
}
