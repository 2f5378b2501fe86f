// Memory of fetch answers as the model hands it to a client: pooled in spirit, so what is used after its
// release is overwritten and seen by the checkers.
import type { Lease } from '../../src/kafka/wire/messages.ts';

const poison = 0xdd;

export class ModelMemory {
  /** Answers not yet released. */
  held = 0;
  /** Releases beyond what was retained: a defect of the client. */
  releasedTwice = 0;

  /** A lease over `bytes`, held once. */
  lease(bytes: Buffer): Lease {
    let holders = 1;
    this.held += 1;
    return {
      retain: () => {
        holders += 1;
      },
      release: () => {
        holders -= 1;
        if (holders < 0) this.releasedTwice += 1;
        if (holders !== 0) return;
        this.held -= 1;
        bytes.fill(poison);
      },
    };
  }
}
