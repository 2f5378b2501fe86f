// What an administrator has to know before the first rule is given: whom rules shut out, and who may write
// mirrors. Comments of the script, with the commands that help. Pure.
import { topicCommands } from './acl-commands.ts';
import { covers, type NamedResource } from './topic-resources.ts';

/** What the first rule on a source topic does where the brokers let everyone in who has none. */
export const sourceWarning =
  'with allow.everyone.if.no.acl.found=true the first rule on a source topic shuts out everyone who has ' +
  'none there, producers and consumers too';

export const headWarning: readonly string[] = [
  '#',
  '# WARNING: where brokers have allow.everyone.if.no.acl.found=true, the first rule on a topic shuts out',
  '# everyone who has none there. On SOURCE topics that is whoever produces and consumes today. Before you',
  '# run this there, give them rules of their own, or uncomment the lines for User:* of each region below.',
  '# An optional rule on the cluster does the same to whoever creates topics or administers today.',
  '#',
];

/** Write for everyone cannot be offered here: it would be about the mirrors, too. */
export const widerWarning: readonly string[] = [
  '# WARNING, other topics: the rules on mirrors are about more than mirrors here (see the notes above).',
  '# Only where the brokers have allow.everyone.if.no.acl.found=true, they shut out whoever uses those: give',
  '# them rules of their own first.',
];

/** Come before any rule of the region, so that nobody is shut out in between. */
export function sourceLines(
  run: string,
  sources: readonly NamedResource[],
  mirrors: readonly NamedResource[],
): string[] {
  const meet = (source: NamedResource) =>
    mirrors.some((mirror) => covers(source, mirror) || covers(mirror, source));
  const keepIn = topicCommands(
    `${run} --add --allow-principal 'User:*'`,
    ['Describe', 'Read', 'Write'],
    sources,
  );
  return [
    '# WARNING, source topics: only where the brokers have allow.everyone.if.no.acl.found=true, the rules',
    '# below shut out everyone who has none, producers and consumers too. To keep them in, uncomment:',
    ...keepIn.map((line) => `# ${line}`),
    ...(sources.some(meet)
      ? ['# Some of it includes mirrors, which nobody else should write: there, name the topics instead.']
      : []),
  ];
}

/** A mirror is read-only where nobody but Causeway has been permitted to write: nothing is denied to all. */
export function protectionLines(run: string, principal: string, mirrors: readonly NamedResource[]): string[] {
  // Kafka shows what is about one name. What is about some names of a pattern it does not look for.
  const areNames = mirrors.every(({ resource, pattern }) => pattern === 'literal' && resource !== '*');
  const list = areNames
    ? topicCommands(`${run} --list`, [], mirrors).map((line) => `${line} --resource-pattern-type match`)
    : [`${run} --list`];
  return [
    `# Write protection: nobody but ${principal} may have Write on the mirrors. Whoever has it is named by`,
    '# `causeway mirrors describe SET`, and is among the rules that are shown by',
    ...list.map((line) => `# ${line}`),
    '# and loses it by --remove --allow-principal User:NAME --operation Write on the resource of that rule,',
    '# or by `generate acls --deny-write User:NAME`. Never deny it to User:*: that would shut Causeway out.',
  ];
}

/** Come last: everyone in between is shut out of nothing but copies. */
export function mirrorLines(run: string, mirrors: readonly NamedResource[]): string[] {
  const everyone = topicCommands(`${run} --add --allow-principal 'User:*'`, ['Describe', 'Read'], mirrors);
  return [
    '# Only where the brokers have allow.everyone.if.no.acl.found=true: the rules above shut everyone else',
    '# out of the mirrors, readers too. To let them read:',
    ...everyone.map((line) => `# ${line}`),
  ];
}
