// A Causeway process of one region: a worker and a controller, with metrics and health over HTTP.
import { type Clock, restOn } from '../base/clock.ts';
import { CausewayError, describeError } from '../base/errors.ts';
import { keepNewObjectsYoung } from '../base/heap.ts';
import type { Log } from '../base/log.ts';
import type { Random } from '../base/random.ts';
import { Reconciler } from '../control-plane/reconciler/reconciler.ts';
import type { CheckPace } from '../data-plane/verifier/check-task.ts';
import type { WorkerLimits } from '../data-plane/worker/limits.ts';
import { Worker } from '../data-plane/worker/worker.ts';
import { LedgerReader } from '../ledger/reader.ts';
import { LedgerWriter } from '../ledger/writer.ts';
import { type HttpServer, startHttpServer } from '../telemetry/http.ts';
import { Metrics } from '../telemetry/metrics.ts';
import type { SecretReaders } from '../topology/secrets.ts';
import type { Topology } from '../topology/topology.ts';
import { ContinuousChecks } from './continuous-checks.ts';
import { RegionAdmins } from './region-admins.ts';
import { controllerChecks, workerChecks } from './health.ts';
import { Heartbeat } from './heartbeat.ts';
import { RegionClusters } from './region-clusters.ts';
import { reportPools, reportWorker } from './report-metrics.ts';
import { RegionWorkerLedger } from './worker-ledger.ts';

export type Role = 'controller' | 'worker';

export interface ServerParts {
  readonly region: string;
  /** Of this process, unlike that of any other in the region. */
  readonly name: string;
  /** Which parts of Causeway run in this process. */
  readonly roles: readonly Role[];
  /** How the clusters are reached from here; what is mirrored comes from the ledger. */
  readonly local: Topology;
  readonly secrets: SecretReaders;
  readonly clock: Clock;
  readonly random: Random;
  readonly log: Log;
  readonly version: string;
  readonly httpHost?: string;
  /** 0: the system chooses one. */
  readonly httpPort: number;
  /** How often the controller looks at the clusters; 5 s unless given. */
  readonly reconcileMs?: number;
  readonly workerLimits?: WorkerLimits;
  readonly checkPace?: CheckPace;
}

export interface RunningServer {
  readonly url: string;
  /** Rejects with CW-6012 when a part ended by itself, which is a defect; resolves after `stop`. */
  readonly finished: Promise<void>;
  /** Orderly: what is in flight is awaited, the ledger is told, every connection ends. Idempotent. */
  stop(): Promise<void>;
}

/** For each thousand partitions: it costs the same however many there are. */
const metricsMs = 1_000;
/** How long the ledger is waited for at the stop. */
const ledgerStopMs = 5_000;

/** Throws CW-6006 for a region that the topology does not name, CW-6011 for a port that is taken. */
export async function startServer(parts: ServerParts): Promise<RunningServer> {
  keepNewObjectsYoung();
  const server = new CausewayServer(parts);
  await server.start();
  return server;
}

class CausewayServer implements RunningServer {
  readonly #parts: ServerParts;
  readonly #metrics = new Metrics({ processMetrics: true });
  readonly #clusters: RegionClusters;
  readonly #admins: RegionAdmins;
  readonly #reader: LedgerReader;
  readonly #writer: LedgerWriter;
  readonly #reconciler: Reconciler;
  readonly #worker: Worker;
  readonly #checks: ContinuousChecks;
  readonly #abort = new AbortController();
  #http: HttpServer | undefined;
  #loops: Promise<unknown> = Promise.resolve();
  #stopped: Promise<void> | undefined;
  finished: Promise<void> = Promise.resolve();

