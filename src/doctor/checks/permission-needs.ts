// What Causeway's principal must be permitted to do in a region, as a plain list. Pure.
import type { Operation } from '../../kafka/admin/operations.ts';
import { ledgerTopics } from '../../ledger/topic-names.ts';
import { transactionalIdOf } from '../../ledger/transactional-id.ts';
import { hasStar, matchTopics } from '../../topology/patterns.ts';
import type { MirrorSetSpec } from '../../topology/topology.ts';

export const resourceKinds = ['topic', 'group', 'cluster', 'transactional-id'] as const;

export interface Resource {
  readonly kind: (typeof resourceKinds)[number];
  readonly name: string;
}

export interface PermissionNeed {
  readonly resource: Resource;
  readonly operation: Operation;
  /** Completes "needed to …". */
  readonly neededFor: string;
}

type Needed = Partial<Record<Operation, string>>;

const ofSource: Needed = {
  Describe: 'see the topic',
  Read: 'read its records',
  DescribeConfigs: 'follow its settings',
};
const ofTarget: Needed = {
  Create: 'make the mirror',
  Describe: 'find where the mirror stands',
  Read: 'compare its last batch',
  Write: 'write its records',
  DescribeConfigs: 'see its settings',
  AlterConfigs: 'keep its settings',
  Alter: 'add partitions',
};
const ofControl: Needed = {
  Create: 'make the control topics',
  Describe: 'find the control topics',
  Read: 'read what was decided',
  Write: 'write what was decided',
  DescribeConfigs: 'see that they keep everything',
};
const ofGenerations: Needed = { Write: 'open generations' };

/** `existing`: the topics of the source, by region. */
export function permissionNeeds(
  region: string,
  sets: readonly MirrorSetSpec[],
  existing: ReadonlyMap<string, readonly string[]>,
): PermissionNeed[] {
  const needs = ledgerTopics.flatMap((name) => needsOf({ kind: 'topic', name }, ofControl));
  for (const set of sets) {
    const isTarget = set.to.includes(region);
    if (isTarget)
      needs.push(
        ...needsOf({ kind: 'transactional-id', name: transactionalIdOf(set.name, region, 1) }, ofGenerations),
      );
    if (set.home !== region && !isTarget) continue;
    const rights = isTarget ? ofTarget : ofSource;
    for (const name of topicsOf(set, existing)) needs.push(...needsOf({ kind: 'topic', name }, rights));
  }
  return needs;
}

/** Those at the source, and those that are named: what may not be described is not shown. */
function topicsOf(set: MirrorSetSpec, existing: ReadonlyMap<string, readonly string[]>): Set<string> {
  const named = set.topics.filter((pattern) => !hasStar(pattern));
  return new Set(matchTopics(set, [...(existing.get(set.home) ?? []), ...named]));
}

function needsOf(resource: Resource, needed: Needed): PermissionNeed[] {
  return Object.entries(needed).map(([operation, neededFor]) => {
    return { resource, operation: operation as Operation, neededFor };
  });
}
