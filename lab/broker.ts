// One Kafka broker as a child process, with the faults that an operating system can do to it.
import { type ChildProcess, spawn } from 'node:child_process';
import { closeSync, openSync, readFileSync } from 'node:fs';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { CausewayError } from '../src/base/errors.ts';
import { type BrokerPlan, brokerProperties, localListener } from './broker-properties.ts';
import { brokerJavaFlags } from './class-archive-file.ts';
import type { KafkaJars } from './jars.ts';
import { mustFindJava } from './java.ts';
import type { BrokerState } from './lab-types.ts';
import { labMark } from './process-table.ts';
import { standStill } from './stand-still.ts';

export interface BrokerPlace {
  readonly labId: string;
  readonly region: string;
  readonly jars: KafkaJars;
  /** Logs and settings. */
  readonly folder: string;
  readonly heapMb: number;
  /** `start`: quick to start, for tests and demos. `throughput`: as Kafka's own scripts do, for measuring. */
  readonly jvm: 'start' | 'throughput';
  /** More flags for Java, before all others. */
  readonly javaFlags?: readonly string[];
}

const logTailLines = 12;
const stopMsMax = 20_000;

export class Broker {
  readonly plan: BrokerPlan;
  readonly #place: BrokerPlace;
  #jars: KafkaJars;
  readonly #properties: string;
  readonly logFile: string;
  #child: ChildProcess | undefined;
  #exited: Promise<void> = Promise.resolve();
  #spawnError: string | undefined;
  #paused = false;
  #ready = false;

  constructor(plan: BrokerPlan, place: BrokerPlace) {
    this.plan = plan;
    this.#place = place;
    this.#jars = place.jars;
    this.#properties = join(place.folder, `${place.region}-${plan.nodeId}.properties`);
    this.logFile = join(place.folder, `${place.region}-${plan.nodeId}.log`);
  }

  get name(): string {
    return `${this.#place.region}/${this.plan.nodeId}`;
  }

  get pid(): number | undefined {
    return this.#child?.pid;
  }

  get state(): BrokerState {
    if (this.#child === undefined) return 'dead';
    if (this.#paused) return 'paused';
    return this.#ready ? 'running' : 'starting';
  }

  get kafkaVersion(): string {
    return this.#jars.version;
  }

  /** As seen from inside of the region. */
  get address(): string {
    return `127.0.0.1:${this.plan.listeners.get(localListener)}`;
  }

  /** Resolves when the process of now has ended. */
  get exited(): Promise<void> {
    return this.#exited;
  }

  /** Starts the process; the region tells when it is ready. The log file goes on where it ended. */
  async start(): Promise<void> {
    if (this.#child !== undefined) return;
    await writeFile(this.#properties, brokerProperties(this.plan));
    const { java } = await mustFindJava();
    const log = openSync(this.logFile, 'a');
    try {
      const args = [labMark(this.#place.labId), ...(await this.#flags()), 'kafka.Kafka', this.#properties];
      const child = spawn(java, args, {
        stdio: ['ignore', log, log],
        detached: true,
        env: { ...process.env, CLASSPATH: this.#jars.classpath },
      });
      this.#child = child;
      this.#paused = false;
      this.#ready = false;
      this.#spawnError = undefined;
      this.#exited = new Promise((resolve) => {
        const end = () => {
          if (this.#child === child) this.#child = undefined;
          resolve();
        };
        child.once('close', end);
        child.once('error', (error) => {
          this.#spawnError = error.message;
          end();
        });
      });
    } finally {
      closeSync(log);
    }
  }

  markReady(): void {
    this.#ready = true;
  }

  /** kill -9: no good-bye, nothing flushed by the process. Resolves when it is gone. */
  async kill(): Promise<void> {
    this.#child?.kill('SIGKILL');
    await this.#exited;
  }

  /** Freezes the process (SIGSTOP): connections stay open and nothing answers. */
  pause(): void {
    if (this.#child !== undefined && standStill(this.#child)) this.#paused = true;
  }

  resume(): void {
    if (this.#child?.kill('SIGCONT')) this.#paused = false;
  }

  /** Orderly stop; kill -9 when it takes longer than 20 s. */
  async stop(): Promise<void> {
    const child = this.#child;
    if (child === undefined) return;
    this.resume();
    child.kill('SIGTERM');
    const timer = setTimeout(() => child.kill('SIGKILL'), stopMsMax);
    await this.#exited;
    clearTimeout(timer);
  }

  /** Orderly stop; the next start is in the version of these jars, on the same data. */
  async stopForVersion(jars: KafkaJars): Promise<void> {
    await this.stop();
    this.#jars = jars;
  }

  /** The error for a broker that ended or hangs, with the end of its log. */
  startError(what: string): CausewayError {
    const tail = readFileSync(this.logFile, 'utf8').trimEnd().split('\n').slice(-logTailLines).join('\n');
    return new CausewayError(
      'CW-5008',
      `broker ${this.name} ${this.#spawnError ?? what}; its log ${this.logFile} ends with:\n${tail}`,
      {
        broker: this.name,
      },
    );
  }

  async #flags(): Promise<string[]> {
    const { heapMb, jvm } = this.#place;
    return [
      ...(this.#place.javaFlags ?? []),
      `-Xmx${heapMb}m`,
      ...javaFlagsFor(jvm, heapMb),
      '-Djava.awt.headless=true',
      ...(await brokerJavaFlags(this.#jars)),
    ];
  }
}

/** `throughput`: what kafka-server-start.sh and kafka-run-class.sh set where nothing else is said. */
function javaFlagsFor(jvm: BrokerPlace['jvm'], heapMb: number): string[] {
  if (jvm === 'start') {
    return [`-Xms${Math.min(heapMb, 128)}m`, '-XX:TieredStopAtLevel=1', '-XX:+UseSerialGC'];
  }
  const collector = ['-XX:+UseG1GC', '-XX:MaxGCPauseMillis=20', '-XX:InitiatingHeapOccupancyPercent=35'];
  return [`-Xms${heapMb}m`, ...collector, '-XX:+ExplicitGCInvokesConcurrent'];
}
