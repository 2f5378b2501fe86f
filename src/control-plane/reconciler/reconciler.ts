// The controller of one region: observe, plan, apply, and again. It acts on its own region's cluster alone.
import { type Clock, restOn } from '../../base/clock.ts';
import { CausewayError, describeError } from '../../base/errors.ts';
import type { Log } from '../../base/log.ts';
import type { ClusterAdmin } from '../../kafka/admin/cluster-admin.ts';
import type { KafkaCluster } from '../../kafka/client/cluster.ts';
import type { TopicCluster } from '../../kafka/client/topic-calls.ts';
import type { ObservedRecord, ObservedRegion } from '../../ledger/records.ts';
import type { LedgerReader } from '../../ledger/reader.ts';
import { staleReports } from '../../ledger/stale-reports.ts';
import type { LedgerWriter } from '../../ledger/writer.ts';
import type { Topology } from '../../topology/topology.ts';
import type { Metrics } from '../../telemetry/metrics.ts';
import { type Action, describeAction, topicOf } from './actions.ts';
import { applyAction, failureRecord } from './apply-action.ts';
import { decidedBefore, type LedgerLook, lookAtLedger } from './ledger-view.ts';
import { isSeen, type Observation } from './observation.ts';
import { observe } from './observe.ts';
import { plan, type Plan } from './plan.ts';
import { RoundFailures } from './round-failures.ts';

export interface ReconcilerParts {
  readonly region: string;
  readonly clusterOf: (region: string) => KafkaCluster & TopicCluster;
  readonly adminOf: (region: string) => ClusterAdmin;
  /** Told each topology before it is used, so that its regions can be reached. */
  readonly useTopology: (topology: Topology) => void;
  readonly reader: LedgerReader;
  readonly writer: LedgerWriter;
  readonly clock: Clock;
  readonly log: Log;
  readonly metrics: Metrics;
  /** A round begins at the latest so long after the last one. */
  readonly roundMs?: number;
}

/** Drift is mended well within a minute. */
const roundMsDefault = 5_000;
/** Records in one write. */
const takenBackMax = 1_000;
/** Actions make others possible, a created topic its mirroring: rounds that follow one another at once. */
const roundsAtOnceMax = 3;

export class Reconciler {
  readonly #parts: ReconcilerParts;
  #wake: AbortController | undefined;
  #wokenAlready = false;
  /** What was logged of each set that nothing can be planned for. */
  readonly #reported = new Map<string, string>();
  /** What failed in the last round, each with why. */
  readonly #failing = new Map<string, string>();
  /** When a round last went through, monotonic; undefined before the first. */
  lastRoundMs: number | undefined;
  /** Why the last round failed, if it did. */
  trouble: CausewayError | undefined;

  constructor(parts: ReconcilerParts) {
    this.#parts = parts;
  }

  /** Begins a round soon. */
  wake(): void {
    this.#wokenAlready = true;
    this.#wake?.abort();
  }

