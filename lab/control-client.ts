// Talks to the lab that runs on this machine, in whichever process it lives. The command line stands on this.
import { CausewayError } from '../src/base/errors.ts';
import { askLab } from './control-call.ts';
import type { FaultKind, LabStatus, LinkChange, LoadOptions, StartOptions } from './lab-types.ts';
import { clearLab, findRunningLab, holderLives, type LabState } from './state-file.ts';

/** Finds the running lab; `undefined` when there is none, or one that is not ready yet. Throws CW-5012. */
export async function findLab(): Promise<LabStatus | undefined> {
  const state = findRunningLab();
  if (state?.controlSocket === undefined) return undefined;
  return askLab(state, { command: 'status' });
}

/** The running lab; throws CW-5010 when there is none, and CW-5012. */
export async function mustFindLab(): Promise<LabStatus> {
  return askLab(mustFindState(), { command: 'status' });
}

/**
 * Changes a link; `oneWay` only from → to. Throws CW-5010, CW-5011 for an unknown region, CW-5012, CW-5014.
 */
export async function setWan(
  from: string,
  to: string,
  change: LinkChange,
  oneWay = false,
): Promise<LabStatus> {
  return askLab(mustFindState(), { command: 'wan-set', from, to, change, oneWay });
}

/**
 * Injects or heals a fault; resolves when it has taken effect. Throws CW-5010, CW-5011 for an unknown region
 * or broker, CW-5012, and CW-5008 when a broker does not start again.
 */
export async function injectFault(kind: FaultKind, region: string, broker?: number): Promise<LabStatus> {
  return askLab(mustFindState(), { command: 'fault', kind, region, ...(broker !== undefined && { broker }) });
}

/** Starts traffic; without options, on the example topics. Throws CW-5010, CW-5011, CW-5012, CW-5014. */
export async function startLoad(options?: LoadOptions): Promise<LabStatus> {
  return askLab(mustFindState(), { command: 'load-start', ...(options !== undefined && { options }) });
}

/** Throws CW-5010 and CW-5012. */
export async function stopLoad(): Promise<LabStatus> {
  return askLab(mustFindState(), { command: 'load-stop' });
}

const stopMsMax = 60_000;
const pollMs = 50;

/**
 * Stops the lab and deletes its data; resolves when nothing of it runs any more. By force if it does not
 * answer.
 */
export async function stopLab(): Promise<void> {
  const state = mustFindState({ ready: false });
  const agreed = await askToEnd(state);
  const startedAtMs = performance.now();
  while (agreed && holderLives(state) && performance.now() - startedAtMs < stopMsMax) {
    await new Promise((resolve) => setTimeout(resolve, pollMs));
  }
  // Only ever the process that wrote the state: its number and its start are the same.
  if (holderLives(state)) process.kill(state.pid, 'SIGKILL');
  clearLab(state);
}

/**
 * True when it will end by itself. What keeps it from answering does not matter: then it is ended by force.
 */
async function askToEnd(state: LabState): Promise<boolean> {
  if (state.controlSocket === undefined) return false;
  return askLab(state, { command: 'down' }).then(
    () => true,
    (error: unknown) => error instanceof CausewayError && error.code === 'CW-5015',
  );
}

/**
 * `lab up`: starts brokers, WAN and example topics in a process of their own and returns when they are
 * ready. Throws CW-5001 to CW-5009, CW-5014 and CW-5015.
 */
export async function startLabInBackground(options: StartOptions = {}): Promise<LabStatus> {
  const { startInBackground } = await import('./background.ts');
  return startInBackground(options);
}

/**
 * `lab run`: the same in this process. Dispose of it to stop; also answers the other functions of this file.
 */
export async function startLabHere(options: StartOptions = {}): Promise<HeldLab> {
  const { holdLab } = await import('./held-lab.ts');
  return holdLab(options);
}

export interface HeldLab extends AsyncDisposable {
  status(): Promise<LabStatus>;
  startLoad(options?: LoadOptions): Promise<LabStatus>;
  /** Resolves when `lab down` was asked for from another process. */
  readonly downRequested: Promise<void>;
}

function mustFindState({ ready } = { ready: true }): LabState {
  const state = findRunningLab();
  if (state === undefined) {
    throw new CausewayError('CW-5010', 'no lab is running');
  }
  if (ready && state.controlSocket === undefined) {
    throw new CausewayError(
      'CW-5012',
      `the lab of process ${state.pid} is still starting; wait a few seconds`,
    );
  }
  return state;
}
