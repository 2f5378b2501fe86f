// One ordered pipeline to one broker: requests leave in vectored writes, answers come back in order, every
// request has a deadline. Whatever breaks the order ends the connection.
import type { Socket } from 'node:net';
import type { Clock } from '../../base/clock.ts';
import { CausewayError, describeError } from '../../base/errors.ts';
import { kafkaError } from '../wire/error-codes.ts';
import { type ApiName, apis } from '../wire/api.ts';
import {
  type ApiVersionsResponse,
  decodeApiVersionsResponse,
  encodeApiVersionsRequest,
} from '../wire/api-versions.ts';
import { decodeResponseHeaderRest, encodeRequestHeader } from '../wire/headers.ts';
import { WireReader } from '../wire/reader.ts';
import { WireWriter } from '../wire/writer.ts';
import type { BufferPool, PooledFrame } from './buffer-pool.ts';
import type { Call } from './call.ts';
import { FrameReader } from './frame-reader.ts';
import type { ClientLimits } from './limits.ts';
import type { Random } from '../../base/random.ts';
import { explainTls } from '../security/tls-errors.ts';
import type { SaslExchange } from '../security/sasl-exchange.ts';
import { StandingLogin } from './standing-login.ts';
import type { ProduceResponse, ProduceRequest } from '../wire/messages.ts';
import { type PendingRequest, Pipeline } from './pipeline.ts';
import { layOutProduce } from './produce-frame.ts';
import { ReadRest } from './read-rest.ts';
import { type BrokerAddress, addressText, type OpenSocket } from './socket.ts';
import { type SharedVersions, chooseVersion, sharedVersions } from './versions.ts';
import { WriteBuffers } from './write-buffers.ts';
import { WriteGate } from './write-gate.ts';
import { decodeProduceResponse, produceByIdFrom } from '../wire/produce.ts';
import { noTopicId } from '../wire/messages.ts';

export interface ConnectionParts {
  readonly address: BrokerAddress;
  /** -1 while it is a bootstrap server's. */
  readonly brokerId: number;
  readonly clientId: string;
  readonly softwareVersion: string;
  readonly clock: Clock;
  readonly limits: ClientLimits;
  readonly pool: BufferPool;
  readonly openSocket: OpenSocket;
  /** A new login for this connection; undefined where it has none. */
  readonly newLogin: () => SaslExchange | undefined;
  readonly onLogin: (refusal: CausewayError | undefined) => void;
  readonly random: Random;
}

const correlationIdMax = 0x7fff_ffff;

export class Connection {
  readonly address: BrokerAddress;
  readonly where: string;
  readonly #parts: ConnectionParts;
  readonly #clientIdBytes: Buffer;
  readonly #pipeline: Pipeline;
  readonly #reader: FrameReader;
  readonly #rest: ReadRest;
  readonly #buffers = new WriteBuffers();
  readonly #login: StandingLogin;
  #socket: Socket | undefined;
  #gate: WriteGate | undefined;
  #versions: SharedVersions = new Map();
  #nextCorrelationId = 1;
  #end: CausewayError | undefined;
  #idleReason: string | undefined;
  #quietMs = 0;

