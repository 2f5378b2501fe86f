// Packs and unpacks the records of a batch with the codec that its attributes name. What is unpacked is
// bounded before it is allocated.
import { gunzipSync, gzipSync, zstdCompressSync, zstdDecompressSync } from 'node:zlib';
import { CausewayError, describeError } from '../../base/errors.ts';
import { packLz4, unpackLz4 } from '../codec/lz4.ts';
import { packSnappy, unpackSnappy } from '../codec/snappy.ts';
import { PackTooLarge } from '../codec/unpack-error.ts';
import type { Codec } from './header.ts';

/** A batch unpacks to no more than this, unless the caller says otherwise. */
export const unpackedBytesMaxDefault = 64 * 1024 * 1024;

/** The same bytes give the same pack, as long as the version of Node.js is the same. */
export function pack(codec: Codec, body: Buffer): Buffer {
  switch (codec) {
    case 'none':
      return body;
    case 'gzip':
      return gzipSync(body);
    case 'snappy':
      return packSnappy(body);
    case 'lz4':
      return packLz4(body);
    case 'zstd':
      return zstdCompressSync(body);
  }
}

/**
 * The records of the batch at `baseOffset`; `packed` itself where nothing is packed. Throws CW-3005 where
 * the bytes are broken, CW-3007 where the codec is unknown (undefined), CW-3018 beyond `bytesMax`.
 */
export function unpack(
  codec: Codec | undefined,
  packed: Buffer,
  bytesMax: number,
  baseOffset: bigint,
): Buffer {
  if (codec === undefined) {
    throw new CausewayError('CW-3007', `the batch at offset ${baseOffset} is packed with an unknown codec`);
  }
  try {
    return unpackWith(codec, packed, bytesMax);
  } catch (error) {
    if (isTooLarge(error)) {
      const text = `the batch at offset ${baseOffset} unpacks, with ${codec}, to more than ${bytesMax} bytes`;
      throw new CausewayError('CW-3018', text, { offset: baseOffset, bytesMax }, error);
    }
    const text = `${codec} data of the batch at offset ${baseOffset}: ${describeError(error)}`;
    throw new CausewayError('CW-3005', text, {}, error);
  }
}

function unpackWith(codec: Codec, packed: Buffer, maxOutputLength: number): Buffer {
  switch (codec) {
    case 'none':
      return packed;
    case 'gzip':
      return gunzipSync(packed, { maxOutputLength });
    case 'snappy':
      return unpackSnappy(packed, maxOutputLength);
    case 'lz4':
      return unpackLz4(packed, maxOutputLength);
    case 'zstd':
      return zstdDecompressSync(packed, { maxOutputLength });
  }
}

const isTooLarge = (error: unknown): boolean =>
  error instanceof PackTooLarge || (error as { code?: unknown }).code === 'ERR_BUFFER_TOO_LARGE';
