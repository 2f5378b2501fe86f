// One direction of one connection: bytes wait for their turn on the path, travel for the path's delay, and
// are written to the other side, in order. Reading stops while too much is under way.
import type { Clock, Timer } from '../../src/base/clock.ts';
import type { Path, Traveller } from './path.ts';

/** What a flow needs of a socket; `net.Socket` has it. */
export interface FlowEnd {
  on(event: 'data', listener: (bytes: Buffer) => void): unknown;
  on(event: 'end' | 'drain', listener: () => void): unknown;
  on(event: 'close', listener: (hadError: boolean) => void): unknown;
  pause(): unknown;
  resume(): unknown;
  isPaused(): boolean;
  cork(): void;
  uncork(): void;
  write(bytes: Buffer): boolean;
  end(): unknown;
  resetAndDestroy(): unknown;
}

/** What comes after the last byte. */
type Ending = 'end' | 'reset';
type Piece = Buffer | Ending;

interface Arrival {
  readonly atMs: number;
  readonly piece: Piece;
}

export interface FlowParts {
  readonly source: FlowEnd;
  readonly sink: FlowEnd;
  readonly path: Path;
  readonly clock: Clock;
  /** True while the broker at the far end is cut off by itself: nothing arrives, and nobody is told. */
  readonly held: () => boolean;
}

/** Timers are exact to a millisecond; a piece that is due within half of one goes now. */
const earlyMs = 0.5;

export class Flow implements Traveller {
  readonly #parts: FlowParts;
  readonly #waiting: Piece[] = [];
  readonly #travelling: Arrival[] = [];
  #bytesHeld = 0;
  #timer: Timer | undefined;
  #sinkFull = false;
  #ended = false;
  #done = false;

  constructor(parts: FlowParts) {
    this.#parts = parts;
    const { source, sink, path } = parts;
    path.join(this);
    source.on('data', (bytes) => this.#take(bytes));
    source.on('end', () => this.#takeEnding('end'));
    source.on('close', (hadError) => {
      // After an orderly end there is nothing more to say.
      if (hadError || !this.#ended) this.#takeEnding('reset');
    });
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
    // A queue: what departed later never overtakes, whatever the jitter, and whatever the settings have
    // become.
    this.#travelling.push({ atMs: arrivalMs, piece });
    if (this.#timer === undefined) this.#deliver();
    return typeof piece === 'string' ? 0 : piece.length;
  }

  settingsChanged(): void {
    const { source, sink, path } = this.#parts;
    if (path.settings.cut === 'reset') {
      source.resetAndDestroy();
      sink.resetAndDestroy();
      return;
    }
    this.#deliver();
    this.#readOrWait();
  }

  get #blocked(): boolean {
    return this.#parts.path.settings.cut !== null || this.#parts.held();
  }

  #takeEnding(ending: Ending): void {
    this.#ended = true;
    this.#take(ending);
  }

  #take(piece: Piece): void {
    if (this.#done) return;
    const { path } = this.#parts;
    const bytes = typeof piece === 'string' ? 0 : piece.length;
    const idle = this.#waiting.length === 0;
    if (idle && this.#travelling.length === 0 && path.plain && !this.#sinkFull && !this.#blocked) {
      path.bytes += bytes;
      this.#write(piece);
    } else {
      this.#hold(bytes);
      this.#waiting.push(piece);
      if (idle) path.takeTurn(this);
    }
    this.#readOrWait();
  }

  #deliver(): void {
    this.#timer?.cancel();
    this.#timer = undefined;
    if (this.#blocked || this.#sinkFull || this.#travelling.length === 0) return;
    const nowMs = this.#parts.clock.monotonicMs();
    this.#parts.sink.cork();
    while (!this.#sinkFull && !this.#done) {
      const first = this.#travelling[0];
      if (first === undefined) break;
      if (first.atMs > nowMs + earlyMs) {
        this.#wakeAt(first.atMs, nowMs);
        break;
      }
      this.#travelling.shift();
      if (typeof first.piece !== 'string') this.#hold(-first.piece.length);
      this.#write(first.piece);
    }
    this.#parts.sink.uncork();
  }

  #wakeAt(atMs: number, nowMs: number): void {
    this.#timer = this.#parts.clock.schedule(Math.ceil(atMs - nowMs), () => {
      this.#deliver();
      this.#readOrWait();
    });
  }

  #write(piece: Piece): void {
    const { sink } = this.#parts;
    if (piece === 'end') sink.end();
    else if (piece === 'reset') sink.resetAndDestroy();
    else this.#sinkFull = !sink.write(piece);
  }

  #hold(bytes: number): void {
    this.#bytesHeld += bytes;
    this.#parts.path.bytesHeld += bytes;
  }

  #readOrWait(): void {
    if (this.#done) return;
    const { source, path } = this.#parts;
    const full = this.#sinkFull || !path.hasRoomFor(this.#bytesHeld);
    if (full === source.isPaused()) return;
    if (full) source.pause();
    else source.resume();
  }

  // Nobody takes the bytes any more. The side that still sends them is told by its own direction.
  #finish(): void {
    if (this.#done) return;
    this.#done = true;
    this.#timer?.cancel();
    this.#parts.path.leave(this);
    this.#waiting.length = 0;
    this.#travelling.length = 0;
    this.#hold(-this.#bytesHeld);
    this.#parts.source.resume();
  }
}
