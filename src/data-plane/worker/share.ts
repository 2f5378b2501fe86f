// This worker's share of the region's mirror partitions, as the workers' group decides it.
import type { CausewayError } from '../../base/errors.ts';
import type { GroupMember } from '../../kafka/wire/join-group.ts';
import { assignPartitions } from './assignor.ts';
import { packPartitions, unpackPartitions } from './packed-partitions.ts';

/** The form of what members say, as the name of a group protocol; the newest first. */
export const shareProtocols = ['causeway-1'] as const;

export interface ShareParts {
  /** What is run now, by name. */
  readonly runs: () => Iterable<string>;
  /** Another share has come. */
  readonly onChange: () => void;
  /** This member leads, and what is to be shared out has changed. */
  readonly askAgain: () => void;
}

export class Share {
  readonly #parts: ShareParts;
  #all: readonly string[] = [];
  #known = '';
  /** Undefined: no share has come yet. */
  #mine: ReadonlySet<string> | undefined;
  #alone = false;
  #leads = false;

  constructor(parts: ShareParts) {
    this.#parts = parts;
  }

  /** Whether this worker is to run the partition. */
  has(name: string): boolean {
    return this.#alone || (this.#mine?.has(name) ?? false);
  }

  /** All partitions that the region's workers are to run together. */
  wanted(all: readonly string[]): void {
    const known = all.toSorted().join('\n');
    if (known === this.#known) return;
    this.#known = known;
    this.#all = all;
    if (this.#leads) this.#parts.askAgain();
  }

  /** What this member says of itself. */
  describe(): Buffer {
    // Whoever is asked for an assignment now is told so by `shareOut`.
    this.#leads = false;
    return packPartitions(this.#parts.runs());
  }

  /** Called on the leader. */
  shareOut(members: readonly GroupMember[]): ReadonlyMap<string, Buffer> {
    this.#leads = true;
    const able = members.map(({ memberId, metadata }) => ({
      id: memberId,
      runs: unpackPartitions(metadata),
    }));
    const assignment = assignPartitions(able, this.#all);
    return new Map([...assignment].map(([id, names]) => [id, packPartitions(names)]));
  }

  assigned(assignment: Buffer): void {
    // A leader that has nothing to share out yet sends empty texts.
    this.#mine = new Set(assignment.length === 0 ? [] : unpackPartitions(assignment));
    this.#alone = false;
    this.#parts.onChange();
  }

  /** The group cannot be used. Where it is not permitted, this worker runs everything, as the only one does. */
  trouble(error: CausewayError): void {
    if (error.code !== 'CW-3010' || this.#alone) return;
    this.#alone = true;
    this.#parts.onChange();
  }
}