  private constructor(parts: ConnectionParts) {
    this.#parts = parts;
    this.address = parts.address;
    const who = parts.brokerId < 0 ? 'broker' : `broker ${parts.brokerId}`;
    this.where = `${who} at ${addressText(parts.address)}`;
    this.#clientIdBytes = Buffer.from(parts.clientId);
    this.#pipeline = new Pipeline(parts.clock, parts.limits, (request) => this.#expired(request));
    this.#rest = new ReadRest(parts.clock, parts.limits, () => this.#socket?.resume());
    this.#login = new StandingLogin({
      ...parts,
      waitMs: parts.limits.connectWaitMs,
      send: (call) => this.#send(call, this.#versionOf(call.api)),
      onFailed: (error) => this.#close(this.#loginFailure(error)),
    });
    this.#reader = new FrameReader({
      pool: parts.pool,
      frameBytesMax: parts.limits.frameBytesMax,
      isPooled: (correlationId) => this.#expect(correlationId).pooled,
      onFrame: (bytes, lease) => this.#answered(bytes, lease),
      onResume: () => this.#resumed(),
    });
  }

  /** Connects and asks for the broker's versions. Throws CW-3002. */
  static async open(parts: ConnectionParts): Promise<Connection> {
    const connection = new Connection(parts);
    const { connectWaitMs } = parts.limits;
    const timer = parts.clock.schedule(connectWaitMs, () =>
      connection.destroy(`not ready within ${connectWaitMs} ms`),
    );
    try {
      await connection.#connect();
      await connection.#askVersions();
      await connection.#login.begin();
      return connection;
    } catch (error) {
      const refusal = connection.#loginFailure(error);
      connection.destroy('it could not be made ready');
      if (isRefusal(refusal)) throw refusal;
      // That it was lost, and where, is said already.
      const said = describeError(error).replace(`CW-3003 ${connection.where}: connection lost: `, '');
      const text = `${connection.where}: cannot connect: ${said}`;
      const cause = error instanceof CausewayError ? error.cause : error;
      throw new CausewayError('CW-3002', text, { brokerId: parts.brokerId }, cause);
    } finally {
      timer.cancel();
    }
  }

  get closed(): boolean {
    return this.#end !== undefined;
  }
  get unsentBytes(): number {
    return this.#socket?.writableLength ?? 0;
  }

  /** Ends the connection; everything under way rejects with CW-3003. Idempotent. */
  destroy(reason: string, cause?: unknown): void {
    if (this.#end !== undefined) return;
    const text = `${this.where}: connection lost: ${reason}${this.#underWay()}`;
    this.#close(new CausewayError('CW-3003', text, { brokerId: this.#parts.brokerId }, cause));
  }

  /** Ends the connection once nothing is under way. */
  destroyWhenIdle(reason: string): void {
    this.#idleReason = reason;
    if (this.#pipeline.size === 0) this.destroy(reason);
  }

  #underWay(): string {
    const count = this.#pipeline.size;
    return count === 0 ? '' : ` (${count} ${count === 1 ? 'request' : 'requests'} under way)`;
  }

  #close(end: CausewayError): void {
    if (this.#end !== undefined) return;
    this.#end = end;
    this.#gate?.close();
    this.#rest.cancel();
    this.#login.close();
    this.#socket?.destroy();
    this.#reader.close();
    for (const request of this.#pipeline.drain()) request.reject(end);
  }

  #connect(): Promise<void> {
    return new Promise((resolve, reject) => {
      const onread = { buffer: this.#reader.nextBuffer, callback: this.#received };
      let isReady = false;
      const ready = () => {
        isReady = true;
        resolve();
      };
      const socket = this.#parts.openSocket(this.#parts.address, onread, ready);
      this.#socket = socket;
      this.#gate = new WriteGate(socket, this.#parts.clock);
      socket.on('error', (error) => this.#failed(error, isReady));
      const ended = () => {
        if (isReady || !isEncrypted(socket)) return this.destroy(this.#closedByBroker);
        this.#failed(new Error('the broker closed it before secure TLS connection'), isReady);
      };
      socket.on('end', ended);
      socket.on('close', () => {
        ended();
        // Of no effect once it is connected.
        reject(this.#end);
      });
    });
  }

  #failed(error: Error, isReady: boolean): void {
    const why = explainTls(error, isReady);
    if (why === undefined) return this.destroy(describeError(error), error);
    const { brokerId } = this.#parts;
    this.#close(new CausewayError('CW-3011', `${this.where}: ${why}`, { brokerId }, error));
  }

  /** A listener with a login ends a connection that asks for anything else. */
  get #closedByBroker(): string {
    const isEarly = this.#pipeline.answered === 1 && this.#pipeline.size > 0 && !this.#reader.isAmid;
    return isEarly
      ? 'the broker closed it; this listener may ask for a login (SASL)'
      : 'the broker closed it';
  }

  #loginFailure(error: unknown): CausewayError {
    const { brokerId } = this.#parts;
    if (error instanceof CausewayError && isRefusal(error) && !error.message.includes(this.where)) {
      return new CausewayError(
        error.code,
        `${this.where}: ${error.message}`,
        { ...error.details, brokerId },
        error,
      );
    }
    if (error instanceof CausewayError) return error;
    return new CausewayError('CW-3012', `${this.where}: ${describeError(error)}`, { brokerId }, error);
  }

  async #askVersions(): Promise<void> {
    let answer = await this.#callVersions(apis.apiVersions.max);
    if (answer.errorCode === kafkaError.UNSUPPORTED_VERSION) answer = await this.#callVersions(0);
    if (answer.errorCode !== kafkaError.NONE) {
      throw new CausewayError('CW-3006', `${this.where}: ApiVersions: error ${answer.errorCode}`);
    }
    this.#versions = sharedVersions(answer.ranges);
  }

  #callVersions(version: number): Promise<ApiVersionsResponse> {
    const { clientId, softwareVersion, limits } = this.#parts;
    // Only letters, digits, dots and dashes are allowed (KIP-511).
    const request = { softwareName: clientId.replace(/[^A-Za-z0-9.-]/g, '-'), softwareVersion };
    const call: Call<ApiVersionsResponse> = {
      api: 'apiVersions',
      waitMs: limits.connectWaitMs,
      encode: (writer) => encodeApiVersionsRequest(writer, version, request),
      decode: (reader) => decodeVersions(reader, version),
    };
    return this.#send(call, version);
  }

  /** Sends one request. Rejects with CW-3003, CW-3004, CW-3005, or CW-3006 where versions do not meet. */
  async call<T>(call: Call<T>): Promise<T> {
    const version = this.#versionOf(call.api);
    if (this.#login.holds) return this.#login.hold(() => this.#send(call, version));
    return this.#send(call, version);
  }

  #versionOf(api: ApiName): number {
    return chooseVersion(this.#versions, api, this.where);
  }

  #send<T>(call: Call<T>, version: number): Promise<T> {
    if (this.#end !== undefined) return Promise.reject(this.#end);
    const correlationId = this.#takeCorrelationId();
    const { key: apiKey } = apis[call.api];
    const writer = new WireWriter(4);
    encodeRequestHeader(writer, { apiKey, version, correlationId, clientId: this.#parts.clientId });
    call.encode(writer, version);
    writer.patchInt32(0, writer.position - 4);
    const answered = this.#await(call, version, correlationId);
    (this.#gate as WriteGate).corked().write(writer.bytes);
    return answered;
  }

  /** As `call`, with batches written from where they are. */
  produce(request: ProduceRequest): Promise<ProduceResponse> {
    if (this.#login.holds) return this.#login.hold(() => this.#produce(request));
    return this.#produce(request);
  }

  async #produce(request: ProduceRequest): Promise<ProduceResponse> {
    if (this.#end !== undefined) throw this.#end;
    // Kafka names topics by id from version 13 on; without ids an older version takes names.
    const named = request.topics.some(({ topicId }) => topicId === '' || topicId === noTopicId);
    const max = named ? produceByIdFrom - 1 : undefined;
    const version = chooseVersion(this.#versions, 'produce', this.where, max);
    const correlationId = this.#takeCorrelationId();
    const head = { apiKey: apis.produce.key, version, correlationId, clientId: this.#clientIdBytes };
    const { pieces, gathered } = layOutProduce(head, request, (bytes) => this.#buffers.take(bytes));
    const written = () => this.#buffers.giveBack(gathered);
    // A broker does not answer acks=0.
    if (request.acks === 0) {
      this.#write(pieces, written);
      return { throttleMs: 0, partitions: [] };
    }
    const waitMs = request.timeoutMs + this.#parts.limits.answerMarginMs;
    const answered = this.#await(
      { api: 'produce', waitMs, decode: decodeProduceResponse },
      version,
      correlationId,
    );
    this.#write(pieces, written);
    return answered;
  }

  #takeCorrelationId(): number {
    const taken = this.#nextCorrelationId;
    this.#nextCorrelationId = taken === correlationIdMax ? 1 : taken + 1;
    return taken;
  }

  #await<T>(
    call: Pick<Call<T>, 'api' | 'waitMs' | 'decode' | 'pooled'>,
    version: number,
    correlationId: number,
  ): Promise<T> {
    return new Promise((resolve, reject) => {
      const { key: apiKey, name } = apis[call.api];
      const { waitMs, pooled = false } = call;
      this.#pipeline.push({
        correlationId,
        apiKey,
        name,
        waitMs,
        deadlineMs: this.#parts.clock.monotonicMs() + waitMs,
        pooled,
        complete: (reader, lease) => {
          const answer = call.decode(reader, version, lease);
          reader.finish();
          resolve(answer);
        },
        reject,
      });
    });
  }

  #write(pieces: readonly Buffer[], written: () => void): void {
    const socket = (this.#gate as WriteGate).corked();
    const last = pieces.length - 1;
    for (let at = 0; at < last; at += 1) socket.write(pieces[at] as Buffer);
    socket.write(pieces[last] as Buffer, written);
  }

  readonly #received = (count: number, into: Uint8Array): boolean => {
    if (this.#end !== undefined) return false;
    this.#pipeline.progressed();
    try {
      if (this.#reader.received(count, into as Buffer)) return !this.#rests();
      this.#pipeline.paused();
    } catch (error) {
      this.#refuse(error);
    }
    return false;
  };

  #rests(): boolean {
    return this.#rest.begin(this.#pipeline.size, this.#pipeline.answered);
  }

  #resumed(): void {
    this.#pipeline.resumed();
    try {
      this.#reader.takeRest();
    } catch (error) {
      return this.#refuse(error);
    }
    if (this.#reader.waiting) this.#pipeline.paused();
    else this.#socket?.resume();
  }

  /** The stream cannot be understood any more. */
  #refuse(error: unknown): void {
    if (!(error instanceof CausewayError)) {
      this.destroy('a defect in reading an answer', error);
      throw error;
    }
    const text = `${this.where}: ${error.message}${this.#underWay()}`;
    const code = isRefusal(error) ? error.code : 'CW-3005';
    this.#close(new CausewayError(code, text, { ...error.details, brokerId: this.#parts.brokerId }, error));
  }

  #expect(correlationId: number): PendingRequest {
    const first = this.#pipeline.first;
    if (first === undefined) throw new CausewayError('CW-3005', 'an answer without a request');
    if (first.correlationId !== correlationId) {
      const text = `an answer to request ${correlationId} where ${first.name} ${first.correlationId} is due`;
      throw new CausewayError('CW-3005', text);
    }
    return first;
  }

  #answered(bytes: Buffer, lease: PooledFrame | undefined): void {
    const request = this.#pipeline.first as PendingRequest;
    const reader = new WireReader(bytes, 4);
    try {
      decodeResponseHeaderRest(reader, request.apiKey);
      request.complete(reader, lease);
    } catch (error) {
      lease?.release();
      throw error;
    }
    this.#pipeline.shift();
    if (reader.throttleMs > 0) this.#throttled(reader.throttleMs);
    if (this.#idleReason !== undefined && this.#pipeline.size === 0) this.destroy(this.#idleReason);
  }

  #throttled(wantedMs: number): void {
    const forMs = Math.min(wantedMs, this.#parts.limits.throttleMsMax);
    this.#quietMs = forMs;
    this.#pipeline.throttled(forMs);
    this.#gate?.hold(forMs);
  }

  #expired(request: PendingRequest): void {
    const late = `no answer to ${request.name} within ${request.waitMs} ms`;
    const quiet = this.#quietMs > 0 ? `, after ${this.#quietMs} ms of quiet that it had asked for` : '';
    const text = `${this.where}: ${late}${quiet}${this.#underWay()}`;
    this.#close(
      new CausewayError('CW-3004', text, { brokerId: this.#parts.brokerId, waitMs: request.waitMs }),
    );
  }
}

const refusals: readonly string[] = ['CW-3011', 'CW-3012', 'CW-3013', 'CW-3014'];

/** What stands between us and the broker is security: another address would not help. */
export const isRefusal = ({ code }: CausewayError): boolean => refusals.includes(code);

const isEncrypted = (socket: Socket): boolean => 'encrypted' in socket && socket.encrypted === true;

function decodeVersions(reader: WireReader, version: number): ApiVersionsResponse {
  // An older broker answers in version 0 whatever it was asked in (KIP-511).
  const errorCode = reader.int16();
  reader.position -= 2;
  const unsupported = errorCode === kafkaError.UNSUPPORTED_VERSION;
  return decodeApiVersionsResponse(reader, unsupported ? 0 : version);
}
