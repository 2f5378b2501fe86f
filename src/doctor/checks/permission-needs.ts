// What Causeway's principal must be permitted to do in a region, by the one list of permissions, on what is
// there. Pure.
import type { Operation, ResourceType } from '../../kafka/acl/right.ts';
import { desiredTopic, generationsTopic, observedTopic, workersGroup } from '../../ledger/topic-names.ts';
import { transactionalIdOf } from '../../ledger/transactional-id.ts';
import {
  permissionList,
  type PermissionRule,
  resourceTypeOf,
  type Role,
} from '../../permissions/permission-list.ts';
import { setsOfRule } from '../../permissions/topology-permissions.ts';
import { hasStar, matchTopics } from '../../topology/patterns.ts';
import type { MirrorSetSpec } from '../../topology/topology.ts';

export interface Resource {
  readonly kind: ResourceType;
  readonly name: string;
}

export interface PermissionNeed {
  readonly resource: Resource;
  readonly operation: Operation;
  /** Who needs it for what. */
  readonly neededFor: string;
}

const whoOf = { controller: 'controller', worker: 'worker', commands: 'command line' } as const;

/**
 * Of one login, as far as it is used for `roles`. `existing`: the topics of the source, by region. Optional
 * rights are left out.
 */
export function permissionNeeds(
  region: string,
  sets: readonly MirrorSetSpec[],
  existing: ReadonlyMap<string, readonly string[]>,
  roles: readonly Role[],
): PermissionNeed[] {
  const needs = new Map<string, PermissionNeed>();
  for (const rule of permissionList) {
    if (rule.without !== undefined || !roles.includes(rule.role)) continue;
    const { subject, operation, role, why } = rule;
    const kind = resourceTypeOf[subject];
    for (const name of namesOf(rule, region, sets, existing)) {
      const key = `${kind} ${name} ${operation}`;
      const neededFor = `${whoOf[role]}: ${why}`;
      // What several roles need is told for the first of them.
      if (!needs.has(key)) needs.set(key, { resource: { kind, name }, operation, neededFor });
    }
  }
  return [...needs.values()];
}

function namesOf(
  rule: PermissionRule,
  region: string,
  all: readonly MirrorSetSpec[],
  existing: ReadonlyMap<string, readonly string[]>,
): Iterable<string> {
  const sets = setsOfRule(rule, region, all);
  if (sets.length === 0 && rule.side !== 'every region') return [];
  switch (rule.subject) {
    case 'mirrored topics':
    case 'mirrors':
      return new Set(sets.flatMap((set) => topicsOf(set, existing)));
    case 'transactional ids':
      return sets.map(({ name }) => transactionalIdOf(name, region, 1));
    case 'workers’ group':
      return [workersGroup];
    case 'cluster':
      return [''];
    case desiredTopic:
    case observedTopic:
    case generationsTopic:
      return [rule.subject];
  }
}

/** Those at the source, and those that are named: what may not be described is not shown. */
function topicsOf(set: MirrorSetSpec, existing: ReadonlyMap<string, readonly string[]>): string[] {
  const named = set.topics.filter((pattern) => !hasStar(pattern));
  return matchTopics(set, [...(existing.get(set.home) ?? []), ...named]);
}
