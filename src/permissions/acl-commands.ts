// Rights on resources as commands of Kafka's own tool: as few of them as its options allow. Pure.
import {
  operations,
  type Operation,
  resourceText,
  type ResourceType,
  shellWord,
} from '../kafka/acl/right.ts';
import type { Role } from './permission-list.ts';
import type { NamedResource } from './topic-resources.ts';
import type { Permission } from './topology-permissions.ts';

/** Resources named in one command: the words of a command have an end. */
const resourcesPerCommand = 50;

/** For everything that is needed. `run` is what calls the tool. */
export function allowLines(run: string, principal: string, permissions: readonly Permission[]): string[] {
  const who = `--allow-principal ${shellWord(principal)}`;
  return gathered(permissions).flatMap(({ operations: given, resourceType, resources, roles }) => [
    `# for: ${[...roles].join(', ')}`,
    ...commands(`${run} --add ${who}`, given, resourceType, resources),
  ]);
}

/** For what is optional: comments, each with what is lost without it. */
export function optionalLines(run: string, principal: string, permissions: readonly Permission[]): string[] {
  const who = `--allow-principal ${shellWord(principal)}`;
  const byKey = Map.groupBy(permissions, keyOf);
  return [...byKey.values()].flatMap((same) => {
    const [first] = same as [Permission];
    const lost = [...new Set(same.map(({ without }) => without))].join(', ');
    const lines = commands(`${run} --add ${who}`, [first.operation], first.resourceType, [first]);
    const what = `${first.operation} on ${resourceText(first)}`;
    return [`# optional: ${what}. Without it, ${lost}:`, ...lines.map((line) => `# ${line}`)];
  });
}

export const keyOf = ({ operation, resourceType, resource, pattern }: Permission): string =>
  [operation, resourceType, pattern, resource].join(' ');

interface Gathered {
  readonly operations: readonly Operation[];
  readonly resourceType: ResourceType;
  readonly resources: readonly NamedResource[];
  readonly roles: ReadonlySet<Role>;
}

/** Resources of one kind with the same operations go into one command. */
function gathered(permissions: readonly Permission[]): Gathered[] {
  const nameOf = ({ resourceType, pattern, resource }: Permission) =>
    `${resourceType} ${pattern} ${resource}`;
  const given = [...Map.groupBy(permissions, nameOf).values()].map((same) => {
    const [first] = same as [Permission];
    const has = new Set(same.map(({ operation }) => operation));
    return { first, same, operations: operations.filter((operation) => has.has(operation)) };
  });
  const alike = Map.groupBy(given, ({ first, operations: list }) =>
    [first.resourceType, first.pattern, ...list].join(' '),
  );
  return [...alike.values()].map((group) => ({
    operations: group[0]?.operations ?? [],
    resourceType: group[0]?.first.resourceType ?? 'topic',
    resources: group.map(({ first }) => first),
    roles: new Set(group.flatMap(({ same }) => same.map(({ role }) => role))),
  }));
}

/** For topics of both patterns. */
export const topicCommands = (
  start: string,
  given: readonly Operation[],
  topics: readonly NamedResource[],
): string[] =>
  [...Map.groupBy(topics, ({ pattern }) => pattern).values()].flatMap((alike) =>
    commands(start, given, 'topic', alike),
  );

/** `resources` have one pattern. */
function commands(
  start: string,
  given: readonly Operation[],
  resourceType: ResourceType,
  resources: readonly NamedResource[],
): string[] {
  const kind = resources[0]?.pattern === 'prefixed' ? ' --resource-pattern-type prefixed' : '';
  const what = given.map((operation) => ` --operation ${operation}`).join('');
  const lines: string[] = [];
  for (let from = 0; from < resources.length; from += resourcesPerCommand) {
    const some = resources.slice(from, from + resourcesPerCommand);
    const where = some.map(({ resource }) =>
      resourceType === 'cluster' ? ' --cluster' : ` --${resourceType} ${shellWord(resource)}`,
    );
    lines.push(`${start}${what}${where.join('')}${kind}`);
  }
  return lines;
}
