// The permissions of a topology as commands of Kafka's own tool: a shell script that an administrator reads,
// changes and runs. Running it again changes nothing. Pure.
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

export interface ScriptRegion {
  readonly name: string;
  /** Addresses with commas between. */
  readonly servers: string;
  readonly principal: string;
  readonly permissions: readonly Permission[];
  /** Mirrors in this region: what others may not write. */
  readonly mirrors: readonly NamedResource[];
}

export interface ScriptParts {
  readonly regions: readonly ScriptRegion[];
  readonly wider: readonly { readonly set: string; readonly text: string }[];
  /** Principals that must not write into mirrors, whatever else permits it. */
  readonly deniedWriters: readonly string[];
}

/** Resources named in one command: the words of a command have an end. */
const resourcesPerCommand = 50;

export function aclScript({ regions, wider, deniedWriters }: ScriptParts): string {
  const lines = [
    '#!/bin/sh',
    '# What Causeway has to be permitted, made by `causeway generate acls`. Run by an administrator of each',
    '# cluster; running it again changes nothing. Kafka’s tool and its settings come from the environment:',
    '#   KAFKA_ACLS       path of kafka-acls.sh',
    ...regions.map(({ name }) => `#   ${adminVariable(name)}  file of client settings for ${name}`),
    ...wider.map(({ set, text }) => `# Note on ${set}: ${text}.`),
    'set -eu',
  ];
  for (const region of regions) lines.push('', ...regionLines(region, deniedWriters));
  return `${lines.join('\n')}\n`;
}

const adminVariable = (region: string): string => `ADMIN_${variable(region).toUpperCase()}`;
const variable = (region: string): string => region.replaceAll(/[^a-zA-Z0-9]/g, '_');

function regionLines(region: ScriptRegion, deniedWriters: readonly string[]): string[] {
  const { name, servers, principal, permissions, mirrors } = region;
  const admin = adminVariable(name);
  const run = `acls_${variable(name)}`;
  const needed = permissions.filter(({ without }) => without === undefined);
  const has = new Set(needed.map(keyOf));
  const extra = permissions.filter((each) => each.without !== undefined && !has.has(keyOf(each)));
  return [
    `# ---- ${name} ----`,
    `${run}() {`,
    `  "\${KAFKA_ACLS:-kafka-acls.sh}" --bootstrap-server ${shellWord(servers)} \\`,
    `    \${${admin}:+--command-config "$${admin}"} "$@"`,
    '}',
    ...allowLines(run, principal, needed),
    ...optionalLines(run, principal, extra),
    ...(mirrors.length === 0 ? [] : protectionLines(run, principal, mirrors, deniedWriters)),
  ];
}

const keyOf = ({ operation, resourceType, resource, pattern }: Permission): string =>
  [operation, resourceType, pattern, resource].join(' ');

function allowLines(run: string, principal: string, permissions: readonly Permission[]): string[] {
  const who = `--allow-principal ${shellWord(principal)}`;
  return gathered(permissions).flatMap(({ operations: given, resourceType, resources, roles }) => [
    `# for: ${[...roles].join(', ')}`,
    ...commands(`${run} --add ${who}`, given, resourceType, resources),
  ]);
}

function optionalLines(run: string, principal: string, permissions: readonly Permission[]): string[] {
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

/** A mirror is read-only where nobody but Causeway has been permitted to write: nothing is denied to all. */
function protectionLines(
  run: string,
  principal: string,
  mirrors: readonly NamedResource[],
  deniedWriters: readonly string[],
): string[] {
  const lists = mirrors.map(({ resource, pattern }) => {
    const kind = pattern === 'prefixed' ? 'prefixed' : 'match';
    return `# ${run} --list --topic ${shellWord(resource)} --resource-pattern-type ${kind}`;
  });
  const byPattern = Map.groupBy(mirrors, ({ pattern }) => pattern);
  const groups = [...byPattern.values()];
  const deny = deniedWriters.flatMap((writer) =>
    groups.flatMap((group) =>
      commands(`${run} --add --deny-principal ${shellWord(writer)}`, ['Write'], 'topic', group),
    ),
  );
  const everyone = groups.flatMap((group) =>
    commands(`${run} --add --allow-principal 'User:*'`, ['Describe', 'Read'], 'topic', group),
  );
  return [
    `# Write protection: nobody but ${principal} may have Write on the mirrors. Whoever has it is shown by`,
    ...lists,
    '# and loses it by --remove --allow-principal User:NAME --operation Write in place of --list, or by',
    '# `generate acls --deny-write User:NAME`. Never deny it to User:*: that would shut Causeway out, too.',
    ...deny,
    '# Only where the brokers have allow.everyone.if.no.acl.found=true: the rules above shut everyone else',
    '# out of the mirrors, readers too. To let them read:',
    ...everyone.map((line) => `# ${line}`),
  ];
}
