// What Kafka's authorizers decide on: an operation on a resource (KIP-11, KIP-290). In words for people, and
// as arguments of Kafka's own tool. Pure.

/** Kafka's names, as `kafka-acls.sh` takes them; only those that Causeway is concerned with. */
export const operations = [
  'Describe',
  'Read',
  'Write',
  'Create',
  'Delete',
  'Alter',
  'DescribeConfigs',
  'AlterConfigs',
] as const;
export type Operation = (typeof operations)[number];

/** As the options of `kafka-acls.sh` are named. */
export const resourceTypes = ['topic', 'group', 'transactional-id', 'cluster'] as const;
export type ResourceType = (typeof resourceTypes)[number];

export interface Right {
  readonly operation: Operation;
  readonly resourceType: ResourceType;
  /** Name of the resource; a cluster has none. */
  readonly resource: string;
  /** Set where `resource` is the beginning of the names that are meant. */
  readonly pattern?: 'prefixed' | 'literal';
}

/** What Kafka's own authorizer takes as given with another operation on the same resource. */
const impliedBy: Readonly<Partial<Record<Operation, readonly Operation[]>>> = {
  Describe: ['Read', 'Write', 'Delete', 'Alter'],
  DescribeConfigs: ['AlterConfigs'],
};

/** Operations that Kafka's own authorizer permits with `operation`, besides itself. */
export const operationsThatImply = (operation: Operation): readonly Operation[] => impliedBy[operation] ?? [];

/** Whom a cluster has to permit what, as far as this side knows. */
export interface Account {
  /** As in `User:causeway`; undefined where the settings do not tell it. */
  readonly principal: string | undefined;
  /** For the option of Kafka's tools: addresses with commas between. */
  readonly servers: string;
}

export function resourceText({ resourceType, resource, pattern }: Omit<Right, 'operation'>): string {
  if (resourceType === 'cluster') return 'the cluster';
  const name = pattern === 'prefixed' ? `${resource}*` : resource;
  return `${resourceType.replace('-', ' ')} ${name}`;
}

/** As one word of a POSIX shell. */
export const shellWord = (text: string): string =>
  /^[\w@%+=:,./-]+$/.test(text) ? text : `'${text.replaceAll("'", `'\\''`)}'`;

/** The command with which an administrator of the cluster gives the right. */
export function grantCommand(right: Right, account: Account | undefined): string {
  const { operation, resourceType, resource, pattern } = right;
  const servers = account === undefined ? [] : ['--bootstrap-server', account.servers];
  const who = ['--add', '--allow-principal', account?.principal ?? 'User:NAME', '--operation', operation];
  const where = resourceType === 'cluster' ? ['--cluster'] : [`--${resourceType}`, resource];
  const kind = pattern === 'prefixed' ? ['--resource-pattern-type', 'prefixed'] : [];
  return ['kafka-acls.sh', ...servers, ...who, ...where, ...kind].map(shellWord).join(' ');
}

/**
 * What a person is told where a cluster does not permit something: who lacks which right, by which answer
 * that is known, and the command that gives it. `said`: who answered what, to which request.
 */
export function lackText(right: Right, account: Account | undefined, said: string): string {
  const who = account?.principal ?? 'Causeway’s principal';
  const lack = `${who} lacks ${right.operation} on ${resourceText(right)}`;
  return `${lack} (${said}); give it by \`${grantCommand(right, account)}\``;
}
