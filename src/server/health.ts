// What must hold for a process to be alive, and for it to do its work.
import type { Reconciler } from '../control-plane/reconciler/reconciler.ts';
import type { Worker } from '../data-plane/worker/worker.ts';
import type { WorkerGroup } from '../data-plane/worker/worker-group.ts';
import { workersGroup } from '../ledger/topic-names.ts';
import type { Check } from '../telemetry/http.ts';

/** A controller that has not gone through a round for so long is not at work. */
const roundMsMax = 60_000;

export const workerChecks = (worker: Worker): readonly Check[] => [
  ledgerCheck(worker),
  reportCheck(worker),
  ...(worker.group === undefined ? [] : [groupCheck(worker.group)]),
];

export const controllerChecks = (reconciler: Reconciler, nowMs: number): readonly Check[] => [
  roundCheck(reconciler, nowMs),
];

function ledgerCheck({ ready }: Worker): Check {
  const message = ready
    ? 'what is to be mirrored is known'
    : 'the ledger has not told yet what is to be mirrored';
  return { name: 'assignment', ok: ready, message };
}

function reportCheck({ ledgerTrouble }: Worker): Check {
  const ok = ledgerTrouble === undefined;
  return { name: 'reports', ok, message: ledgerTrouble ?? 'progress is written to the ledger' };
}

/** Alone it does its work, too: the message tells that others should not be started beside it. */
function groupCheck({ state, trouble }: WorkerGroup): Check {
  const name = 'group';
  const ok = state !== 'looking';
  if (trouble !== undefined) return { name, ok, message: trouble };
  return { name, ok, message: ok ? `a member of ${workersGroup}` : `looking for the group ${workersGroup}` };
}

function roundCheck({ lastRoundMs, trouble }: Reconciler, nowMs: number): Check {
  const name = 'controller';
  const ageMs = lastRoundMs === undefined ? undefined : nowMs - lastRoundMs;
  const ok = ageMs !== undefined && ageMs < roundMsMax;
  const age =
    ageMs === undefined ? 'no round has gone through yet' : `last round ${Math.round(ageMs / 1000)} s ago`;
  return { name, ok, message: trouble === undefined ? age : `${age}; ${trouble.message}` };
}
