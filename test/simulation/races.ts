// Which events of a run could have happened in the other order with another outcome.
import type { SimEvent } from './scheduler.ts';

/** An event of a run with the places of all that had to happen before it. */
export interface Happening {
  readonly event: SimEvent;
  /**
   * Places of the events without which it could not have been there: its cause, its channel's earlier
   * message.
   */
  readonly led: ReadonlySet<number>;
  /** These, and the ones that its own process was in before. */
  readonly before: ReadonlySet<number>;
}

export interface Race {
  /** Place of the first of the two. */
  readonly earlier: number;
  /** Ids of the second and of everything after the first that leads to it. */
  readonly causes: ReadonlySet<number>;
}

/** Whether two events must not change places unnoticed. */
export function areDependent(a: SimEvent, b: SimEvent): boolean {
  if (a.owner !== b.owner) return false;
  return a.strand === undefined || b.strand === undefined || a.strand === b.strand;
}

export function happenings(events: readonly SimEvent[]): Happening[] {
  const placeOf = new Map(events.map((event, place) => [event.id, place]));
  const lastOn = new Map<string, number>();
  const all: Happening[] = [];
  events.forEach((event, place) => {
    const led = new Set<number>();
    const add = (to: Set<number>, at: number | undefined): void => {
      if (at === undefined || to.has(at)) return;
      to.add(at);
      for (const each of (all[at] as Happening).before) to.add(each);
    };
    add(led, placeOf.get(event.cause));
    if (event.channel !== undefined) {
      add(led, lastOn.get(event.channel));
      lastOn.set(event.channel, place);
    }
    const before = new Set(led);
    for (let at = place - 1; at >= 0; at -= 1) {
      if (areDependent((all[at] as Happening).event, event)) add(before, at);
    }
    all.push({ event, led, before });
  });
  return all;
}

/** For each event the last one before it that it could have overtaken. */
export function racesOf(all: readonly Happening[]): Race[] {
  const races: Race[] = [];
  all.forEach(({ event, led }, place) => {
    for (let earlier = place - 1; earlier >= 0; earlier -= 1) {
      const other = all[earlier] as Happening;
      if (!areDependent(other.event, event) || led.has(earlier)) continue;
      const leading = [...led].filter((at) => at > earlier).map((at) => (all[at] as Happening).event.id);
      races.push({ earlier, causes: new Set([event.id, ...leading]) });
      break;
    }
  });
  return races;
}
