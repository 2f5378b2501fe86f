// What a worker tells the ledger of its links: nothing while one has no limit and nothing holds it up.
import type { Clock } from '../../base/clock.ts';
import { type LinkHold, linkHolds, type ObservedLink } from '../../ledger/records.ts';
import type { Engine } from './engine.ts';

/** What is told of, as far as an engine knows it. */
export interface SteeredLink {
  readonly turns: Pick<Engine['turns'], 'limitBytesPerSecond' | 'bytesPerSecond'>;
  heldMs(): Readonly<Record<LinkHold, number>>;
}

interface Before {
  readonly heldMs: Readonly<Record<LinkHold, number>>;
  readonly atMs: number;
  readonly since: Map<LinkHold, number>;
}

/** Held for that part of the time since the last report, a link counts as held. */
const heldPart = 0.5;

export class LinkReport {
  readonly #worker: string;
  readonly #region: string;
  readonly #clock: Clock;
  readonly #before = new Map<string, Before>();

  constructor({ worker, region, clock }: { worker: string; region: string; clock: Clock }) {
    this.#worker = worker;
    this.#region = region;
    this.#clock = clock;
  }

  /** By source region. */
  observe(links: ReadonlyMap<string, SteeredLink>): ObservedLink[] {
    const observed = [...links].map(([source, link]) => this.#observe(source, link));
    return observed.filter((each) => each.limitBytesPerSecond !== undefined || each.held.length > 0);
  }

  #observe(source: string, link: SteeredLink): ObservedLink {
    const atMs = this.#clock.monotonicMs();
    const heldMs = link.heldMs();
    const before = this.#before.get(source) ?? { heldMs, atMs, since: new Map<LinkHold, number>() };
    const { since } = before;
    for (const by of linkHolds) {
      const grownMs = heldMs[by] - before.heldMs[by];
      const isHeld = grownMs > 0 && grownMs >= (atMs - before.atMs) * heldPart;
      if (!isHeld) since.delete(by);
      else if (!since.has(by)) since.set(by, this.#clock.wallMs() - grownMs);
    }
    this.#before.set(source, { heldMs, atMs, since });
    const { limitBytesPerSecond, bytesPerSecond } = link.turns;
    return {
      kind: 'link',
      source,
      target: this.#region,
      worker: this.#worker,
      limitBytesPerSecond,
      bytesPerSecond,
      held: [...since].map(([by, sinceMs]) => ({ by, sinceMs })),
      observedAtMs: this.#clock.wallMs(),
    };
  }
}
