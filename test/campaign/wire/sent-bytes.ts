// The bytes of one request on their way out: seen as they are handed to the socket, and kept back where
// asked.
import { Socket } from 'node:net';

type Write = (this: Socket, ...args: unknown[]) => boolean;

/** What becomes of the bytes: they leave, wait in the socket until that is uncorked, or never leave. */
export type Passing = 'leave' | 'wait' | 'never';

interface Capture {
  readonly passing: Passing;
  readonly pieces: Buffer[];
  socket: Socket | undefined;
}

const prototype = Socket.prototype as unknown as { write: Write };
const write = prototype.write;
let capture: Capture | undefined;

prototype.write = function (this: Socket, ...args) {
  const bytes = args[0];
  if (capture === undefined || !(bytes instanceof Uint8Array)) return write.apply(this, args);
  if (capture.socket === undefined && capture.passing === 'wait') this.cork();
  capture.socket = this;
  // A copy: the client uses its buffers again.
  capture.pieces.push(Buffer.from(bytes));
  if (capture.passing !== 'never') return write.apply(this, args);
  const written = args.find((each) => typeof each === 'function') as (() => void) | undefined;
  if (written !== undefined) queueMicrotask(written);
  return true;
};

export interface SentBytes {
  readonly socket: Socket;
  readonly bytes: Buffer;
}

/**
 * Calls `send`, which writes one request before it returns. undefined: it wrote nothing yet, as while a
 * login is under way.
 */
export function captured<T>(passing: Passing, send: () => T): readonly [T, SentBytes | undefined] {
  capture = { passing, pieces: [], socket: undefined };
  const own = capture;
  try {
    const result = send();
    const { socket, pieces } = own;
    return [result, socket === undefined ? undefined : { socket, bytes: Buffer.concat(pieces) }];
  } finally {
    capture = undefined;
  }
}

/** Resolves once all that was written has been taken by the system. */
export async function flushed(socket: Socket): Promise<void> {
  while (socket.writableLength > 0 && !socket.destroyed)
    await new Promise((resolve) => setImmediate(resolve));
}

/** Past the capture. */
export const writeTo = (socket: Socket, bytes: Buffer, written: () => void): boolean =>
  write.call(socket, bytes, written);
