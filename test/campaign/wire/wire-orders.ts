// What a process of the product is told to do at a point of its own requests, and what it writes down for the
// campaign. Both sides of the channel share this file.

/** Kinds of requests, as the points are named. */
export const requestKinds = [
  'write data',
  'write ledger',
  'write fillers',
  'fetch',
  'take producer id',
  'begin filler',
  'end filler',
  'look at filler',
  'find coordinator',
  'list offsets',
  'look up leader epoch',
  'read producers',
  'metadata',
  'join group',
  'sync group',
  'heartbeat',
] as const;
export type RequestKind = (typeof requestKinds)[number];

export const stages = ['before', 'half sent', 'sent', 'answered'] as const;
export type Stage = (typeof stages)[number];

/**
 * `kill` and `stand still` do it to the process; `cut` ends the connection; `repeat` sends the request once
 * more, on a connection of its own, after a while; `hold` keeps it, and what is behind it, from leaving.
 */
export const wireActions = ['kill', 'stand still', 'cut', 'repeat', 'hold'] as const;
export type WireAction = (typeof wireActions)[number];

export interface WireOrder {
  readonly campaign: 'at point';
  readonly id: number;
  readonly kind: RequestKind;
  readonly stage: Stage;
  readonly action: WireAction;
  /** How often; a kill happens once. */
  readonly times: number;
  /** For `repeat` and `hold`. */
  readonly waitMs: number;
}

export interface MemoryOrder {
  readonly campaign: 'use up memory';
}

/** Points that were not reached are none any more. */
export interface ForgetOrder {
  readonly campaign: 'no more points';
}

export type Order = WireOrder | MemoryOrder | ForgetOrder;

/** A line in the file of a process. */
export type WireEvent =
  | { readonly is: 'hit'; readonly id: number; readonly point: string; readonly action: WireAction }
  | { readonly is: 'state'; readonly state: string }
  | { readonly is: 'guard'; readonly guard: string; readonly process: string };

export const pointName = (kind: RequestKind, stage: Stage): string => `${kind}, ${stage}`;

/** Where each event of a process goes: a file of its own. */
export const eventsVariable = 'CAUSEWAY_CAMPAIGN_EVENTS';