  constructor(parts: ServerParts) {
    this.#parts = parts;
    const { region, name, local, clock, random, log } = parts;
    const clientId = `causeway-${name}`;
    this.#clusters = new RegionClusters({ ...parts, clientId }, local);
    this.#admins = new RegionAdmins(clientId, this.#clusters);
    const cluster = this.#clusters.clusterOf(region);
    this.#reader = new LedgerReader({ cluster, region, clock, random, log });
    const onWritten = (records: number) =>
      this.#metrics.count('causeway_ledger_writes_total', { region }, records);
    this.#writer = new LedgerWriter({ cluster, region, clock, random, onWritten });
    const useTopology = (topology: Topology) => this.#clusters.useApplied(topology);
    const clusterOf = (of: string) => this.#clusters.clusterOf(of);
    const adminOf = (of: string) => this.#admins.adminOf(of);
    const [reader, writer, metrics] = [this.#reader, this.#writer, this.#metrics];
    const shared = { region, clusterOf, clock, random, log, reader, writer, useTopology };
    this.#reconciler = new Reconciler({
      ...shared,
      adminOf,
      metrics,
      ...(parts.reconcileMs !== undefined && { roundMs: parts.reconcileMs }),
    });
    const ledger = new RegionWorkerLedger({ ...shared, onDesired: () => this.#reconciler.wake() });
    const { workerLimits: limits } = parts;
    this.#worker = new Worker({
      ...shared,
      name,
      ledger,
      meetAt: cluster,
      ...(limits !== undefined && { limits }),
    });
    const { checkPace: pace } = parts;
    const checked = { ...shared, worker: this.#worker, ledger, adminOf };
    this.#checks = new ContinuousChecks({ ...checked, ...(pace !== undefined && { pace }) });
  }

  get url(): string {
    return this.#http?.url ?? '';
  }

  async start(): Promise<void> {
    const { httpHost, httpPort, clock, log, region, version, roles } = this.#parts;
    const metrics = this.#metrics;
    metrics.set('causeway_build_info', { version, node: process.version }, 1);
    this.#http = await startHttpServer({
      ...(httpHost !== undefined && { host: httpHost }),
      port: httpPort,
      metrics,
      readyChecks: () => [
        ...(roles.includes('worker') ? workerChecks(this.#worker) : []),
        ...(roles.includes('controller') ? controllerChecks(this.#reconciler, clock.monotonicMs()) : []),
      ],
      log,
    });
    const { signal } = this.#abort;
    const has = (role: Role) => roles.includes(role);
    if (has('worker')) this.#worker.start();
    const heartbeat = new Heartbeat({ ...this.#parts, writer: this.#writer });
    this.#loops = Promise.all([
      ...(has('controller') ? [this.#reconciler.run(signal)] : []),
      ...(has('worker') ? [this.#worker.finished, this.#checks.run(signal)] : []),
      heartbeat.run(signal),
      this.#updateMetrics(signal),
    ]);
    this.finished = this.#loops.then(
      () => undefined,
      (error: unknown) => {
        const text = `the process of ${region} cannot go on: ${describeError(error)}`;
        throw new CausewayError('CW-6012', text, { region }, error);
      },
    );
    // Whoever awaits `finished` later is told as well.
    this.finished.catch((error: unknown) => log.error({ region }, describeError(error)));
    log.info(
      { region, port: this.#http.port, version },
      `serving ${region}; metrics and health at ${this.url}`,
    );
  }

  stop(): Promise<void> {
    this.#stopped ??= this.#stopOnce();
    return this.#stopped;
  }

  async #stopOnce(): Promise<void> {
    // A ledger that does not answer must not keep the process: its last words are then missing there.
    const patience = this.#parts.clock.schedule(ledgerStopMs, () => {
      this.#writer.abandon();
      this.#reader.close();
    });
    await this.#worker.stop();
    this.#abort.abort();
    // An error of theirs is told by `finished`.
    await Promise.allSettled([this.#loops]);
    await this.#writer.close();
    patience.cancel();
    this.#reader.close();
    await this.#admins.close();
    await this.#clusters.close();
    await this.#http?.close();
    this.#parts.log.info({ region: this.#parts.region }, 'stopped');
  }

  async #updateMetrics(signal: AbortSignal): Promise<void> {
    const { clock, region } = this.#parts;
    while (!signal.aborted) {
      reportWorker(this.#metrics, this.#worker, this.#checks, region, clock.wallMs());
      reportPools(this.#metrics, this.#clusters);
      await restOn(clock, metricsMs * Math.max(1, this.#worker.partitions.length / 1_000), signal);
    }
  }
}
