// Every bound and wait of the connections, by name. Sizes are bytes, times milliseconds.
import type { RestLimits } from './read-rest.ts';

export interface ClientLimits extends RestLimits {
  /** From opening a socket until the broker has told its versions. */
  readonly connectWaitMs: number;
  /** Metadata is asked of another broker when one has not answered by then. */
  readonly metadataWaitMs: number;
  /** Requests that no other limit names. */
  readonly requestWaitMs: number;
  /** As long as a broker itself waits for replicas: its `request.timeout.ms`, unless it was changed. */
  readonly replicasWaitMs: number;
  /** Added to the wait that a fetch or produce request grants its broker. */
  readonly answerMarginMs: number;
  /** An answer that has begun may take longer than its deadline while bytes come at least that often. */
  readonly silenceMsMax: number;
  /** … but not longer than that beyond it. */
  readonly overtimeMsMax: number;
  /** A broker that throttles us is left alone for as long as it says, and not longer than that. */
  readonly throttleMsMax: number;
  /** One broker is asked for metadata for that long, then another one: a cut-off broker tells old things. */
  readonly metadataStickMs: number;
  /** A longer answer is taken for nonsense. A single record batch must fit. */
  readonly frameBytesMax: number;
  /** Memory for fetch answers of one cluster. */
  readonly poolBytesMax: number;
}

const MiB = 1024 * 1024;

export const defaultClientLimits: ClientLimits = {
  connectWaitMs: 5_000,
  metadataWaitMs: 5_000,
  requestWaitMs: 15_000,
  replicasWaitMs: 30_000,
  answerMarginMs: 10_000,
  silenceMsMax: 5_000,
  overtimeMsMax: 300_000,
  throttleMsMax: 60_000,
  metadataStickMs: 10_000,
  frameBytesMax: 128 * MiB,
  poolBytesMax: 128 * MiB,
  restAnswersMin: 4,
  restMsMax: 5,
};
