// What a controller reads of its region's ledger before it plans.
import { CausewayError } from '../../base/errors.ts';
import { recordsIn } from '../../ledger/changes.ts';
import { foldGenerations, type GenerationsOfSet } from '../../ledger/generations.ts';
import type { DesiredPause, DesiredTopology, ObservedTopic } from '../../ledger/records.ts';
import type { LedgerReader } from '../../ledger/reader.ts';
import { desiredView, type ObservedView, observedView } from '../../ledger/snapshot-view.ts';
import { mustBeWhole } from '../../ledger/whole-generations.ts';
import { parseTopology } from '../../topology/parse-topology.ts';
import { formatProblems } from '../../topology/problem.ts';
import type { Topology } from '../../topology/topology.ts';
import { type Action, topicOf } from './actions.ts';

export interface LedgerLook {
  /** undefined where nothing has been applied. */
  readonly topology: Topology | undefined;
  readonly generations: ReadonlyMap<string, GenerationsOfSet>;
  readonly pauses: readonly DesiredPause[];
  readonly decided: readonly ObservedTopic[];
  readonly observed: ObservedView;
}

/** Throws CW-1027, CW-4001, CW-4002, CW-4006 and CW-4008. */
export async function lookAtLedger(reader: LedgerReader, region: string): Promise<LedgerLook> {
  const [desired, observed, generations] = await Promise.all([
    reader.snapshot('causeway.desired'),
    reader.snapshot('causeway.observed'),
    reader.snapshot('causeway.generations'),
  ]);
  const known = mustBeWhole(generations, region);
  for (const { is, why } of desired.leftAlone) {
    if (is === 'newer') throw new CausewayError('CW-4008', `${region}: ${why}`, { region });
  }
  const { topology, pauses } = desiredView(recordsIn(desired));
  const view = observedView(recordsIn(observed));
  return {
    topology: topology === undefined ? undefined : parseApplied(topology, region),
    generations: foldGenerations(known),
    pauses,
    decided: view.topics.filter(({ target }) => target === region),
    observed: view,
  };
}

/** What was decided last about the topic that an action is about. */
export function decidedBefore(action: Action, { decided }: LedgerLook): ObservedTopic | undefined {
  const topic = topicOf(action);
  return decided.find((each) => each.set === action.set && each.topic === topic);
}

/** The applied topology; it was checked before it was applied. Throws CW-1027. */
export function parseApplied(record: DesiredTopology, region: string): Topology {
  const parsed = parseTopology({ text: record.yaml, file: 'the applied topology' });
  if ('topology' in parsed) return parsed.topology;
  const text = `${region}: the applied topology is not valid here:\n${formatProblems(parsed.problems)}`;
  throw new CausewayError('CW-1027', text, { region });
}
