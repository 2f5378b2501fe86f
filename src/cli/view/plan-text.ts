// A plan as a person sees it, and as a program does. Pure.
import type { DesiredTopology } from '../../ledger/records.ts';
import type { TopologyChange } from '../../topology/diff.ts';
import { formatProblems, type Problem } from '../../topology/problem.ts';
import { type Json, toJson } from '../output/listing.ts';
import type { Paint } from '../output/style.ts';
import { formatAmount, formatBytes, formatTime } from '../output/values.ts';
import { wrapText } from '../output/wrap-text.ts';
import { type Known, knownText } from './known.ts';

export interface PlannedAction {
  readonly kind: string;
  readonly set: string;
  /** undefined where it is about the whole set. */
  readonly topic: string | undefined;
  /** What is done, in a short sentence. */
  readonly text: string;
  readonly reason: string;
  /** True where records are copied as its consequence. */
  readonly copies: boolean;
  /** Undefined where the action copies nothing, or nobody knows how much. */
  readonly bytesToCopy: bigint | undefined;
}

/** A topic or set of which nothing is done, with the reason. */
export interface PlanProblem {
  /** `set/topic`, or a set alone. */
  readonly about: string;
  readonly code: string;
  readonly message: string;
}

export interface PlanOfRegion {
  readonly region: string;
  /** Why the region's actions are not known. */
  readonly error: { readonly code: string; readonly message: string } | undefined;
  readonly createsLedger: boolean;
  readonly actions: readonly PlannedAction[];
  /** Topics that are left alone. */
  readonly refusals: readonly PlanProblem[];
  /** Sets that cannot be planned now. */
  readonly unknown: readonly PlanProblem[];
}

export interface Plan {
  readonly path: string;
  readonly warnings: readonly Problem[];
  /** The topology in force; undefined where nothing was applied yet. */
  readonly applied: DesiredTopology | undefined;
  readonly changes: readonly TopologyChange[];
  readonly regions: readonly PlanOfRegion[];
}

/** Lines of one kind beyond this many are counted, not listed; `-o json` has all. */
const linesShownMax = 50;

export function hasChanges(plan: Plan): boolean {
  return (
    plan.changes.length > 0 || plan.regions.some((each) => each.createsLedger || each.actions.length > 0)
  );
}

/** False where a region could not be asked: then there may be more to do. */
export function isComplete(plan: Plan): boolean {
  return plan.regions.every(({ error, unknown }) => error === undefined && unknown.length === 0);
}

/** Bytes that all actions copy: undefined where nothing is copied; its value is, where nobody knows. */
export function bytesToCopy(plan: Plan): Known<bigint> | undefined {
  const copying = plan.regions.flatMap(({ actions }) => actions).filter(({ copies }) => copies);
  if (copying.length === 0) return undefined;
  const known = copying.flatMap(({ bytesToCopy: bytes }) => (bytes === undefined ? [] : [bytes]));
  return {
    value: known.length === 0 ? undefined : known.reduce((sum, bytes) => sum + bytes, 0n),
    complete: known.length === copying.length,
  };
}

export function planText(plan: Plan, paint: Paint): string {
  const lines: string[] = [];
  if (plan.warnings.length > 0) lines.push(paint('yellow', formatProblems(plan.warnings)), '');
  lines.push(...changeLines(plan, paint));
  for (const region of plan.regions) lines.push('', ...regionLines(region, paint));
  lines.push('', ...summaryLines(plan));
  return lines.join('\n');
}

function changeLines(plan: Plan, paint: Paint): string[] {
  const since =
    plan.applied === undefined
      ? 'nothing: none has been applied yet'
      : `what ${plan.applied.actor} applied at ${formatTime(plan.applied.appliedAtMs)}`;
  const head = paint('bold', `${plan.path} against ${since}`);
  if (plan.changes.length === 0) return [head, '  no difference'];
  return [head, ...shortened(plan.changes.map((change) => `  ${changeText(change, paint)}`))];
}

function changeText({ kind, path, before, after }: TopologyChange, paint: Paint): string {
  switch (kind) {
    case 'added':
      return `${paint('green', '+')} ${path}: ${after ?? ''}`;
    case 'removed':
      return `${paint('red', '-')} ${path}: ${before ?? ''}`;
    case 'changed':
      return `${paint('yellow', '~')} ${path}: ${before ?? ''} → ${after ?? ''}`;
  }
}

function regionLines(region: PlanOfRegion, paint: Paint): string[] {
  const head = paint('bold', region.region);
  if (region.error !== undefined) {
    const text = `cannot be planned: ${region.error.code} ${region.error.message}`;
    return [head, ...wrapText(text, 106, '  ').map((line) => paint('red', line))];
  }
  const lines = region.actions.map((action) => `  ${actionText(action)}`);
  if (region.createsLedger) lines.unshift('  create the ledger topics of this region');
  const problems = [
    ...region.unknown.map((each) => `${each.about} cannot be planned now: ${each.code} ${each.message}`),
    ...region.refusals.map((each) => `${each.about} is left alone: ${each.code} ${each.message}`),
  ].flatMap((text) => wrapText(text, 106, '  '));
  if (lines.length === 0 && problems.length === 0) return [head, '  nothing to do'];
  return [head, ...shortened(lines), ...shortened(problems).map((line) => paint('yellow', line))];
}

function actionText({ text, copies, bytesToCopy: bytes }: PlannedAction): string {
  return copies ? `${text} (${formatBytes(bytes)} to copy)` : text;
}

function summaryLines(plan: Plan): string[] {
  const actions = plan.regions.reduce(
    (sum, each) => sum + each.actions.length + (each.createsLedger ? 1 : 0),
    0,
  );
  const refusals = plan.regions.reduce((sum, each) => sum + each.refusals.length, 0);
  const silent = plan.regions.filter(
    ({ error, unknown }) => error !== undefined || unknown.length > 0,
  ).length;
  const copy = bytesToCopy(plan);
  const parts = [formatAmount(plan.changes.length, 'changed value'), formatAmount(actions, 'action')];
  if (copy !== undefined) parts.push(`${knownText(copy, formatBytes)} to copy`);
  if (refusals > 0) parts.push(`${formatAmount(refusals, 'topic')} left alone`);
  if (silent > 0) parts.push(`${formatAmount(silent, 'region')} not known completely`);
  const none = !hasChanges(plan) && silent === 0;
  return [none && refusals === 0 ? 'Nothing to do: everything is as declared.' : `${parts.join(', ')}.`];
}

function shortened(lines: readonly string[]): string[] {
  const rest = lines.length - linesShownMax;
  return rest > 0 ? [...lines.slice(0, linesShownMax), `  … and ${rest} more`] : [...lines];
}

export function planData(plan: Plan): Json {
  const copy = bytesToCopy(plan);
  return toJson({
    path: plan.path,
    hasChanges: hasChanges(plan),
    applied:
      plan.applied === undefined
        ? undefined
        : { atMs: plan.applied.appliedAtMs, actor: plan.applied.actor, reason: plan.applied.reason },
    bytesToCopy: copy?.complete === true ? copy.value : undefined,
    bytesToCopyAtLeast: copy?.value,
    changes: plan.changes,
    regions: plan.regions,
    warnings: plan.warnings,
  });
}

/** One line per action, for `-o name`. */
export function planNames(plan: Plan): string[] {
  return plan.regions.flatMap(({ region, actions }) =>
    actions.map(({ kind, topic, set }) => `${region}/${kind}/${topic ?? set}`),
  );
}
