// What must hold of the control topics, so that nothing is forgotten and nothing is out of order. Pure.
import type { ErrorCode } from '../base/error-catalog.ts';
import { isCompacted, type LedgerTopic } from './topic-names.ts';

export interface TopicFault {
  readonly code: ErrorCode;
  /** Begins with the topic's name. */
  readonly message: string;
}

export function partitionFault(topic: LedgerTopic, partitions: number): TopicFault | undefined {
  if (partitions === 1) return undefined;
  return { code: 'CW-4009', message: `${topic} has ${partitions} partitions, and must have one` };
}

const keptForEver = { 'cleanup.policy': 'delete', 'retention.ms': '-1', 'retention.bytes': '-1' };
const lastPerKey = { 'cleanup.policy': 'compact' };

/** The first setting that is not as it must be. */
export function settingFault(
  topic: LedgerTopic,
  settings: ReadonlyMap<string, string> | undefined,
): TopicFault | undefined {
  const wanted = Object.entries(isCompacted(topic) ? lastPerKey : keptForEver);
  for (const [name, value] of wanted) {
    const is = settings?.get(name);
    if (is === value) continue;
    const code = isCompacted(topic) ? 'CW-4009' : 'CW-4005';
    return { code, message: `${topic} has ${name} ${is ?? '?'}, and must have ${value}` };
  }
  return undefined;
}
