// A lab whose brokers permit only what they are told to: Kafka's own authorizer, users with a password, and
// the lab itself as the super user, who gives and takes rights.
import {
  AclOperations,
  AclPermissionTypes,
  Admin,
  ResourcePatternTypes,
  ResourceTypes,
} from '@platformatic/kafka';
import { waitUntil } from '../fixtures/wait-until.ts';
import { startLab, type Lab } from '../../lab/lab.ts';
import type { LabOptions, LabRegionOptions } from '../../lab/lab-options.ts';
import type { Operation, ResourceType } from '../../src/kafka/acl/right.ts';

/** May do everything, as may whoever comes by the lab's own listeners. */
export const superUser = 'super';
const plainModule = 'org.apache.kafka.common.security.plain.PlainLoginModule';

/** A rule of the authorizer; it allows, from every host. */
export interface AclRule {
  readonly principal: string;
  readonly operation: Operation;
  readonly resourceType: ResourceType;
  readonly resource: string;
  readonly pattern: 'literal' | 'prefixed';
}

export const ruleText = ({ principal, operation, resourceType, resource, pattern }: AclRule): string =>
  `${principal} ${operation} ${resourceType} ${pattern} ${resource}`;

export const passwordOf = (user: string): string => `${user}-secret`;

export class AclLab implements AsyncDisposable {
  readonly lab: Lab;
  readonly #admins: ReadonlyMap<string, Admin>;

  private constructor(lab: Lab, admins: ReadonlyMap<string, Admin>) {
    this.lab = lab;
    this.#admins = admins;
  }

  static async start(
    users: readonly string[],
    regions: readonly (string | LabRegionOptions)[],
    brokerSettings: Readonly<Record<string, string>> = {},
    options: Pick<LabOptions, 'wan' | 'links' | 'signal'> = { wan: 'none' },
  ): Promise<AclLab> {
    const chosen = regions.map(
      (each): LabRegionOptions => (typeof each === 'string' ? { name: each } : each),
    );
    const known = [superUser, ...users].map((user) => `user_${user}="${passwordOf(user)}"`).join(' ');
    const listener = 'listener.name.login';
    const lab = await startLab({
      regions: chosen.map((each) => ({ ...each, listeners: { LOGIN: 'SASL_PLAINTEXT' } })),
      ...options,
      brokerSettings: {
        ...brokerSettings,
        'authorizer.class.name': 'org.apache.kafka.metadata.authorizer.StandardAuthorizer',
        'super.users': `User:ANONYMOUS;User:${superUser}`,
        [`${listener}.sasl.enabled.mechanisms`]: 'PLAIN',
        [`${listener}.plain.sasl.jaas.config`]: `${plainModule} required ${known};`,
      },
    });
    const admins = chosen.map(({ name }) => {
      const bootstrapBrokers = lab.bootstrapServers(name).split(',');
      return [name, new Admin({ clientId: 'acl-lab', bootstrapBrokers, retries: 0 })] as const;
    });
    return new AclLab(lab, new Map(admins));
  }

  serversOf(region: string): string {
    return this.lab.region(region).serversOf('LOGIN');
  }

  /** Kafka's settings for a client that logs in as `user`. */
  settingsOf(user: string): Readonly<Record<string, string>> {
    return {
      'security.protocol': 'SASL_PLAINTEXT',
      'sasl.mechanism': 'PLAIN',
      'sasl.jaas.config': `${plainModule} required username="${user}" password="${passwordOf(user)}";`,
    };
  }

  async give(region: string, rules: readonly AclRule[]): Promise<void> {
    await this.#admin(region).createAcls({ creations: rules.map(bindingOf) });
    await this.#settled(region, rules, true);
  }

  async take(region: string, rules: readonly AclRule[]): Promise<void> {
    await this.#admin(region).deleteAcls({ filters: rules.map(bindingOf) });
    await this.#settled(region, rules, false);
  }

  /** The broker's authorizer hears of changes a moment later than the cluster has decided them. */
  async #settled(region: string, rules: readonly AclRule[], isGiven: boolean): Promise<void> {
    await waitUntil('the rules have reached the broker', async () => {
      const known = new Set((await this.rules(region)).map(ruleText));
      return rules.every((rule) => known.has(ruleText(rule)) === isGiven);
    });
  }

  /** Every rule of the region's cluster. */
  async rules(region: string): Promise<AclRule[]> {
    const found = await this.#admin(region).describeAcls({
      filter: {
        resourceType: ResourceTypes.ANY,
        resourceName: null,
        resourcePatternType: ResourcePatternTypes.ANY,
        principal: null,
        host: null,
        operation: AclOperations.ANY,
        permissionType: AclPermissionTypes.ANY,
      },
    });
    return found.flatMap(({ resourceType, resourceName, resourcePatternType, acls }) =>
      acls.map(({ principal, operation }) => ({
        principal,
        operation: nameIn(operationCodes, operation),
        resourceType: nameIn(typeCodes, resourceType),
        resource: resourceName,
        pattern:
          resourcePatternType === ResourcePatternTypes.PREFIXED
            ? ('prefixed' as const)
            : ('literal' as const),
      })),
    );
  }

  #admin(region: string): Admin {
    const admin = this.#admins.get(region);
    if (admin === undefined) throw new Error(`no region ${region}`);
    return admin;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    for (const admin of this.#admins.values()) await admin.close();
    await this.lab.close();
  }
}

const operationCodes = {
  Describe: AclOperations.DESCRIBE,
  Read: AclOperations.READ,
  Write: AclOperations.WRITE,
  Create: AclOperations.CREATE,
  Delete: AclOperations.DELETE,
  Alter: AclOperations.ALTER,
  DescribeConfigs: AclOperations.DESCRIBE_CONFIGS,
  AlterConfigs: AclOperations.ALTER_CONFIGS,
} as const satisfies Readonly<Record<Operation, number>>;

const typeCodes = {
  topic: ResourceTypes.TOPIC,
  group: ResourceTypes.GROUP,
  'transactional-id': ResourceTypes.TRANSACTIONAL_ID,
  cluster: ResourceTypes.CLUSTER,
} as const satisfies Readonly<Record<ResourceType, number>>;

function nameIn<T extends string>(codes: Readonly<Record<T, number>>, code: number): T {
  const found = Object.entries(codes).find(([, each]) => each === code);
  if (found === undefined) throw new Error(`unknown code ${code}`);
  return found[0] as T;
}

const bindingOf = ({ principal, operation, resourceType, resource, pattern }: AclRule) => ({
  resourceType: typeCodes[resourceType],
  resourceName: resourceType === 'cluster' ? 'kafka-cluster' : resource,
  resourcePatternType: pattern === 'prefixed' ? ResourcePatternTypes.PREFIXED : ResourcePatternTypes.LITERAL,
  principal,
  host: '*',
  operation: operationCodes[operation],
  permissionType: AclPermissionTypes.ALLOW,
});
