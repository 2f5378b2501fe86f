// Every kind of fault of the campaign.
import { brokerKinds } from './broker-faults.ts';
import type { FaultKind } from './fault-kind.ts';
import { kafkaKinds } from './kafka-faults.ts';
import { networkKinds } from './network-faults.ts';
import { processKinds } from './process-faults.ts';
import { stopKinds } from './stop-faults.ts';
import { wireKinds } from './wire-faults.ts';

/** Of a world with so many workers. A kind stands there once for each thing that it may take hold of. */
export const catalogue = (workers: number): readonly FaultKind[] => [
  ...processKinds(workers),
  ...brokerKinds,
  ...networkKinds,
  ...kafkaKinds,
  ...stopKinds,
  ...wireKinds(workers),
];

export const kindNames = (kinds: readonly FaultKind[]): string[] => [
  ...new Set(kinds.map(({ name }) => name)),
];
