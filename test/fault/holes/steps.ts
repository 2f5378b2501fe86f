// The steps of a run of holes, by the requests of the worker that lead to them, in every way of filling.

/** Requests that a run of holes is made of; others are of no interest here. */
export type CallName =
  | 'take guard'
  | 'raise guard'
  | 'read producers'
  | 'write fillers'
  | 'read log end'
  | 'read high watermark'
  | 'begin filler'
  | 'end filler'
  | 'look at filler'
  | 'write data'
  | 'write ledger';

/** Where in the request: not sent yet; with the broker, the answer not read; or answered. */
export const stages = ['before', 'left', 'after'] as const;
export type Stage = (typeof stages)[number];

/** Where a worker stops: at the last request of `path`, once those before it have been made in this order. */
export interface StopOrder {
  readonly path: readonly CallName[];
  readonly stage: Stage;
}

export type Way = 'direct' | 'coordinator';

export interface Step {
  readonly name: string;
  readonly path: readonly CallName[];
  /** Fillers too many are written at this place before, so that there is a shift to record. */
  readonly surplusAt?: readonly CallName[];
}

const step = (name: string, ...path: CallName[]): Step => ({ name, path });

const guard: readonly Step[] = [
  step('the guard', 'take guard'),
  step('the guard’s state', 'take guard', 'read producers'),
];

/** With `filler`: the request after which a filler may have landed. */
const fillerSteps = (filler: CallName): readonly Step[] => [
  step('the first filler', filler),
  step('the log’s end behind it', filler, 'read log end'),
  step('what is committed behind it', filler, 'read log end', 'read high watermark'),
  step('data behind the run', filler, 'write data'),
  step('the next run’s first filler', filler, 'write data', filler),
];

const directSteps: readonly Step[] = [
  ...fillerSteps('write fillers'),
  step('the rest of the run', 'write fillers', 'write fillers'),
  step('the log’s end behind the rest', 'write fillers', 'write fillers', 'read log end'),
];

const coordinatedSteps: readonly Step[] = [
  step('the marker that is refused', 'write fillers'),
  step('the first filler’s partition', 'begin filler'),
  ...fillerSteps('end filler'),
  step('the first filler, is it complete', 'end filler', 'look at filler'),
  step('the second filler’s partition', 'end filler', 'begin filler'),
  step('the third filler', 'end filler', 'end filler', 'end filler'),
  { ...step('the shift’s record', 'write ledger'), surplusAt: ['end filler', 'look at filler'] },
  {
    ...step('the record of what is given back', 'write ledger', 'write ledger'),
    surplusAt: ['end filler', 'look at filler'],
  },
];

/** Of a soft partition: its guard is taken by the start, and each run begins at a new epoch. */
const softSteps: readonly Step[] = [
  step('the start’s guard', 'take guard'),
  step('the data id’s record', 'write ledger'),
  step('the run’s new epoch', 'raise guard'),
];

/** Behind the first run, which shows that the direct way is there: runs and data alternate in one epoch. */
const mixed = (name: string, ...path: CallName[]): Step =>
  step(name, 'write fillers', 'write data', 'raise guard', ...path);

const mixedSteps: readonly Step[] = [
  mixed('the mixed epoch'),
  mixed('its first filler', 'write fillers'),
  mixed('the log’s end behind that', 'write fillers', 'read log end'),
  mixed('its first data', 'write fillers', 'write data'),
  mixed('its second run', 'write fillers', 'write data', 'write fillers'),
  mixed('data behind its second run', 'write fillers', 'write data', 'write fillers', 'write data'),
  mixed('the epoch behind it', 'write fillers', 'write data', 'raise guard'),
  mixed('data of the epoch behind it', 'write fillers', 'write data', 'raise guard', 'write data'),
];

export interface Kind {
  readonly way: Way;
  readonly isSoft: boolean;
  /** Epochs are mixed as soon as they may be, and left near the end. */
  readonly isMixed?: true;
  readonly steps: readonly Step[];
}

export const kinds: readonly Kind[] = [
  { way: 'direct', isSoft: false, steps: [...guard, ...directSteps] },
  { way: 'coordinator', isSoft: false, steps: [...guard, ...coordinatedSteps] },
  { way: 'direct', isSoft: true, steps: [...softSteps, ...directSteps] },
  { way: 'direct', isSoft: true, isMixed: true, steps: mixedSteps },
  {
    way: 'coordinator',
    isSoft: true,
    steps: [...softSteps, ...coordinatedSteps.filter(({ surplusAt }) => surplusAt === undefined)],
  },
];
