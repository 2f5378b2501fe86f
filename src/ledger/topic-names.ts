// The control topics of a region, and what each of them holds.
import type { DesiredRecord, GenerationRecord, ObservedRecord } from './records.ts';

export const desiredTopic = 'causeway.desired';
export const observedTopic = 'causeway.observed';
export const generationsTopic = 'causeway.generations';

/** The classic group of a region’s workers, on their own cluster. */
export const workersGroup = 'causeway.workers';

export const ledgerTopics = [desiredTopic, observedTopic, generationsTopic] as const;
export type LedgerTopic = (typeof ledgerTopics)[number];

/** The records of each topic. */
export interface LedgerRecords {
  readonly 'causeway.desired': DesiredRecord;
  readonly 'causeway.observed': ObservedRecord;
  readonly 'causeway.generations': GenerationRecord;
}

/** Only the last record of a key counts, and a tombstone takes it away. */
export const isCompacted = (topic: LedgerTopic): boolean => topic !== generationsTopic;
