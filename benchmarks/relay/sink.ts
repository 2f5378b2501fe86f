// Takes the relay's bytes and forgets them; tells its parent how many have come. Usage: sink.ts RELAY_PORT
import { connect } from 'node:net';

const reportMs = 20;
const bufferBytes = 1024 * 1024;
let bytes = 0;

const report = setInterval(() => process.send?.({ bytes }), reportMs);
const onread = {
  buffer: Buffer.allocUnsafeSlow(bufferBytes),
  callback: (count: number) => {
    bytes += count;
    return true;
  },
};
connect({ host: '127.0.0.1', port: Number(process.argv[2]), noDelay: true, onread }).on('close', () => {
  clearInterval(report);
  process.send?.({ bytes });
});
