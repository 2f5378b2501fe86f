// The key under which each record stands in its topic.
import type { DesiredRecord, GenerationRecord, ObservedRecord } from './records.ts';

export type LedgerRecord = DesiredRecord | ObservedRecord | GenerationRecord;

export const topologyKey = 'topology';
/** `topic` may be `*`: the whole set. */
export const pauseKey = (set: string, topic: string): string => `pause/${set}/${topic}`;
/** As of a pause. */
export const resumeKey = (set: string, topic: string): string => `resume/${set}/${topic}`;
export const mirrorKey = (set: string, topic: string, worker: string): string =>
  `mirror/${set}/${topic}/${worker}`;
export const topicKey = (set: string, topic: string): string => `topic/${set}/${topic}`;
export const verifiedKey = (set: string, topic: string, partition: number): string =>
  `verified/${set}/${topic}/${partition}`;

export function keyOf(record: LedgerRecord): string {
  switch (record.kind) {
    case 'topology':
      return topologyKey;
    case 'pause':
      return pauseKey(record.set, record.topic);
    case 'resume':
      return resumeKey(record.set, record.topic);
    case 'mirror':
      return mirrorKey(record.set, record.topic, record.worker);
    case 'region':
      return `region/${record.region}`;
    case 'process':
      return `process/${record.region}/${record.name}`;
    case 'topic':
      return topicKey(record.set, record.topic);
    case 'link':
      return `link/${record.source}/${record.target}/${record.worker}`;
    case 'verified':
      return verifiedKey(record.set, record.topic, record.partition);
    case 'opened':
    case 'ended':
      return `${record.set}/${record.generation}`;
    case 'shifted':
    case 'data-id':
    case 'started':
    case 'lost':
      return `${record.set}/${record.topic}/${record.partition}`;
  }
}
