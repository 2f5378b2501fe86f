// Rules about topics, asked for and read through the Kafka library.
import {
  AclOperations,
  AclPermissionTypes,
  type Admin,
  ResourcePatternTypes,
  ResourceTypes,
} from '@platformatic/kafka';
import type { TopicRule } from '../acl/topic-rule.ts';

export async function describeTopicRules(admin: Admin): Promise<TopicRule[]> {
  const found = await admin.describeAcls({
    filter: {
      resourceType: ResourceTypes.TOPIC,
      resourceName: null,
      resourcePatternType: ResourcePatternTypes.ANY,
      principal: null,
      host: null,
      operation: AclOperations.ANY,
      permissionType: AclPermissionTypes.ANY,
    },
  });
  return found.flatMap(({ resourceName, resourcePatternType, acls }) =>
    acls.map(({ principal, host, operation, permissionType }): TopicRule => {
      return {
        principal,
        host,
        allows: permissionType === AclPermissionTypes.ALLOW,
        operation: operationOf(operation),
        resource: resourceName,
        pattern: resourcePatternType === ResourcePatternTypes.PREFIXED ? 'prefixed' : 'literal',
      };
    }),
  );
}

function operationOf(code: number): TopicRule['operation'] {
  if (code === AclOperations.WRITE) return 'Write';
  return code === AclOperations.ALL ? 'All' : 'other';
}
