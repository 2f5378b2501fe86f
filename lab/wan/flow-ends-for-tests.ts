// The two ends of a flow as a test holds them: it says what arrives at the one, and sees what reaches the
// other.
import { EventEmitter } from 'node:events';
import type { FlowEnd } from './flow.ts';

export class TestEnd extends EventEmitter implements FlowEnd {
  readonly written: Buffer[] = [];
  readonly endings: ('end' | 'reset')[] = [];
  /** What `write` answers: false as a socket does whose buffer is full. */
  takesMore = true;
  #paused = false;

  get text(): string {
    return Buffer.concat(this.written).toString();
  }

  get bytes(): number {
    return this.written.reduce((sum, piece) => sum + piece.length, 0);
  }

  receive(data: string | Buffer): void {
    this.emit('data', Buffer.from(data));
  }

  pause(): void {
    this.#paused = true;
  }

  resume(): void {
    this.#paused = false;
  }

  isPaused(): boolean {
    return this.#paused;
  }

  cork(): void {}

  uncork(): void {}

  write(bytes: Buffer): boolean {
    this.written.push(bytes);
    return this.takesMore;
  }

  end(): void {
    this.endings.push('end');
  }

  resetAndDestroy(): void {
    this.endings.push('reset');
  }
}
