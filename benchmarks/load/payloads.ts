// Record payloads with the compressibility of real events: text with repeated field names around values that
// do not repeat. lz4 makes about 0.64 of a batch of them.
import { writeFileSync } from 'node:fs';

const alphabet = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_';
const fields = ['"orderId":"', '","customer":"', '","session":"', '","amount":"', '","path":"/v1/items/'];
/** Share of each record that is random. The rest repeats from record to record. */
const randomShare = 0.58;

/** Deterministic random numbers (mulberry32): every contender and every run sees the same data. */
export function numbersFrom(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}

/** One line of exactly `bytes` characters, without line breaks. */
export function payload(bytes: number, random: () => number): string {
  const fieldBytes = Math.ceil(randomShare * 24);
  let text = '{"v":1,';
  for (let index = 0; text.length < bytes; index += 1) {
    text += fields[index % fields.length];
    for (let left = fieldBytes; left > 0; left -= 1) text += alphabet[Math.floor(random() * 64)];
  }
  return text.slice(0, bytes);
}

/** 16 MB of them, the same in every run. */
export function payloads(recordBytes: number): string[] {
  const random = numbersFrom(recordBytes);
  const count = Math.ceil(16_000_000 / recordBytes);
  return Array.from({ length: count }, () => payload(recordBytes, random));
}

/** Writes the file from which the Java producer picks each record at random. */
export function writePayloads(path: string, recordBytes: number): void {
  writeFileSync(path, payloads(recordBytes).join('\n'));
}
