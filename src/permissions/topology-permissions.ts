// The list of permissions for one topology: what has to be permitted in which region, on what. Pure.
import type { Right } from '../kafka/acl/right.ts';
import { desiredTopic, generationsTopic, observedTopic, workersGroup } from '../ledger/topic-names.ts';
import { transactionalIdPrefix } from '../ledger/transactional-id.ts';
import type { MirrorSetSpec, Topology } from '../topology/topology.ts';
import { permissionList, type PermissionRule, resourceTypeOf, type Role, roles } from './permission-list.ts';
import { covers, type NamedResource, topicResources } from './topic-resources.ts';

export interface Permission extends Right {
  readonly region: string;
  readonly pattern: 'literal' | 'prefixed';
  readonly role: Role;
  readonly why: string;
  /** Set where it is optional: what is missing then. */
  readonly without: string | undefined;
}

export interface TopologyPermissions {
  readonly permissions: readonly Permission[];
  /** Where they permit more than the topology means, by mirror set. */
  readonly wider: readonly { readonly set: string; readonly text: string }[];
}

/** In the order of the regions, and in each of the list. */
export function permissionsFor(topology: Topology, wanted: readonly Role[] = roles): TopologyPermissions {
  const sets = [...topology.mirrors.values()];
  const rules = permissionList.filter(({ role }) => wanted.includes(role));
  const permissions = [...topology.regions.keys()].flatMap((region) =>
    rules.flatMap((rule) => permissionsIn(region, rule, sets)),
  );
  const wider = sets.flatMap((set) => topicResources(set).wider.map((text) => ({ set: set.name, text })));
  return { permissions: withoutCovered(permissions), wider };
}

/** The mirror sets for which the rule is needed in the region. */
export const setsOfRule = (
  rule: PermissionRule,
  region: string,
  sets: readonly MirrorSetSpec[],
): MirrorSetSpec[] =>
  sets.filter((set) => {
    if (rule.onlyFor?.(set) === false) return false;
    if (rule.side === 'source') return set.home === region;
    return rule.side === 'every region' || set.to.includes(region);
  });

function permissionsIn(region: string, rule: PermissionRule, all: readonly MirrorSetSpec[]): Permission[] {
  const sets = setsOfRule(rule, region, all);
  if (sets.length === 0 && rule.side !== 'every region') return [];
  const { role, operation, why, without } = rule;
  const resourceType = resourceTypeOf[rule.subject];
  return resourcesOf(rule, region, sets).map((named) => {
    return { region, role, operation, resourceType, ...named, why, without };
  });
}

function resourcesOf(
  { subject }: PermissionRule,
  region: string,
  sets: readonly MirrorSetSpec[],
): readonly NamedResource[] {
  switch (subject) {
    case 'mirrored topics':
    case 'mirrors':
      return sets.flatMap((set) => topicResources(set).resources);
    case 'transactional ids':
      return sets.map(({ name }) => ({ resource: transactionalIdPrefix(name, region), pattern: 'prefixed' }));
    case 'workers’ group':
      return [{ resource: workersGroup, pattern: 'literal' }];
    case 'cluster':
      return [{ resource: '', pattern: 'literal' }];
    case desiredTopic:
    case observedTopic:
    case generationsTopic:
      return [{ resource: subject, pattern: 'literal' }];
  }
}

/** Of two permissions of a role that say the same, the first; of a wide and a narrow one, the wide one. */
function withoutCovered(permissions: readonly Permission[]): Permission[] {
  const alike = Map.groupBy(permissions, ({ region, role, operation, resourceType }) =>
    [region, role, operation, resourceType].join(' '),
  );
  const kept = new Set([...alike.values()].flatMap(uncovered));
  return permissions.filter((each) => kept.has(each));
}

const uncovered = (permissions: readonly Permission[]): Permission[] =>
  permissions.filter((each, index) =>
    permissions.every((other, at) => {
      if (at === index || !covers(other, each)) return true;
      return covers(each, other) && at > index;
    }),
  );
