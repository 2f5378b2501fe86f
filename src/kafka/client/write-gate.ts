// When bytes leave: what one step of the program writes together, and nothing while the broker has asked for
// quiet (KIP-219).
import type { Socket } from 'node:net';
import type { Clock, Timer } from '../../base/clock.ts';

export class WriteGate {
  readonly #socket: Socket;
  readonly #clock: Clock;
  #corked = false;
  #heldUntilMs = 0;
  #timer: Timer | undefined;

  constructor(socket: Socket, clock: Clock) {
    this.#socket = socket;
    this.#clock = clock;
  }

  /** The socket, held back until the step (microtask) that asks for it is over. */
  corked(): Socket {
    if (!this.#corked) {
      this.#corked = true;
      this.#socket.cork();
      queueMicrotask(this.#turnOver);
    }
    return this.#socket;
  }

  readonly #turnOver = (): void => {
    if (this.#timer === undefined) this.#uncork();
  };

  /** Lets nothing out for `forMs`; what is written meanwhile leaves afterwards, in its order. */
  hold(forMs: number): void {
    const untilMs = this.#clock.monotonicMs() + forMs;
    if (untilMs <= this.#heldUntilMs) return;
    this.#heldUntilMs = untilMs;
    this.corked();
    this.#timer?.cancel();
    this.#timer = this.#clock.schedule(forMs, () => {
      this.#timer = undefined;
      this.#uncork();
    });
  }

  close(): void {
    this.#timer?.cancel();
    this.#timer = undefined;
  }

  #uncork(): void {
    this.#corked = false;
    this.#socket.uncork();
  }
}
