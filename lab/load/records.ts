// Records that look like an application's: JSON with a number that counts up, the time, and words that
// compress about as well as real ones do.
import type { Random } from '../../src/base/random.ts';
import { pick } from '../../src/base/random.ts';
import type { LoadSettings } from './load-settings.ts';

export interface MadeRecord {
  readonly topic: string;
  readonly key?: Buffer;
  readonly value: Buffer;
  readonly headers?: Map<Buffer, Buffer>;
  readonly timestamp: bigint;
}

const words = (
  'amount basket card checkout customer delivered invoice item late method order page paid pending price ' +
  'refund returned shipped status stock visit'
).split(' ');
/** Different texts that values take turns with: making one costs more than copying it. */
const textCount = 64;
const numberDigits = 12;

export class RecordSource {
  readonly #settings: LoadSettings;
  readonly #random: Random;
  readonly #texts: readonly Buffer[];
  readonly #headers: Map<Buffer, Buffer> | undefined;
  #count = 0;

  constructor(settings: LoadSettings, random: Random) {
    this.#settings = settings;
    this.#random = random;
    this.#texts = Array.from({ length: textCount }, () => textOf(settings.recordBytes, random));
    const names = Array.from({ length: settings.headers }, (_, index) => `header-${index}`);
    this.#headers =
      names.length === 0 ? undefined : new Map(names.map((name) => [Buffer.from(name), Buffer.from('lab')]));
  }

  /** The next records, topics in turns. */
  take(count: number, wallMs: number): MadeRecord[] {
    return Array.from({ length: count }, () => this.#next(wallMs));
  }

  #next(wallMs: number): MadeRecord {
    const { keys, topics } = this.#settings;
    this.#count += 1;
    const topic = topics[this.#count % topics.length] as string;
    return {
      topic,
      value: this.#value(wallMs),
      timestamp: BigInt(Math.trunc(wallMs)),
      ...(keys > 0 && { key: Buffer.from(`customer-${this.#random.int(keys)}`) }),
      ...(this.#headers !== undefined && { headers: this.#headers }),
    };
  }

  #value(wallMs: number): Buffer {
    const value = Buffer.from(pick(this.#random, this.#texts));
    const head = `{"number":${String(this.#count).padStart(numberDigits)},"at":${Math.trunc(wallMs)},`;
    // A value too short for the head stays as it is.
    if (value.length > head.length + 2) value.write(head);
    return value;
  }
}

/** JSON once its first part is replaced; `recordBytes` long in any case. */
function textOf(recordBytes: number, random: Random): Buffer {
  const head = `{"number":${' '.repeat(numberDigits)},"at":${'0'.repeat(13)},"note":"`;
  let text = head;
  while (text.length < recordBytes) text += `${pick(random, words)} ${random.int(100_000)} `;
  return Buffer.from(
    recordBytes > head.length + 2 ? `${text.slice(0, recordBytes - 2)}"}` : text.slice(-recordBytes),
  );
}
