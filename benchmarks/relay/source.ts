// Sends as many bytes as it is told to whoever connects, as fast as they are taken or at a steady rate.
// Usage: source.ts BYTES [BYTES_PER_SECOND]
import { randomFillSync } from 'node:crypto';
import { type AddressInfo, createServer, type Socket } from 'node:net';

const pieceBytes = 1024 * 1024;
/** More than any processor's cache holds: a broker's bytes come from memory, too. */
const memoryBytes = 256 * pieceBytes;
const bytesAll = Number(process.argv[2]);
/** 0: as fast as possible. */
const rateBytesPerSecond = Number(process.argv[3] ?? 0);
const tickMs = 2;
const memory = Buffer.allocUnsafeSlow(memoryBytes);
for (let at = 0; at < memoryBytes; at += pieceBytes) randomFillSync(memory, at, pieceBytes);

function send(socket: Socket): void {
  const startMs = performance.now();
  let sent = 0;
  const due = () =>
    rateBytesPerSecond === 0
      ? bytesAll
      : Math.min(bytesAll, ((performance.now() - startMs) / 1000) * rateBytesPerSecond);
  const more = () => {
    while (sent < bytesAll && due() >= Math.min(bytesAll, sent + pieceBytes)) {
      const at = sent % memoryBytes;
      const count = Math.min(bytesAll - sent, pieceBytes);
      sent += count;
      if (!socket.write(memory.subarray(at, at + count))) return;
    }
    if (sent >= bytesAll) {
      clearInterval(ticker);
      socket.end();
    }
  };
  const ticker = setInterval(() => {
    if (!socket.writableNeedDrain) more();
  }, tickMs);
  socket.on('close', () => clearInterval(ticker));
  socket.on('drain', more);
  more();
}

const server = createServer({ noDelay: true, highWaterMark: 2 * pieceBytes }, send);
server.listen(0, '127.0.0.1', () => process.send?.({ port: (server.address() as AddressInfo).port }));