  /** Until `signal` aborts; an action under way is finished first. */
  async run(signal: AbortSignal): Promise<void> {
    const { clock, roundMs = roundMsDefault } = this.#parts;
    while (!signal.aborted) {
      await this.#roundsSafely(signal);
      if (signal.aborted) return;
      this.#wake = new AbortController();
      if (!this.#wokenAlready) {
        // Ends early when woken or stopped; both are looked at above.
        await restOn(clock, roundMs, AbortSignal.any([signal, this.#wake.signal]));
      }
      this.#wokenAlready = false;
    }
  }

  async #roundsSafely(signal: AbortSignal): Promise<void> {
    const { log, region, clock } = this.#parts;
    try {
      for (let round = 0; round < roundsAtOnceMax && !signal.aborted; round += 1) {
        if ((await this.#round()) === 0) break;
      }
      if (this.trouble !== undefined) log.info({ region }, 'the controller works again');
      this.trouble = undefined;
      this.lastRoundMs = clock.monotonicMs();
    } catch (error) {
      if (!(error instanceof CausewayError)) throw error;
      if (this.trouble?.message !== error.message) {
        log.warn(
          { region, code: error.code, error: describeError(error) },
          'the controller could not look or act',
        );
      }
      this.trouble = error;
    }
  }

  /** The number of actions that succeeded. */
  async #round(): Promise<number> {
    const { region, reader, useTopology } = this.#parts;
    const ledger = await lookAtLedger(reader, region);
    if (ledger.topology === undefined) return 0;
    useTopology(ledger.topology);
    const { topology } = ledger;
    const observation = await observe(this.#parts, { ...ledger, topology, region });
    const planned = plan(observation);
    this.#reportUnknown(planned);
    let succeeded = 0;
    const failures = new RoundFailures();
    for (const action of planned.actions) {
      const before = failures.before(action);
      const failure = before ?? (await this.#act(action, ledger));
      if (failure === undefined) succeeded += 1;
      else failures.note(action, failure);
      if (failure !== undefined) await this.#recordFailure(action, failure, ledger);
    }
    const stillWanted = new Set(planned.actions.map(describeAction));
    for (const said of this.#failing.keys()) if (!stillWanted.has(said)) this.#failing.delete(said);
    await this.#writeObserved(this.#regionRecords(observation));
    await this.#takeBack(staleReports(ledger.observed, this.#parts.clock.wallMs()));
    return succeeded;
  }

  async #takeBack(keys: readonly string[]): Promise<void> {
    // The rest follows in later rounds.
    const now = keys.slice(0, takenBackMax);
    if (now.length === 0) return;
    const { region, writer, log } = this.#parts;
    await writer.write(
      'causeway.observed',
      now.map((tombstone) => ({ tombstone })),
    );
    log.debug({ region }, `${now.length} reports of those who are gone are taken back`);
  }

  /** Why it failed, if it did. */
  async #act(action: Action, ledger: LedgerLook): Promise<CausewayError | undefined> {
    const { region, clusterOf, adminOf, writer, clock, log, metrics } = this.#parts;
    const before = decidedBefore(action, ledger);
    const fields = {
      region,
      set: action.set,
      topic: topicOf(action),
      action: action.kind,
      reason: action.reason,
    };
    const hands = {
      region,
      clusterOf,
      cluster: clusterOf(region),
      admin: adminOf(region),
      ledger: writer,
      clock,
    };
    const count = (outcome: string) =>
      metrics.count('causeway_reconciler_actions_total', { region, action: action.kind, outcome });
    try {
      await applyAction(hands, action, before);
      log.info(fields, describeAction(action));
      count('done');
      this.#failing.delete(describeAction(action));
      return undefined;
    } catch (error) {
      if (!(error instanceof CausewayError)) throw error;
      count('failed');
      const said = { ...fields, code: error.code, error: describeError(error) };
      const text = `failed: ${describeAction(action)}`;
      // It is tried again in every round, and said once.
      if (this.#failing.get(describeAction(action)) === error.message) log.debug(said, text);
      else log.warn(said, text);
      this.#failing.set(describeAction(action), error.message);
      return error;
    }
  }

  async #recordFailure(action: Action, { code, message }: CausewayError, ledger: LedgerLook): Promise<void> {
    const { region, clock } = this.#parts;
    const topic = topicOf(action);
    if (topic === undefined) return;
    const before = decidedBefore(action, ledger);
    await this.#writeObserved([
      failureRecord(region, action, topic, { code, message }, clock.wallMs(), before),
    ]);
  }

  async #writeObserved(records: readonly ObservedRecord[]): Promise<void> {
    await this.#parts.writer.write('causeway.observed', records);
  }

  #regionRecords({ clusters }: Observation): ObservedRegion[] {
    const { region: seenFrom, clock } = this.#parts;
    return [...clusters.values()].map((look) => ({
      kind: 'region',
      region: look.region,
      seenFrom,
      clusterId: isSeen(look) ? look.clusterId : undefined,
      brokers: isSeen(look) ? look.brokers : undefined,
      rttMs: isSeen(look) ? look.rttMs : undefined,
      error: isSeen(look) ? undefined : look.error,
      observedAtMs: clock.wallMs(),
    }));
  }

  #reportUnknown({ unknown }: Plan): void {
    const sets = new Set(unknown.map(({ set }) => set));
    for (const set of this.#reported.keys()) if (!sets.has(set)) this.#reported.delete(set);
    for (const { set, code, message } of unknown) {
      if (this.#reported.get(set) === message) continue;
      this.#reported.set(set, message);
      this.#parts.log.warn({ set, code, region: this.#parts.region }, `nothing can be planned: ${message}`);
    }
  }
}
