// The states that are worth reaching, since earlier designs broke in them, and how often they were: counted
// from what was seen, never from what was meant.

/** Told by the preloaded watch of a process. */
export const states = [
  'leader change with data under way',
  'leader change with five under way',
  'connection lost with data under way',
  'connection lost with five under way',
  'too few replicas in sync',
  'appended and not acknowledged',
  'refused by the fence',
  'takeover with an open guard',
  'guard taken over from another worker',
  'guard lost while filling',
  'fillers in doubt',
  'log end not committed at a start',
  'offset not available after an election',
  'asked under another leader epoch',
  'rebalance with data under way',
  'a living worker put out of the group',
  'woke up with data under way',
  'heartbeat lost',
  'source leader changed',
  'held up by a quota of the source',
  'held up by a quota of the target',
  'copy shifted and identical again',
  'held by an open transaction',
  'copied anew after a stop',
] as const;
export type State = (typeof states)[number];

/** How often each must have been reached in an hour. */
export const reachedMin = 20;

export class Coverage {
  readonly #counts = new Map<State, number>(states.map((state) => [state, 0]));

  count(state: State, times = 1): void {
    this.#counts.set(state, (this.#counts.get(state) ?? 0) + times);
  }

  get counts(): Record<State, number> {
    return Object.fromEntries(this.#counts) as Record<State, number>;
  }
}

export const isState = (text: string): text is State => (states as readonly string[]).includes(text);
