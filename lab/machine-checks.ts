// Looks whether this machine can carry the lab, before anything starts: memory and disk.
import { readFileSync } from 'node:fs';
import { statfs } from 'node:fs/promises';
import { freemem, tmpdir } from 'node:os';
import { CausewayError } from '../src/base/errors.ts';

const bytesPerMb = 1024 * 1024;
/** Of a broker beside its heap: classes, threads, buffers. */
const brokerOverheadMb = 150;
const diskMbMin = 1_024;

/** Throws CW-5005 or CW-5006. */
export async function checkMachine(brokers: number, heapMb: number): Promise<void> {
  const neededMb = brokers * (heapMb + brokerOverheadMb);
  const freeMb = Math.floor(availableMemoryBytes() / bytesPerMb);
  if (freeMb < neededMb) {
    throw new CausewayError(
      'CW-5005',
      `${brokers} brokers need about ${neededMb} MB of memory, and ${freeMb} MB are free`,
      { neededMb, freeMb },
    );
  }
  const disk = await statfs(tmpdir());
  const diskMb = Math.floor((disk.bavail * disk.bsize) / bytesPerMb);
  if (diskMb < diskMbMin) {
    throw new CausewayError(
      'CW-5006',
      `the brokers’ data goes to ${tmpdir()}, and ${diskMb} MB are free there; ${diskMbMin} MB are needed`,
      { diskMb },
    );
  }
}

// Linux counts its file cache as used; `MemAvailable` is what programs can really get.
function availableMemoryBytes(): number {
  if (process.platform !== 'linux') return freemem();
  const match = /^MemAvailable:\s+(\d+) kB/m.exec(readFileSync('/proc/meminfo', 'utf8'));
  return match ? Number(match[1]) * 1024 : freemem();
}
