// Talks to the lab that runs on this machine, in whichever process it lives. The command line stands on this.
import type {
  FaultKind,
  LabStatus,
  LinkChange,
  LoadOptions,
  OnProgress,
  RegionOptions,
} from './lab-types.ts';

/** Finds the running lab; `undefined` when there is none. */
export declare function findLab(): Promise<LabStatus | undefined>;
/** The running lab; throws CW-5010 when there is none. */
export declare function mustFindLab(): Promise<LabStatus>;
/** Changes a link; `oneWay` only from → to. Throws CW-5011 for an unknown region. */
export declare function setWan(
  from: string,
  to: string,
  change: LinkChange,
  oneWay?: boolean,
): Promise<LabStatus>;
/** Injects or heals a fault; resolves when it has taken effect. Throws CW-5011 for an unknown region or broker. */
export declare function injectFault(kind: FaultKind, region: string, broker?: number): Promise<LabStatus>;
/** Starts traffic; without options, on the example topics. */
export declare function startLoad(options?: LoadOptions): Promise<LabStatus>;
export declare function stopLoad(): Promise<LabStatus>;
/** Stops the lab and deletes its data; resolves when nothing of it runs any more. */
export declare function stopLab(): Promise<void>;

export interface StartOptions {
  readonly regions?: readonly RegionOptions[];
  /** Live traffic on the example topics; true unless given. */
  readonly load?: boolean;
  readonly onProgress?: OnProgress;
}

/** `lab up`: starts brokers, WAN and example topics in a process of their own and returns when they are ready. */
export declare function startLabInBackground(options?: StartOptions): Promise<LabStatus>;
/** `lab run`: the same in this process. Dispose of it to stop; also answers the other functions of this file. */
export declare function startLabHere(options?: StartOptions): Promise<HeldLab>;

export interface HeldLab extends AsyncDisposable {
  status(): Promise<LabStatus>;
  startLoad(options?: LoadOptions): Promise<LabStatus>;
  /** Resolves when `lab down` was asked for from another process. */
  readonly downRequested: Promise<void>;
}
