// Desired and observed records of one region, sorted by what they are. Pure.
import type {
  DesiredPause,
  DesiredRecord,
  DesiredResume,
  DesiredTopology,
  ObservedLink,
  ObservedMirror,
  ObservedProcess,
  ObservedRecord,
  ObservedRegion,
  ObservedTopic,
  ObservedVerified,
} from './records.ts';

export interface DesiredView {
  readonly topology: DesiredTopology | undefined;
  readonly pauses: readonly DesiredPause[];
  readonly resumes: readonly DesiredResume[];
}

export function desiredView(records: Iterable<DesiredRecord>): DesiredView {
  let topology: DesiredTopology | undefined;
  const pauses: DesiredPause[] = [];
  const resumes: DesiredResume[] = [];
  for (const record of records) {
    switch (record.kind) {
      case 'topology':
        topology = record;
        break;
      case 'pause':
        pauses.push(record);
        break;
      case 'resume':
        resumes.push(record);
        break;
    }
  }
  return { topology, pauses, resumes };
}

/** Whether a mirror is held, by itself or with its whole set. */
export function findPause(
  pauses: readonly DesiredPause[],
  set: string,
  topic: string,
): DesiredPause | undefined {
  return pauses.find((pause) => pause.set === set && (pause.topic === '*' || pause.topic === topic));
}

export interface ObservedView {
  readonly mirrors: readonly ObservedMirror[];
  readonly regions: readonly ObservedRegion[];
  readonly processes: readonly ObservedProcess[];
  readonly topics: readonly ObservedTopic[];
  readonly links: readonly ObservedLink[];
  readonly verified: readonly ObservedVerified[];
}

export function observedView(records: Iterable<ObservedRecord>): ObservedView {
  const mirrors: ObservedMirror[] = [];
  const regions: ObservedRegion[] = [];
  const processes: ObservedProcess[] = [];
  const topics: ObservedTopic[] = [];
  const links: ObservedLink[] = [];
  const verified: ObservedVerified[] = [];
  for (const record of records) {
    switch (record.kind) {
      case 'mirror':
        mirrors.push(record);
        break;
      case 'region':
        regions.push(record);
        break;
      case 'process':
        processes.push(record);
        break;
      case 'topic':
        topics.push(record);
        break;
      case 'link':
        links.push(record);
        break;
      case 'verified':
        verified.push(record);
        break;
    }
  }
  return { mirrors, regions, processes, topics, links, verified };
}
