// One side of a comparison: the model, or real brokers.
import type { Act, LaneAct } from './acts.ts';
import type { Answer } from './side.ts';
import type { Step } from './steps.ts';

/** One lane's topic on one side. */
export interface LaneFace {
  ask(step: Step): Promise<Answer>;
  act(act: LaneAct): Promise<void>;
  /**
   * Resolves when every replica that can be asked knows its leader, is in sync, and has all that the leader
   * has: its log, its start, its high watermark. How long that takes is no part of the comparison.
   */
  settle(alive: readonly number[], starts: LogStarts): Promise<void>;
  close(): Promise<void>;
}

/**
 * A follower that had to truncate was told the leader's log start together with that, which it did not take
 * over then; it is told again when something changes in the partition, which may be never.
 */
export type LogStarts = 'equal starts' | 'any starts';

/** What the brokers of one version do, as far as the two sides have to agree on it beforehand. */
export interface Dialect {
  /** Before Kafka 4.1 a produce request names topics, and their ids play no part in it. */
  readonly produceById: boolean;
  readonly transactionVersion: 0 | 2;
  /** `eligible.leader.replicas.version` (KIP-966). */
  readonly eligibleLeaders: boolean;
}

export const actText = (act: Act): string => `-- ${JSON.stringify(act)}`;

/**
 * The model is of brokers from 4.1 on. Those before refuse wrong writes in transactions with other codes, and
 * tell a start of transactions that have not begun. A mirror writes no data in transactions and does not read
 * that; all that its fillers rely on is compared with each version.
 */
export const asModelled = ({ began, ...rest }: Answer, { produceById }: Dialect): Answer =>
  produceById && began !== undefined ? { ...rest, began } : rest;
