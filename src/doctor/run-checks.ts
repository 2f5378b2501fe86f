// Runs checks side by side as far as their needs allow. What needs a check that failed is not run and says
// because of what, so that one cause is told once.
import type { Clock } from '../base/clock.ts';
import { CausewayError, describeError, invariant } from '../base/errors.ts';
import type { Check } from './check.ts';
import { type Finding, type Said, saidOf } from './finding.ts';

export interface RunLimits {
  readonly clock: Clock;
  /** A check that has not ended by then has failed. It is left to end alone. */
  readonly waitMs: number;
}

/**
 * What a check may wait for one answer: shorter than its deadline, since whoever waits for a certain thing
 * can say what has not come.
 */
export const answerWaitMs = (waitMs: number): number => Math.round(waitMs * 0.9);

interface Outcome {
  readonly findings: readonly Finding[];
  /** What others are not run because of; undefined where the check has passed. */
  readonly blocker: string | undefined;
}

/** Findings in the order of the checks. Never rejects with an operating error. */
export async function runChecks(checks: readonly Check[], limits: RunLimits): Promise<readonly Finding[]> {
  const outcomes = new Map<string, Promise<Outcome>>();
  for (const check of checks) {
    const needed = check.needs.map((name) => {
      const outcome = outcomes.get(name);
      invariant(outcome !== undefined, `${check.name} needs ${name}, which is not before it`);
      return outcome;
    });
    outcomes.set(check.name, runAfter(check, needed, limits));
  }
  const ended = await Promise.all(outcomes.values());
  return ended.flatMap(({ findings }) => findings);
}

/** Findings for checks that do not come to their turn; `because` completes "not run: …". */
export function notRun(checks: readonly Pick<Check, 'name' | 'where'>[], because: string): Finding[] {
  return checks.map(({ name, where }) => ({ check: name, where, state: 'not-run', what: because }));
}

/** The check that failed first, as others name it; undefined where all have passed. */
export function firstFailure(findings: readonly Finding[]): string | undefined {
  return findings.find(({ state }) => state === 'problem')?.check;
}

async function runAfter(
  check: Check,
  needed: readonly Promise<Outcome>[],
  limits: RunLimits,
): Promise<Outcome> {
  for (const { blocker } of await Promise.all(needed)) {
    if (blocker !== undefined) return { findings: notRun([check], `${blocker} failed`), blocker };
  }
  const said = await runOne(check, limits);
  const findings = said.map((each) => ({ check: check.name, where: check.where, ...each }));
  const isBroken = said.some(({ state }) => state === 'problem');
  return { findings, blocker: isBroken ? check.name : undefined };
}

function runOne(check: Check, { clock, waitMs }: RunLimits): Promise<readonly Said[]> {
  return new Promise((resolve, reject) => {
    const late = `no answer within ${waitMs / 1000} s`;
    const timer = clock.schedule(waitMs, () => resolve([{ state: check.failsAs, what: late }]));
    check.run().then(
      (said) => {
        timer.cancel();
        resolve(said);
      },
      (thrown: unknown) => {
        timer.cancel();
        if (thrown instanceof CausewayError) resolve([saidOf(thrown, check.failsAs)]);
        else
          reject(
            new Error(`the check ${check.name} of ${check.where}: ${describeError(thrown)}`, {
              cause: thrown,
            }),
          );
      },
    );
  });
}
