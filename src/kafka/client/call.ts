// One request to a broker and its answer, as a connection carries them.
import type { ApiName } from '../wire/api.ts';
import type { WireReader } from '../wire/reader.ts';
import type { WireWriter } from '../wire/writer.ts';
import type { PooledFrame } from './buffer-pool.ts';

/** One call: how its request is written and its answer read. */
export interface Call<T> {
  readonly api: ApiName;
  readonly waitMs: number;
  readonly encode: (writer: WireWriter, version: number) => void;
  readonly decode: (reader: WireReader, version: number, lease: PooledFrame | undefined) => T;
  /** The answer keeps views of its bytes, under a lease. */
  readonly pooled?: boolean;
}
