// One region under examination: what has been found out so far, and the connections that were let in.
import { CausewayError, describeError, invariant } from '../base/errors.ts';
import type { Log } from '../base/log.ts';
import type { Random } from '../base/random.ts';
import { type BrokerQuestions, openBrokerQuestions } from '../kafka/admin/broker-questions.ts';
import { BufferPool } from '../kafka/client/buffer-pool.ts';
import { Connection } from '../kafka/client/connection.ts';
import { type ClientLimits, defaultClientLimits } from '../kafka/client/limits.ts';
import { addressText, type BrokerAddress, openPlainSocket, tlsSocketOpener } from '../kafka/client/socket.ts';
import type { Security } from '../kafka/security/security.ts';
import type { ClusterView } from '../kafka/wire/messages.ts';
import type { SecretReaders } from '../topology/secrets.ts';
import type { KafkaSettings, RegionSpec } from '../topology/topology.ts';
import { answerWaitMs, type RunLimits } from './run-checks.ts';

export interface SiteParts extends RunLimits {
  readonly random: Random;
  readonly log: Log;
  readonly clientId: string;
  readonly softwareVersion: string;
  readonly secrets: SecretReaders;
}

/** Answers of a doctor's questions are small. */
const poolBytesMax = 16 * 1024 * 1024;
/** Of a check's time, how long the first login of a region goes alone. */
const firstLoginShare = 0.3;

export class RegionSite {
  readonly spec: RegionSpec;
  readonly parts: SiteParts;
  readonly limits: ClientLimits;
  /** With the secrets in it; never shown. */
  settings: KafkaSettings | undefined;
  view: ClusterView | undefined;
  /** Where a connection is open, by `host:port`. */
  readonly connections = new Map<string, Connection>();
  /** Effective settings of brokers as they tell them, by node id. */
  readonly brokerSettings = new Map<number, ReadonlyMap<string, string>>();
  #security: Security | undefined;
  readonly #pool = new BufferPool(poolBytesMax);
  readonly #questions = new Map<string, Promise<BrokerQuestions>>();
  #firstLogin: Promise<unknown> | undefined;
  #refusedAt: string | undefined;

  constructor(spec: RegionSpec, parts: SiteParts) {
    this.spec = spec;
    this.parts = parts;
    const waitMs = answerWaitMs(parts.waitMs);
    const waits = { connectWaitMs: waitMs, metadataWaitMs: waitMs, requestWaitMs: waitMs };
    this.limits = { ...defaultClientLimits, ...waits, silenceMsMax: waitMs, overtimeMsMax: waitMs };
  }

  get name(): string {
    return this.spec.name;
  }

  get security(): Security {
    invariant(this.#security !== undefined, `the settings of ${this.name} have not been read`);
    return this.#security;
  }
  set security(security: Security) {
    this.#security = security;
  }

  /** What the cluster has told of itself; asked for only where it was reached. */
  get mustView(): ClusterView {
    invariant(this.view !== undefined, `${this.name} has told nothing of itself`);
    return this.view;
  }

  /** Any connection that was let in. */
  get anyConnection(): Connection {
    const [first] = this.connections.values();
    invariant(first !== undefined, `${this.name} has let nobody in`);
    return first;
  }

  connectionTo(nodeId: number): Connection | undefined {
    const broker = this.view?.brokers.find((each) => each.nodeId === nodeId);
    return broker === undefined ? undefined : this.connections.get(addressText(broker));
  }

  /**
   * Opens a connection and keeps it. Resolves with the address that has refused the login before, if one has:
   * a wrong password must not be tried at every broker, since accounts are locked by that. Throws as
   * Connection.open does.
   */
  async open(address: BrokerAddress, brokerId: number): Promise<string | undefined> {
    if (this.security.settings.sasl === undefined) {
      await this.#open(address, brokerId);
      return undefined;
    }
    await this.#waitForFirstLogin();
    if (this.#refusedAt !== undefined) return this.#refusedAt;
    const opening = this.#open(address, brokerId);
    this.#firstLogin ??= this.#noteRefusal(opening, address);
    await opening;
    return undefined;
  }

  /** Not for long: who hangs must not keep the others from being examined. */
  async #waitForFirstLogin(): Promise<void> {
    if (this.#firstLogin === undefined) return;
    const { clock, waitMs } = this.parts;
    await Promise.race([this.#firstLogin, clock.sleep(waitMs * firstLoginShare)]);
  }

  async #noteRefusal(opening: Promise<void>, address: BrokerAddress): Promise<void> {
    const [ended] = await Promise.allSettled([opening]);
    const isRefused = ended.status === 'rejected' && isLoginRefusal(ended.reason);
    if (isRefused) this.#refusedAt = addressText(address);
  }

  async #open(address: BrokerAddress, brokerId: number): Promise<void> {
    const { security, parts, limits } = this;
    const tls = await security.tlsOptions();
    const connection = await Connection.open({
      ...parts,
      limits,
      address,
      brokerId,
      pool: this.#pool,
      openSocket: tls === undefined ? openPlainSocket : tlsSocketOpener(tls),
      newLogin: () => security.newLogin(),
      onLogin: (refusal) => security.logins.note(refusal),
    });
    this.connections.set(addressText(address), connection);
  }

  /** Asks a broker to which a connection is open; any of them unless named. */
  questions(address: BrokerAddress = this.anyConnection.address): Promise<BrokerQuestions> {
    const key = addressText(address);
    const kept = this.#questions.get(key);
    if (kept !== undefined) return kept;
    const { clientId, clock } = this.parts;
    const { requestWaitMs: waitMs } = this.limits;
    const opened = openBrokerQuestions({
      region: this.name,
      address,
      clientId,
      security: this.security,
      waitMs,
      clock,
    });
    this.#questions.set(key, opened);
    return opened;
  }

  async close(): Promise<void> {
    for (const connection of this.connections.values()) connection.destroy('the examination is over');
    for (const ended of await Promise.allSettled(this.#questions.values())) {
      if (ended.status === 'fulfilled') await ended.value.close();
      else this.parts.log.debug({ region: this.name, error: describeError(ended.reason) }, 'was never open');
    }
  }
}

/** The broker has spoken; without a token nothing was tried. */
const isLoginRefusal = (thrown: unknown): boolean =>
  thrown instanceof CausewayError && thrown.code === 'CW-3012';
