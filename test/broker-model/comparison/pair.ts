// Both sides of one lane: each step goes to both, and a difference ends the comparison with all that led to
// it.
import { inspect, isDeepStrictEqual } from 'node:util';
import type { LaneFace } from './cluster-face.ts';
import type { Answer } from './side.ts';
import { type Step, stepText } from './steps.ts';
import type { Totals } from './totals.ts';

const shown = { depth: 6, breakLength: 200, maxArrayLength: null };

export class Mismatch extends Error {
  override readonly name = 'Mismatch';
}

export interface PairParts {
  readonly name: string;
  readonly real: LaneFace;
  readonly model: LaneFace;
  readonly totals: Totals;
  /** Leaves out of an answer what is not modelled of this version. */
  readonly judged: (answer: Answer) => Answer;
}

export class Pair {
  readonly #parts: PairParts;
  #trail: string[] = [];

  constructor(parts: PairParts) {
    this.#parts = parts;
  }

  /** Begins what a mismatch is told with. */
  forget(): void {
    this.#trail = [];
  }
  note(line: string): void {
    this.#trail.push(line);
  }

  /** The answer of both. Throws a Mismatch. */
  async ask(step: Step): Promise<Answer> {
    const { real, model, judged, totals } = this.#parts;
    this.#trail.push(stepText(step));
    const [expected, answered] = await Promise.all([real.ask(step), model.ask(step)]).then(
      (both) => both.map(judged) as [Answer, Answer],
      (error: unknown) => this.fail(`unanswered: ${inspect(error)}`),
    );
    if (!isDeepStrictEqual(answered, expected)) {
      this.fail(differences(inspect(answered, shown), inspect(expected, shown)));
    }
    totals.request(step.kind, errorsIn(answered));
    return answered;
  }

  fail(what: string): never {
    throw new Mismatch(`${this.#parts.name}, after\n${this.#trail.join('\n')}\n${what}`);
  }
}

/** Both texts whole, and first of all where they differ. */
function differences(model: string, broker: string): string {
  const lines = broker.split('\n');
  const own = model.split('\n');
  const differing = own.flatMap((line, at) =>
    line === lines[at] ? [] : [`  model ${line}\n  broker ${lines[at]}`],
  );
  return `model ${model}\nbroker ${broker}\n\n${differing.join('\n')}`;
}

function errorsIn(answer: Answer): Set<string> {
  const found = new Set<string>();
  const look = (value: unknown): void => {
    if (Array.isArray(value)) for (const each of value) look(each);
    else if (value !== null && typeof value === 'object') {
      for (const [key, each] of Object.entries(value)) {
        if (key === 'error' && typeof each === 'string') found.add(each);
        else look(each);
      }
    }
  };
  look(answer);
  found.delete('NONE');
  return found;
}
