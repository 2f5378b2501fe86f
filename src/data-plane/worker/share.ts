// This worker’s share of the region’s mirror partitions, as the workers’ group decides it.
import { CausewayError, describeError } from '../../base/errors.ts';
import type { Log } from '../../base/log.ts';
import type { GroupMember } from '../../kafka/wire/join-group.ts';
import { assignByViews, type ReadingMember } from './assignor.ts';
import { packDescription, packPartitions, unpackDescription, unpackPartitions } from './packed-partitions.ts';

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
  /** What this member wanted when it described itself. */
  #told: ReadonlySet<string> | undefined;

  constructor(parts: ShareParts) {
    this.#parts = parts;
  }

  /** Whether a share has come. */
  get isKnown(): boolean {
    return this.#mine !== undefined;
  }

  /** The leader has been told what is wanted here, or will be with the first joining. */
  get isTold(): boolean {
    return this.#told === undefined || this.#told === this.#all;
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
    this.#told = this.#all;
    return packDescription(this.#all, this.#parts.runs());
  }

  /** Called on the leader. */
  shareOut(members: readonly GroupMember[]): ReadonlyMap<string, Buffer> {
    this.#leads = true;
    const assignment = assignByViews(
      members.map((member) => this.#described(member)),
      [...this.#all],
    );
    return new Map([...assignment].map(([id, names]) => [id, packPartitions(names)]));
  }

  /**
   * Throws CW-3005 where the leader speaks in no known form, or has nothing to say: what was assigned before
   * stays so.
   */
  assigned(assignment: Buffer): void {
    this.#mine = new Set(unpackPartitions(assignment));
    this.#parts.onChange();
  }

  #described({ memberId: id, metadata }: GroupMember): ReadingMember {
    try {
      return { id, ...unpackDescription(metadata) };
    } catch (error) {
      if (!(error instanceof CausewayError)) throw error;
      // It gets a share all the same; only what it runs and wants is not known.
      const { log, region } = this.#parts;
      log.warn({ region, worker: id, error: describeError(error) }, 'a worker cannot be understood');
      return { id, runs: [], wants: undefined };
    }
  }
}
