// The closed catalog of error codes, by thousands: 1 configuration, 2 mirror, 3 connections and clusters, 4
// ledger, 5 lab, 6 command line, 9 internal; one file each (`errors-<area>.ts`). `docs/reference/errors.md`
// comes from it.
import type { ErrorEntry } from './error-entry.ts';
import { cliErrors } from './errors-cli.ts';
import { clusterErrors } from './errors-clusters.ts';
import { labErrors } from './errors-lab.ts';
import { ledgerErrors } from './errors-ledger.ts';
import { mirrorErrors } from './errors-mirror.ts';
import { topologyErrors } from './errors-topology.ts';

export const errorCatalog = {
  ...topologyErrors,
  ...mirrorErrors,
  ...clusterErrors,
  ...ledgerErrors,
  ...labErrors,
  ...cliErrors,
} as const satisfies Record<string, ErrorEntry>;

export type ErrorCode = keyof typeof errorCatalog;
