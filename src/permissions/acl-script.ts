// The permissions of a topology as commands of Kafka's own tool: a shell script that an administrator reads,
// changes and runs. Running it again changes nothing. Pure.
import { shellWord } from '../kafka/acl/right.ts';
import { allowLines, keyOf, optionalLines } from './acl-commands.ts';
import { headWarning, mirrorLines, protectionLines, sourceLines, widerWarning } from './acl-warnings.ts';
import { denyLines, type Denial } from './denials.ts';
import type { NamedResource } from './topic-resources.ts';
import type { Permission } from './topology-permissions.ts';

export interface ScriptRegion {
  readonly name: string;
  /** Addresses with commas between. */
  readonly servers: string;
  readonly principal: string;
  readonly permissions: readonly Permission[];
  /** Source topics in this region: others produce and consume them. */
  readonly sources: readonly NamedResource[];
  /** Mirrors in this region: what others may not write. */
  readonly mirrors: readonly NamedResource[];
  /** True where the resources of mirrors take in topics that are none. */
  readonly mirrorsAreWider: boolean;
}

export interface ScriptParts {
  readonly regions: readonly ScriptRegion[];
  readonly wider: readonly { readonly set: string; readonly text: string }[];
  readonly denials: readonly Denial[];
}

export function aclScript({ regions, wider, denials }: ScriptParts): string {
  const variables = variablesOf(regions.map(({ name }) => name));
  const named = regions.map((region) => ({ region, variable: variables.get(region.name) ?? region.name }));
  const lines = [
    '#!/bin/sh',
    '# What Causeway has to be permitted, made by `causeway generate acls`. Run by an administrator of each',
    '# cluster; running it again changes nothing. Kafka’s tool and its settings come from the environment:',
    '#   KAFKA_ACLS       path of kafka-acls.sh',
    ...named.map(
      ({ region, variable }) => `#   ${adminVariable(variable)}  file of client settings for ${region.name}`,
    ),
    ...headWarning,
    ...wider.map(({ set, text }) => `# Note on ${set}: ${text}.`),
    'set -eu',
  ];
  for (const { region, variable } of named) lines.push('', ...regionLines(region, variable, denials));
  return `${lines.join('\n')}\n`;
}

const adminVariable = (variable: string): string => `ADMIN_${variable.toUpperCase()}`;

/** The names of regions as parts of shell names. Two that differ only in case, - and _ are told apart. */
function variablesOf(names: readonly string[]): ReadonlyMap<string, string> {
  const variables = new Map<string, string>();
  const taken = new Set<string>();
  for (const name of names) {
    const plain = name.replaceAll(/[^a-zA-Z0-9]/g, '_');
    let variable = plain;
    for (let count = 2; taken.has(variable.toUpperCase()); count += 1) variable = `${plain}_${count}`;
    taken.add(variable.toUpperCase());
    variables.set(name, variable);
  }
  return variables;
}

function regionLines(region: ScriptRegion, variable: string, denials: readonly Denial[]): string[] {
  const { name, servers, principal, permissions, sources, mirrors, mirrorsAreWider } = region;
  const admin = adminVariable(variable);
  const run = `acls_${variable}`;
  const needed = permissions.filter(({ without }) => without === undefined);
  const has = new Set(needed.map(keyOf));
  const extra = permissions.filter((each) => each.without !== undefined && !has.has(keyOf(each)));
  // Only with the worker among the roles is `principal` the one that has to write.
  const isWriter = needed.some(({ role }) => role === 'worker');
  return [
    `# ---- ${name} ----`,
    `${run}() {`,
    `  "\${KAFKA_ACLS:-kafka-acls.sh}" --bootstrap-server ${shellWord(servers)} \\`,
    `    \${${admin}:+--command-config "$${admin}"} "$@"`,
    '}',
    ...(sources.length === 0 ? [] : sourceLines(run, sources, mirrors)),
    ...(mirrorsAreWider ? widerWarning : []),
    ...allowLines(run, principal, needed),
    ...optionalLines(run, principal, extra),
    ...(mirrors.length === 0 || !isWriter ? [] : protectionLines(run, principal, mirrors)),
    ...denyLines(
      run,
      denials.filter((each) => each.region === name),
    ),
    ...(mirrors.length === 0 ? [] : mirrorLines(run, mirrors)),
  ];
}
