// A worker's process from outside: what it is told, what it last said, and the steps at which it stands
// still.
import { spawn } from 'node:child_process';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { HittableProcess } from '../../fixtures/hittable-process.ts';
import type { LinkPlan } from '../../fixtures/link-plan.ts';
import { waitUntil } from '../../fixtures/wait-until.ts';
import type { WorkerLine, WorkerOrder, WorkerState } from './step-worker-main.ts';
import type { StopOrder } from './steps.ts';

const program = fileURLToPath(new URL('./step-worker-main.ts', import.meta.url));

export class StepWorker extends HittableProcess {
  #complaints = '';
  #isResting = true;
  /** What it said last of its partition; undefined while it has none. */
  state: WorkerState | undefined;
  /** Index of the stop order at which it last stood still. */
  stoppedAt: number | undefined;

  constructor() {
    const args = ['--disable-warning=ExperimentalWarning', program];
    const child = spawn(process.execPath, args, { stdio: ['ignore', 'pipe', 'pipe', 'ipc'] });
    super(child);
    this.ended.catch((error: unknown) => {
      this.#complaints += String(error);
    });
    createInterface({ input: child.stdout as NodeJS.ReadableStream }).on('line', (line) => this.#take(line));
    child.stderr?.setEncoding('utf8').on('data', (text: string) => {
      this.#complaints += text;
    });
  }

  /** Throws where the process has ended by itself. */
  mustLive(): void {
    if (!this.alive) throw new Error(`a worker's process has ended: ${this.#complaints}`);
  }

  mirror(plan: LinkPlan, stops: readonly StopOrder[] = []): void {
    this.#isResting = false;
    this.state = undefined;
    this.stoppedAt = undefined;
    this.#tell({ kind: 'mirror', plan, stops });
  }

  /** Gives its partition back, in order. */
  async rest(): Promise<void> {
    if (this.#isResting) return;
    this.#tell({ kind: 'rest' });
    await waitUntil('a worker to rest', () => {
      this.mustLive();
      // On its way it may come to a step that it was told to stop at.
      if (this.frozen) this.thaw();
      return this.#isResting;
    });
    this.state = undefined;
  }

  /** Goes on from where it stands still; what it said before is of no use any more. */
  goOn(): void {
    this.state = undefined;
    this.thaw();
  }

  #tell(order: WorkerOrder): void {
    this.child.send(order);
  }

  #take(text: string): void {
    const line = JSON.parse(text) as WorkerLine;
    if (line.kind === 'state') this.state = line;
    else if (line.kind === 'resting') this.#isResting = true;
    else {
      this.stoppedAt = line.index;
      this.frozen = true;
    }
  }
}
