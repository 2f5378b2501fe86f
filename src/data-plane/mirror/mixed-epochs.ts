// In a mixed epoch of its data id a soft partition's holes and data alternate, and no run of holes needs an
// epoch of its own. The number tells, so that every batch says it of itself (docs/design/soft-partitions.md).

const modulus = 8;
/** Neither the first epoch that a coordinator gives out, nor the one that closes an id. */
const remainder = 4;

export const isMixedEpoch = (producerEpoch: number): boolean => producerEpoch % modulus === remainder;

/** Offsets that are left to copy. */
export interface MixedLimits {
  /** Above it runs of holes share a mixed epoch. */
  readonly from: number;
  /** Below it none goes on: a start in a mixed epoch costs a filler, which may stand for no hole. */
  readonly below: number;
}
