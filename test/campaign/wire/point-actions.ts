// Acts at the points that this process was told of: one request after the other, at a stage of each.
import { connect, type Socket } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { CausewayError } from '../../../src/base/errors.ts';
import type { Connection } from '../../../src/kafka/client/connection.ts';
import { captured, flushed, type SentBytes, writeTo } from './sent-bytes.ts';
import { pointName, type RequestKind, type WireEvent, type WireOrder } from './wire-orders.ts';

interface Standing {
  readonly order: WireOrder;
  left: number;
}

const repeatAnswerMsMax = 5_000;

export class PointActions {
  readonly #write: (event: WireEvent) => void;
  #standing: Standing[] = [];

  constructor(write: (event: WireEvent) => void) {
    this.#write = write;
  }

  take(order: WireOrder): void {
    this.#standing.push({ order, left: order.times });
  }

  forget(): void {
    this.#standing = [];
  }

  /** `send` writes the request before it returns, and is answered later. */
  perform<T>(kind: RequestKind, connection: Connection, send: () => Promise<T>): Promise<T> {
    const standing = this.#standing.find(({ order }) => order.kind === kind);
    if (standing === undefined) return send();
    standing.left -= 1;
    if (standing.left <= 0) this.#standing = this.#standing.filter((each) => each !== standing);
    const { order } = standing;
    switch (order.stage) {
      case 'before':
        return this.#before(order, send);
      case 'half sent':
        return this.#half(order, send);
      case 'sent':
        return this.#sent(order, send);
      case 'answered':
        return this.#answered(order, connection, send);
    }
  }

  /** Written down before it happens: there may be no later. */
  #hit({ id, kind, stage, action }: WireOrder): void {
    this.#write({ is: 'hit', id, point: pointName(kind, stage), action });
  }

  #before<T>(order: WireOrder, send: () => Promise<T>): Promise<T> {
    this.#hit(order);
    if (order.action === 'hold') return holdBack(order.waitMs, send);
    endOrStop(order);
    return send();
  }

  #half<T>(order: WireOrder, send: () => Promise<T>): Promise<T> {
    const [answered, sent] = captured('never', send);
    if (sent === undefined) return answered;
    const half = sent.bytes.subarray(0, Math.ceil(sent.bytes.length / 2));
    writeTo(sent.socket, half, () => {
      this.#hit(order);
      if (order.action === 'cut') sent.socket.resetAndDestroy();
      else endOrStop(order);
      // Where it stood still: the rest leaves once it goes on.
      if (!sent.socket.destroyed) writeTo(sent.socket, sent.bytes.subarray(half.length), () => undefined);
    });
    return answered;
  }

  #sent<T>(order: WireOrder, send: () => Promise<T>): Promise<T> {
    const [answered, sent] = captured('leave', send);
    if (sent === undefined) return answered;
    const act = async () => {
      await flushed(sent.socket);
      this.#hit(order);
      if (order.action === 'repeat') await repeat(sent, order.waitMs);
      else if (order.action === 'cut') sent.socket.resetAndDestroy();
      else endOrStop(order);
    };
    act().catch((error: unknown) => process.emitWarning(String(error)));
    return answered;
  }

  /** The answer has come, and nobody in this process knows it. */
  async #answered<T>(order: WireOrder, connection: Connection, send: () => Promise<T>): Promise<T> {
    const answer = await send();
    this.#hit(order);
    endOrStop(order);
    if (order.action !== 'cut') return answer;
    (answer as { lease?: { release(): void } }).lease?.release();
    connection.destroy('the answer was lost');
    throw new CausewayError('CW-3003', `${connection.where}: connection lost: the answer was lost`);
  }
}

function endOrStop({ action }: WireOrder): void {
  if (action === 'kill') process.kill(process.pid, 'SIGKILL');
  if (action === 'stand still') process.kill(process.pid, 'SIGSTOP');
}

/** What is behind it on the connection waits, too. */
function holdBack<T>(waitMs: number, send: () => Promise<T>): Promise<T> {
  const [answered, sent] = captured('wait', send);
  setTimeout(() => sent?.socket.uncork(), waitMs).unref();
  return answered;
}

/** As a request does that was stuck somewhere while its connection was given up. */
async function repeat({ socket, bytes }: SentBytes, waitMs: number): Promise<void> {
  const { remoteAddress: host, remotePort: port } = socket;
  if (host === undefined || port === undefined) return;
  await sleep(waitMs, undefined, { ref: false });
  await new Promise<void>((resolve) => {
    const again: Socket = connect({ host, port }, () => again.write(bytes));
    again.setTimeout(repeatAnswerMsMax, () => again.destroy());
    again.once('data', () => again.destroy());
    again.once('error', () => again.destroy());
    again.once('close', () => resolve());
    again.unref();
  });
}
