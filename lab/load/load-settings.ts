// What a load generator does where nothing is said, and what it refuses.
import { CausewayError } from '../../src/base/errors.ts';
import type { Codec, LoadOptions } from '../lab-types.ts';

/** All of it said. */
export interface LoadSettings {
  readonly region: string;
  readonly topics: readonly string[];
  readonly recordsPerSecond: number;
  readonly recordBytes: number;
  readonly codec: Codec;
  readonly keys: number;
  readonly headers: number;
  readonly acks: 'all' | '1' | '0';
  readonly lingerMs: number;
}

const recordBytesByDefault = 500;
const recordBytesMax = 8 * 1024 * 1024;
const recordsPerSecondMax = 1_000_000;
const headersMax = 100;
const keysMax = 1_000_000;
const lingerMsMax = 10_000;

/** Throws CW-5014. */
export function completeLoad(options: LoadOptions): LoadSettings {
  const refuse = (message: string): never => {
    throw new CausewayError('CW-5014', `the traffic asked for is not possible: ${message}`);
  };
  const within = (what: string, value: number, min: number, max: number) =>
    value >= min && value <= max ? value : refuse(`${what} is ${value}; ${min} to ${max} is possible`);
  const { recordsPerSecond, bytesPerSecond, topics } = options;
  if (topics.length === 0) refuse('no topic is named');
  const recordBytes = within(
    'the record size',
    options.recordBytes ?? recordBytesByDefault,
    1,
    recordBytesMax,
  );
  if ((recordsPerSecond === undefined) === (bytesPerSecond === undefined)) {
    refuse('give a rate in records or one in bytes');
  }
  const rate = recordsPerSecond ?? (bytesPerSecond as number) / recordBytes;
  return {
    region: options.region,
    topics,
    recordsPerSecond: within('the rate in records per second', rate, 0.001, recordsPerSecondMax),
    recordBytes,
    codec: options.codec ?? 'lz4',
    keys: within('the number of keys', options.keys ?? 1_000, 0, keysMax),
    headers: within('the number of headers', options.headers ?? 0, 0, headersMax),
    acks: options.acks ?? 'all',
    lingerMs: within('the linger time in ms', options.lingerMs ?? 50, 1, lingerMsMax),
  };
}
