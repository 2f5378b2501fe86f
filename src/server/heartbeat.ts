// Tells the ledger every few seconds that this process is alive, and once at its end that it stopped.
import { type Clock, restOn } from '../base/clock.ts';
import { describeError } from '../base/errors.ts';
import type { Log } from '../base/log.ts';
import type { ObservedProcess } from '../ledger/records.ts';
import type { LedgerWriter } from '../ledger/writer.ts';

export interface HeartbeatParts {
  readonly name: string;
  readonly region: string;
  readonly roles: readonly string[];
  readonly version: string;
  readonly writer: LedgerWriter;
  readonly clock: Clock;
  readonly log: Log;
}

const beatMs = 5_000;

export class Heartbeat {
  readonly #parts: HeartbeatParts;
  readonly #startedAtMs: number;
  #isTroubled = false;

  constructor(parts: HeartbeatParts) {
    this.#parts = parts;
    this.#startedAtMs = parts.clock.wallMs();
  }

  async run(signal: AbortSignal): Promise<void> {
    const { clock } = this.#parts;
    while (!signal.aborted) {
      await this.#write(undefined);
      await restOn(clock, beatMs, signal);
    }
    await this.#write(clock.wallMs());
  }

  async #write(stoppedAtMs: number | undefined): Promise<void> {
    const { name, region, roles, version, writer, clock, log } = this.#parts;
    const record: ObservedProcess = {
      kind: 'process',
      name,
      region,
      roles,
      version,
      startedAtMs: this.#startedAtMs,
      stoppedAtMs,
      observedAtMs: clock.wallMs(),
    };
    try {
      await writer.write('causeway.observed', [record]);
      if (this.#isTroubled) log.info({}, 'signs of life are written again');
      this.#isTroubled = false;
    } catch (error) {
      // Its age shows that the sign of life is missing; the log says it once.
      if (!this.#isTroubled) log.warn({ error: describeError(error) }, 'no sign of life could be written');
      this.#isTroubled = true;
    }
  }
}
