// This worker’s share of the region’s mirror partitions, as the workers’ group decides it.
import { CausewayError, describeError } from '../../base/errors.ts';
import type { Log } from '../../base/log.ts';
import type { GroupMember } from '../../kafka/wire/join-group.ts';
import { assignPartitions } from './assignor.ts';
import { packPartitions, unpackPartitions } from './packed-partitions.ts';

export interface ShareParts {
  readonly region: string;
  /** What is run now, by name. */
  readonly runs: () => Iterable<string>;
  /** Another share has come. */
  readonly onChange: () => void;
  /** This member leads, and what is to be shared out has changed. */
  readonly askAgain: () => void;
  readonly log: Log;
}

export class Share {
  readonly #parts: ShareParts;
  #all: ReadonlySet<string> = new Set();
  /** Undefined: no share has come yet. */
  #mine: ReadonlySet<string> | undefined;
  #leads = false;

  constructor(parts: ShareParts) {
    this.#parts = parts;
  }

  /** Whether a share has come. */
  get isKnown(): boolean {
    return this.#mine !== undefined;
  }

  /** Whether this worker is to run the partition. */
  has(name: string): boolean {
    return this.#mine?.has(name) ?? false;
  }

  /** All partitions that the region's workers are to run together. */
  wanted(names: readonly string[]): void {
    const before = this.#all;
    if (names.length === before.size && names.every((name) => before.has(name))) return;
    this.#all = new Set(names);
    if (this.#leads) this.#parts.askAgain();
  }

  /** What this member says of itself. */
  describe(): Buffer {
    // Whoever leads from now on is told so by `shareOut`.
    this.#leads = false;
    return packPartitions(this.#parts.runs());
  }

  /** Called on the leader. */
  shareOut(members: readonly GroupMember[]): ReadonlyMap<string, Buffer> {
    this.#leads = true;
    const able = members.map((member) => ({ id: member.memberId, runs: this.#runsOf(member) }));
    // The leader's own view may be behind: what another one runs, it has read of in the ledger.
    const all = new Set([...this.#all, ...able.flatMap(({ runs }) => runs)]);
    const assignment = assignPartitions(able, [...all]);
    return new Map([...assignment].map(([id, names]) => [id, packPartitions(names)]));
  }

  /** Throws CW-3005 where the leader speaks in no known form: what was assigned before stays so. */
  assigned(assignment: Buffer): void {
    // A leader that could not share out sends empty texts.
    this.#mine = new Set(assignment.length === 0 ? [] : unpackPartitions(assignment));
    this.#parts.onChange();
  }

  #runsOf({ memberId, metadata }: GroupMember): readonly string[] {
    try {
      return unpackPartitions(metadata);
    } catch (error) {
      if (!(error instanceof CausewayError)) throw error;
      // It gets a share all the same; only what it runs is not known.
      const { log, region } = this.#parts;
      log.warn({ region, worker: memberId, error: describeError(error) }, 'a worker cannot be understood');
      return [];
    }
  }
}
