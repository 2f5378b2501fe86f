// What may go wrong in a random world.
import { brokerFaults } from './broker-faults.ts';
import type { FaultKind } from './fault.ts';
import { logFaults } from './log-faults.ts';
import { networkFaults } from './network-faults.ts';
import { workerFaults } from './worker-faults.ts';

export const faultKinds: readonly FaultKind[] = [
  ...workerFaults,
  ...brokerFaults,
  ...networkFaults,
  ...logFaults,
];
