// Which rules of the list were missing while somebody said so. At the end it has to be all of them: a rule
// that nobody misses does not belong on the list.
import assert from 'node:assert/strict';
import { ledgerTopics } from '../../src/ledger/topic-names.ts';
import {
  permissionList,
  type PermissionRule,
  resourceTypeOf,
} from '../../src/permissions/permission-list.ts';
import { type AclRule, ruleText } from './acl-lab.ts';
import { principalOfRole, source } from './permission-site.ts';

export class WithdrawnRules {
  readonly #told = new Set<PermissionRule>();

  /** That it was said that `rule` is missing in the region. */
  note(region: string, rule: AclRule): void {
    const meant = permissionList.filter((each) => isMeant(each, region, rule));
    assert.equal(meant.length, 1, `${ruleText(rule)} in ${region} stands on the list once`);
    for (const each of meant) this.#told.add(each);
  }

  /** In words. */
  get missing(): string[] {
    return permissionList
      .filter((each) => !this.#told.has(each))
      .map(({ side, role, subject, operation }) => `${side}: ${role} ${operation} on ${subject}`);
  }
}

function isMeant(each: PermissionRule, region: string, rule: AclRule): boolean {
  const side = region === source ? 'source' : 'target';
  if (each.side !== side && each.side !== 'every region') return false;
  if (principalOfRole(each.role) !== rule.principal || each.operation !== rule.operation) return false;
  if (resourceTypeOf[each.subject] !== rule.resourceType) return false;
  if (rule.resourceType !== 'topic') return true;
  const isOfLedger = (ledgerTopics as readonly string[]).includes(rule.resource);
  return isOfLedger ? each.subject === rule.resource : isOnTopics(each);
}

/** On topics that are mirrored, at either end. */
export const isOnTopics = ({ subject }: PermissionRule): boolean =>
  subject === 'mirrored topics' || subject === 'mirrors';
