// Kafka's operations (org.apache.kafka.common.acl.AclOperation), as the fields of authorised operations name
// them (KIP-430).
import type { Operation } from '../acl/right.ts';

export const operationNumbers = {
  Read: 3,
  Write: 4,
  Create: 5,
  Delete: 6,
  Alter: 7,
  Describe: 8,
  ClusterAction: 9,
  DescribeConfigs: 10,
  AlterConfigs: 11,
  IdempotentWrite: 12,
} as const satisfies Readonly<Record<Operation | 'ClusterAction' | 'IdempotentWrite', number>>;
/** Also those that Causeway has no use for. */
export type AnyOperation = keyof typeof operationNumbers;

/** "Not told". */
const notTold = -0x8000_0000;

/** The operations in a field of bits, one per number; undefined where nothing was told. */
export function operationsIn(bits: number): ReadonlySet<AnyOperation> | undefined {
  if (bits === notTold) return undefined;
  const names = Object.keys(operationNumbers) as AnyOperation[];
  return new Set(names.filter((name) => (bits & (1 << operationNumbers[name])) !== 0));
}
