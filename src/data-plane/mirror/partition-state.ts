// The states of one mirror partition and the table of legal transitions between them.
import type { Cause } from './stop-cause.ts';

/**
 * - starting: the start procedure is due or under way, or a prefix is filled; no data of ours is in flight
 * - mirroring: fetching and producing
 * - draining: something went wrong; what is in flight is awaited before anything else happens
 * - waiting: will start again at `untilMs` (monotonic)
 * - stopped: needs a person
 * - paused: by the operator
 * - closed: given back; nothing happens any more
 */
export type PartitionState =
  | { readonly name: 'starting' }
  | { readonly name: 'mirroring' }
  | { readonly name: 'draining'; readonly next: AfterDraining }
  | { readonly name: 'waiting'; readonly cause: Cause; readonly untilMs: number }
  | { readonly name: 'stopped'; readonly cause: Cause }
  | { readonly name: 'paused' }
  | { readonly name: 'closed' };

/** Where draining leads once nothing is in flight. */
export type AfterDraining =
  | { readonly name: 'starting' }
  | { readonly name: 'waiting'; readonly cause: Cause; readonly delayMs: number }
  | { readonly name: 'stopped'; readonly cause: Cause }
  | { readonly name: 'paused' }
  | { readonly name: 'closed' };

export const stateNames = [
  'starting',
  'mirroring',
  'draining',
  'waiting',
  'stopped',
  'paused',
  'closed',
] as const satisfies readonly PartitionState['name'][];
export type StateName = (typeof stateNames)[number];

export const partitionEvents = [
  'started', // the start procedure found position and sequence
  'failed', // the start procedure could not; try again later
  'trouble', // an answer that leads to the start procedure, to waiting or to a stop
  'drained', // nothing is in flight any more
  'due', // the waiting time is over
  'pause',
  'resume',
  'close',
] as const;
export type PartitionEvent = (typeof partitionEvents)[number];

/**
 * Legal next states of every (state, event). An empty list: the event cannot happen there, and is a defect.
 * A state that stands in its own list ignores the event or only changes where it leads.
 */
export const transitions: Readonly<
  Record<StateName, Readonly<Record<PartitionEvent, readonly StateName[]>>>
> = {
  starting: {
    started: ['mirroring'],
    failed: ['waiting', 'stopped', 'starting'],
    trouble: ['starting'],
    drained: [],
    due: [],
    pause: ['paused'],
    resume: ['starting'],
    close: ['closed'],
  },
  mirroring: {
    started: [],
    failed: [],
    trouble: ['draining'],
    drained: [],
    due: [],
    pause: ['draining'],
    resume: ['mirroring'],
    close: ['draining'],
  },
  draining: {
    started: [],
    failed: [],
    trouble: ['draining'],
    drained: ['starting', 'waiting', 'stopped', 'paused', 'closed'],
    due: [],
    pause: ['draining'],
    resume: ['draining'],
    close: ['draining'],
  },
  waiting: {
    started: [],
    failed: [],
    trouble: ['waiting'],
    drained: [],
    due: ['starting'],
    pause: ['paused'],
    resume: ['starting'],
    close: ['closed'],
  },
  stopped: {
    started: [],
    failed: [],
    trouble: ['stopped'],
    drained: [],
    due: [],
    pause: ['paused'],
    resume: ['starting'],
    close: ['closed'],
  },
  paused: {
    started: [],
    failed: [],
    trouble: ['paused'],
    drained: [],
    due: [],
    pause: ['paused'],
    resume: ['starting'],
    close: ['closed'],
  },
  closed: {
    started: [],
    failed: [],
    trouble: ['closed'],
    drained: [],
    due: [],
    pause: ['closed'],
    resume: ['closed'],
    close: ['closed'],
  },
};

/** True where `event` may lead from `from` to `to`. */
export function isLegal(from: StateName, event: PartitionEvent, to: StateName): boolean {
  return transitions[from][event].includes(to);
}
