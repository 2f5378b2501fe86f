// What a comparison found, kept in bounded memory: neighbours of one kind are one range, and ranges beyond a
// maximum are only counted.
import { type DifferenceKind, differenceKinds } from '../../base/difference-kinds.ts';

export interface Difference {
  readonly kind: DifferenceKind;
  readonly from: bigint;
  /** The first offset after the range. */
  readonly to: bigint;
  /** What differs, at the first offset of the range. */
  readonly detail: string;
}

/** Ranges kept per partition. */
export const differencesMax = 1_000;

export class Differences {
  readonly #kept: Difference[] = [];
  #omitted = 0;
  readonly #offsets = new Map<DifferenceKind, bigint>();

  get kept(): readonly Difference[] {
    return this.#kept;
  }

  /** Ranges beyond the maximum: known to be there, not listed. */
  get omitted(): number {
    return this.#omitted;
  }

  /** Offsets in all ranges of a kind, listed or not. */
  offsets(kind: DifferenceKind): bigint {
    return this.#offsets.get(kind) ?? 0n;
  }

  /** Offsets at which the two sides are known to differ. */
  get differing(): bigint {
    return differenceKinds
      .filter((kind) => kind !== 'not-comparable')
      .reduce((sum, kind) => sum + this.offsets(kind), 0n);
  }

  add(difference: Difference): void {
    if (difference.from >= difference.to) return;
    this.#offsets.set(difference.kind, this.offsets(difference.kind) + difference.to - difference.from);
    const last = this.#kept.at(-1);
    if (
      this.#omitted === 0 &&
      last !== undefined &&
      last.kind === difference.kind &&
      last.to === difference.from
    ) {
      this.#kept[this.#kept.length - 1] = { ...last, to: difference.to };
    } else if (this.#kept.length < differencesMax) {
      this.#kept.push(difference);
    } else {
      this.#omitted += 1;
    }
  }
}
