// docs/reference/permissions.md: every right that Causeway needs, per side, from the one list of them.
import { operationsThatImply } from '../../src/kafka/acl/right.ts';
import {
  type PermissionRule,
  resourceTypeOf,
  type Side,
  sides,
  type Subject,
} from '../../src/permissions/permission-list.ts';
import { workersGroup } from '../../src/ledger/topic-names.ts';
import { code, generatedNote, table } from './markdown.ts';

const headings: Readonly<Record<Side, string>> = {
  source: 'In a source region',
  target: 'In a target region',
  'every region': 'In every region of the file',
};

export function permissionsPage(list: readonly PermissionRule[]): string {
  return [
    generatedNote('src/permissions/permission-list.ts'),
    '# Permissions\n',
    'What each role has to be permitted, and nothing else; `causeway generate acls` writes it down for a ' +
      '`causeway.yaml`.',
    'How to use it: [Permissions](../operating/permissions.md). A region that is source and target needs ' +
      'both lists.\n',
    ...sides.flatMap((side) => [`## ${headings[side]}\n`, tableOf(list, side), '']),
    '¹ Kafka’s own authorizer takes it as given with `Read`, `Write` or `Alter` on the same resource ' +
      '(`DescribeConfigs`',
    'with `AlterConfigs`); others may not.',
    '',
  ].join('\n');
}

function tableOf(list: readonly PermissionRule[], side: Side): string {
  const ofSide = list.filter((rule) => rule.side === side);
  const rows = [...Map.groupBy(ofSide, ({ subject, operation }) => `${subject} ${operation}`).values()];
  return table(
    ['on', 'operation', 'role: what for', 'needed'],
    rows.map((rules) => {
      const [{ subject, operation }] = rules as [PermissionRule];
      const uses = rules.map(({ role, why }) => `${role}: ${why}`).join('; ');
      const implied = operationsThatImply(operation);
      const given = implied.some((each) => has(ofSide, subject, each)) ? ' ¹' : '';
      return [subjectText(subject), `${code(operation)}${given}`, uses, neededText(rules)];
    }),
  );
}

const has = (list: readonly PermissionRule[], subject: Subject, operation: string): boolean =>
  list.some((rule) => rule.subject === subject && rule.operation === operation);

function neededText(rules: readonly PermissionRule[]): string {
  const optional = rules.filter(({ without }) => without !== undefined);
  if (optional.length === 0) return 'yes';
  const lost = optional.map(({ role, without }) => `without it for ${role}: ${without}`).join('; ');
  return optional.length === rules.length ? `no; ${lost}` : `yes; ${lost}`;
}

function subjectText(subject: Subject): string {
  const type = resourceTypeOf[subject];
  if (subject === 'cluster') return 'the cluster';
  if (subject === 'transactional ids') return 'transactional ids that begin with `causeway.SET.REGION.`';
  if (subject === 'workers’ group') return `group ${code(workersGroup)}`;
  return subject.startsWith('causeway.') ? `${type} ${code(subject)}` : subject;
}
