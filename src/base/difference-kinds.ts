// In which ways the two sides of a mirror can differ. The verifier tells them, the ledger keeps them.

export const differenceKinds = ['different', 'missing', 'extra', 'aborted', 'not-comparable'] as const;
/**
 * `different`: both sides have the record, not the same; `missing`: only the source has it; `extra`: only the
 * target; `aborted`: the target holds what belongs to an aborted transaction; `not-comparable`: a side cannot
 * be decoded or was trimmed meanwhile.
 */
export type DifferenceKind = (typeof differenceKinds)[number];

/** Whose offsets a range of this kind names. */
export const sideNamed: Readonly<Record<DifferenceKind, 'source' | 'target'>> = {
  different: 'source',
  missing: 'source',
  extra: 'target',
  aborted: 'target',
  'not-comparable': 'source',
};
