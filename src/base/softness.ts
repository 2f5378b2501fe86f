// Since when a mirror partition has been soft: offsets may be empty that were not when they were looked at
// before (docs/design/soft-partitions.md).

/**
 * `from-start`: before it was given any data. `later`: it may hold data of before, written under the id that
 * all partitions of the generation share.
 */
export type Softness = 'from-start' | 'later';
