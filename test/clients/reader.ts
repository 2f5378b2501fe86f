// What a client that is not ours sees of a partition, in words that are the same for all of them.

export const isolationLevels = ['read_committed', 'read_uncommitted'] as const;
export type IsolationLevel = (typeof isolationLevels)[number];

/** One reading of partition 0, from its first record to its end. */
export interface Reading {
  readonly servers: string;
  readonly topic: string;
  readonly level: IsolationLevel;
}

export interface SeenRecord {
  readonly offset: number;
  /** Milliseconds since the epoch. */
  readonly timestamp: number;
  /** Base64; null as the client says it. */
  readonly key: string | null;
  readonly value: string | null;
  /** In the client's own words. */
  readonly headers: string;
}

export interface SeenLog {
  readonly records: readonly SeenRecord[];
  /** Where the client stands when nothing more comes: behind the last record, or what no consumer sees. */
  readonly end: number;
}

export interface Reader<Log extends SeenLog = SeenLog> {
  /** With versions. */
  readonly name: string;
  /** One log for each reading, in the same order. */
  read(readings: readonly Reading[]): Promise<Log[]>;
}
