// Commands that a running lab accepts on its control socket: one JSON line each way.
import type { FaultKind, LabStatus, LinkChange, LoadOptions } from './lab-types.ts';

export type LabRequest =
  | { readonly command: 'status' }
  | {
      readonly command: 'wan-set';
      readonly from: string;
      readonly to: string;
      readonly change: LinkChange;
      /** Only the direction from → to; else both. */
      readonly oneWay: boolean;
    }
  | {
      readonly command: 'fault';
      readonly kind: FaultKind;
      readonly region: string;
      /** One broker by its number; absent: all of the region. */
      readonly broker?: number;
    }
  /** Absent `options`: the example topics at their usual rate. */
  | { readonly command: 'load-start'; readonly options?: LoadOptions }
  | { readonly command: 'load-stop' }
  | {
      readonly command: 'create-topic';
      readonly region: string;
      readonly topic: string;
      readonly partitions: number;
      readonly config: Readonly<Record<string, string>>;
    }
  | { readonly command: 'down' };

export type LabResponse =
  | { readonly ok: true; readonly status: LabStatus }
  | { readonly ok: false; readonly code: string; readonly message: string };
