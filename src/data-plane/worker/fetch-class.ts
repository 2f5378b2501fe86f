// The class of a fetch lane: its mirror sets' priority, and whether it copies what is new or what is long
// past. A lower rank is served first.

export interface FetchClass {
  readonly priority: number;
  /** Its partitions are far behind the end of the source. */
  readonly catchesUp: boolean;
}

/** Of one priority, what is new comes before what is long past. */
export const rankOf = ({ priority, catchesUp }: FetchClass): number => priority * 2 + (catchesUp ? 1 : 0);

/** A lane, as far as turns depend on it. */
export interface Asker {
  /** Of its class: a lower one is served first. */
  readonly rank: number;
  /** Partitions that it has. */
  readonly size: number;
  /** Records wait for it at the source that it may fetch. */
  readonly wants: boolean;
}
