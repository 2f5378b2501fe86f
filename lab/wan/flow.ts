// One direction of one connection: bytes wait for their turn on the path, travel for the path's delay, and are
// written to the other side, in order. Reading stops while too much is under way.
import type { Socket } from 'node:net';
import type { Clock, Timer } from '../../src/base/clock.ts';
import type { Path, Traveller } from './path.ts';

/** What comes after the last byte. */
type Ending = 'end' | 'reset';
type Piece = Buffer | Ending;

interface Arrival {
  readonly atMs: number;
  readonly piece: Piece;
}

/** Timers are exact to a millisecond; a piece that is due within half of one goes now. */
const earlyMs = 0.5;

export class Flow implements Traveller {
  readonly #source: Socket;
  readonly #sink: Socket;
  readonly #path: Path;
  readonly #clock: Clock;
  readonly #waiting: Piece[] = [];
  readonly #travelling: Arrival[] = [];
  #bytesHeld = 0;
  #lastArrivalMs = 0;
  #timer: Timer | undefined;
  #sinkFull = false;
  #done = false;

  constructor(source: Socket, sink: Socket, path: Path, clock: Clock) {
    this.#source = source;
    this.#sink = sink;
    this.#path = path;
    this.#clock = clock;
    path.join(this);
    source.on('data', (bytes: Buffer) => this.#take(bytes, bytes.length));
    source.on('end', () => this.#take('end', 0));
    source.on('close', () => this.#take('reset', 0));
    sink.on('drain', () => {
      this.#sinkFull = false;
      this.#deliver();
      this.#readOrWait();
    });
    sink.on('close', () => this.#finish());
  }

  get waiting(): boolean {
    return this.#waiting.length > 0;
  }

  depart(bytesMax: number, arrivalMs: number): number {
    const first = this.#waiting[0];
    if (first === undefined) return 0;
    let piece = first;
    if (typeof first !== 'string' && first.length > bytesMax) {
      piece = first.subarray(0, bytesMax);
      this.#waiting[0] = first.subarray(bytesMax);
    } else {
      this.#waiting.shift();
    }
    this.#lastArrivalMs = Math.max(this.#lastArrivalMs, arrivalMs);
    this.#travelling.push({ atMs: this.#lastArrivalMs, piece });
    this.#deliver();
    return typeof piece === 'string' ? 0 : piece.length;
  }

  settingsChanged(): void {
    if (this.#path.settings.cut === 'reset') {
      this.#source.resetAndDestroy();
      this.#sink.resetAndDestroy();
      return;
    }
    this.#deliver();
    this.#readOrWait();
  }

  #take(piece: Piece, bytes: number): void {
    if (this.#done) return;
    const idle = this.#waiting.length === 0;
    if (idle && this.#travelling.length === 0 && this.#path.plain && !this.#sinkFull) {
      this.#path.bytes += bytes;
      this.#write(piece);
      if (this.#sinkFull) this.#source.pause();
      return;
    }
    this.#bytesHeld += bytes;
    this.#waiting.push(piece);
    if (idle) this.#path.takeTurn(this);
    this.#readOrWait();
  }

  #deliver(): void {
    this.#timer?.cancel();
    this.#timer = undefined;
    if (this.#path.settings.cut !== null) return;
    const nowMs = this.#clock.monotonicMs();
    while (!this.#sinkFull && !this.#done) {
      const first = this.#travelling[0];
      if (first === undefined) return;
      if (first.atMs > nowMs + earlyMs) {
        this.#timer = this.#clock.schedule(Math.ceil(first.atMs - nowMs), () => {
          this.#deliver();
          this.#readOrWait();
        });
        return;
      }
      this.#travelling.shift();
      if (typeof first.piece !== 'string') this.#bytesHeld -= first.piece.length;
      this.#write(first.piece);
    }
  }

  #write(piece: Piece): void {
    if (piece === 'end') this.#sink.end();
    else if (piece === 'reset') this.#sink.destroy();
    else this.#sinkFull = !this.#sink.write(piece);
  }

  #readOrWait(): void {
    if (this.#done) return;
    const full = this.#sinkFull || this.#bytesHeld >= this.#path.windowBytes;
    if (full !== this.#source.isPaused()) {
      if (full) this.#source.pause();
      else this.#source.resume();
    }
  }

  // Nobody takes the bytes any more. The side that still sends them is told by its own direction.
  #finish(): void {
    this.#done = true;
    this.#timer?.cancel();
    this.#path.leave(this);
    this.#waiting.length = 0;
    this.#travelling.length = 0;
    this.#bytesHeld = 0;
    this.#source.resume();
  }
}
