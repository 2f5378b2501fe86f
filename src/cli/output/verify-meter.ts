// Progress of a comparison on standard error: one line redrawn on a terminal, a line now and then elsewhere.
import type { Terminal } from '../terminal.ts';
import type { Screen } from './screen.ts';
import { formatBytes, formatRate } from './values.ts';

const redrawMs = 200;
const lineMs = 10_000;

export class VerifyMeter {
  readonly #screen: Screen;
  readonly #terminal: Terminal;
  readonly #what: string;
  readonly #partitions: number;
  readonly #startedAtMs: number;
  readonly #inPlace: boolean;
  #done = 0;
  #bytes = 0;
  #shownAtMs: number;

  constructor(screen: Screen, terminal: Terminal, what: string, partitions: number) {
    this.#screen = screen;
    this.#terminal = terminal;
    this.#what = what;
    this.#partitions = partitions;
    this.#startedAtMs = terminal.clock.monotonicMs();
    this.#shownAtMs = this.#startedAtMs;
    this.#inPlace = terminal.stderr.isTTY === true;
  }

  /** Both sides are read at the same pace; one of them is counted. */
  advance(bytes: number): void {
    this.#bytes += bytes;
    this.#show();
  }

  partitionDone(): void {
    this.#done += 1;
    this.#show();
  }

  end(): void {
    if (this.#inPlace) this.#screen.progress('');
  }

  #show(): void {
    const nowMs = this.#terminal.clock.monotonicMs();
    if (nowMs - this.#shownAtMs < (this.#inPlace ? redrawMs : lineMs)) return;
    this.#shownAtMs = nowMs;
    const seconds = (nowMs - this.#startedAtMs) / 1000;
    const rate = formatRate(this.#bytes / seconds);
    const partitions = `${this.#done}/${this.#partitions} partitions`;
    const text = `${this.#what}: ${partitions}, ${formatBytes(this.#bytes)}, ${rate}`;
    if (this.#inPlace) this.#screen.progress(text);
    else this.#screen.note(text);
  }
}
