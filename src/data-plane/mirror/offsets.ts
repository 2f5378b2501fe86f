// Offsets of the two sides have types of their own; this is the only file that turns one into the other.

declare const side: unique symbol;
/** An offset in the source partition's log. */
export type SourceOffset = bigint & { readonly [side]: 'source' };
/** An offset in the target partition's log. */
export type TargetOffset = bigint & { readonly [side]: 'target' };

export const asSource = (offset: bigint): SourceOffset => offset as SourceOffset;
export const asTarget = (offset: bigint): TargetOffset => offset as TargetOffset;

/** The place of a source record in the target, `shift` offsets further on; 0 where both are identical. */
export const toTarget = (offset: SourceOffset, shift: bigint): TargetOffset => asTarget(offset + shift);
/** The place of a target record in the source. */
export const toSource = (offset: TargetOffset, shift: bigint): SourceOffset => asSource(offset - shift);
