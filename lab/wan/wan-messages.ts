// What the lab and the process that carries its WAN say to each other. Types only.
import type { PathSettings } from '../lab-types.ts';

/** One way from the clients of a region to one broker of another. */
export interface CrossingPlan {
  /** The clients' region. */
  readonly from: string;
  /** The broker's region. */
  readonly to: string;
  readonly broker: number;
  /** That clients connect to. */
  readonly port: number;
  /** That the broker listens on for them. */
  readonly brokerPort: number;
}

export type WanRequest =
  | { readonly ask: 'open'; readonly crossings: readonly CrossingPlan[] }
  | { readonly ask: 'set'; readonly paths: readonly PathChange[]; readonly held: readonly BrokerName[] }
  | { readonly ask: 'bytes' };

export interface PathChange {
  readonly from: string;
  readonly to: string;
  readonly settings: PathSettings;
}

/** A broker that is cut off from all other regions by itself. */
export interface BrokerName {
  readonly region: string;
  readonly broker: number;
}

export interface PathBytes {
  readonly from: string;
  readonly to: string;
  readonly bytes: number;
}

export interface NumberedRequest {
  readonly id: number;
  readonly request: WanRequest;
}

export type WanAnswer =
  | { readonly id: number; readonly ok: true; readonly bytes: readonly PathBytes[] }
  | { readonly id: number; readonly ok: false; readonly message: string };
