// A disk of its own for one broker, that can be full, slow or read-only: a file with a file system in it,
// mounted where the broker keeps its data. Only root may do so, and only on Linux.
import { execFileSync } from 'node:child_process';
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statfsSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';

const diskMb = 400;
const pieceBytes = 4 * 1024 * 1024;
const prefix = 'causeway-campaign-';

const run = (program: string, ...args: readonly string[]) => execFileSync(program, args, { stdio: 'pipe' });

export class BrokerDisk implements Disposable {
  /** Where the brokers of the region keep their data; the disk is a folder of it. */
  readonly folder: string;
  readonly #image: string;
  readonly #mounted: string;
  /** Why there is no disk to break. */
  readonly impossible: string | undefined;

  /** `name`: of the broker's folder. */
  constructor(name: string) {
    clearLeftovers();
    this.folder = mkdtempSync(path.join(tmpdir(), `${prefix}${process.pid}-`));
    this.#image = path.join(this.folder, 'disk.img');
    this.#mounted = path.join(this.folder, name);
    this.impossible = this.#make();
  }

  #make(): string | undefined {
    try {
      mkdirSync(this.#mounted);
      run('truncate', '-s', `${diskMb}M`, this.#image);
      run('mkfs.ext4', '-q', '-F', '-m', '0', this.#image);
      this.#mount();
      // Kafka takes every folder there for a partition's.
      rmSync(path.join(this.#mounted, 'lost+found'), { recursive: true, force: true });
      return undefined;
    } catch (error) {
      rmSync(this.#mounted, { recursive: true, force: true });
      return `a disk cannot be mounted here: ${String((error as Error).message)
        .trim()
        .split('\n')
        .at(-1)}`;
    }
  }

  #mount(): void {
    run('mount', '-o', 'loop,errors=continue', this.#image, this.#mounted);
  }

  get #ballast(): string {
    return path.join(this.#mounted, 'ballast');
  }

  /** Takes all room that is left. */
  fill(): void {
    const { bavail, bsize } = statfsSync(this.#mounted);
    const most = Math.max(0, bavail * bsize - pieceBytes * 2);
    if (most > 0) run('fallocate', '-l', String(most), this.#ballast);
    // The rest piece by piece: some of it is taken by others meanwhile.
    for (let bytes = pieceBytes; bytes >= 4_096; bytes /= 2) this.#takePieces(bytes);
  }

  #takePieces(bytes: number): void {
    for (let count = 0; ; count += 1) {
      const file = `${this.#ballast}-${bytes}-${count}`;
      try {
        writeFileSync(file, Buffer.alloc(bytes));
      } catch (error) {
        if ((error as NodeJS.ErrnoException).code === 'ENOSPC') return;
        throw error;
      }
    }
  }

  get isFull(): boolean {
    const { bavail, bsize } = statfsSync(this.#mounted);
    return bavail * bsize < pieceBytes;
  }

  makeRoom(): void {
    for (const name of readdirSync(this.#mounted).filter((each) => each.startsWith('ballast'))) {
      rmSync(path.join(this.#mounted, name));
    }
  }

  /** As a file system does that has found an error in itself. */
  makeReadOnly(): void {
    run('mount', '-o', 'remount,abort', this.#mounted);
  }

  /** With nobody that has files open there. */
  repair(): void {
    run('umount', this.#mounted);
    try {
      run('e2fsck', '-y', this.#image);
    } catch (error) {
      // 1: it has mended something.
      if ((error as { status?: number }).status !== 1) throw error;
    }
    this.#mount();
    rmSync(path.join(this.#mounted, 'lost+found'), { recursive: true, force: true });
  }

  /** Nobody's writes end until it is let go. */
  hold(): void {
    run('fsfreeze', '-f', this.#mounted);
  }

  letGo(): void {
    run('fsfreeze', '-u', this.#mounted);
  }

  [Symbol.dispose](): void {
    release(this.folder);
  }
}

/** Of runs that were killed. */
function clearLeftovers(): void {
  for (const name of readdirSync(tmpdir()).filter((each) => each.startsWith(prefix))) {
    const pid = name.slice(prefix.length).split('-')[0] ?? '';
    if (!existsSync(`/proc/${pid}`)) release(path.join(tmpdir(), name));
  }
}

function release(folder: string): void {
  const mounted = readFileSync('/proc/mounts', 'latin1')
    .split('\n')
    .map((line) => line.split(' ')[1] ?? '')
    .filter((place) => path.dirname(place) === folder);
  for (const place of mounted) run('umount', '-l', place);
  rmSync(folder, { recursive: true, force: true });
}
