// The closing lines of `npm test`: one row per phase with its time against its budget, failures by name, the
// verdict.
import type { Phase } from './phases.ts';

export interface PhaseReport {
  readonly phase: Phase;
  readonly seconds: number;
  readonly files: number;
  readonly passed: number;
  readonly skipped: number;
  readonly failed: readonly string[];
}

const failuresShownMax = 30;

/** The summary as text; `reports` in the order in which the phases ran. */
export function summaryText(reports: readonly PhaseReport[]): string {
  const lines = ['', 'phase        files   passed  skipped  failed     time   budget'];
  for (const { phase, files, passed, skipped, failed, seconds } of reports) {
    const over = seconds > phase.budgetMinutes * 60 ? '  over budget' : '';
    lines.push(
      phase.name.padEnd(12) +
        cell(files, 6) +
        cell(passed, 9) +
        cell(skipped, 9) +
        cell(failed.length, 8) +
        cell(timeText(seconds), 9) +
        cell(`${phase.budgetMinutes} min`, 9) +
        over,
    );
  }
  const failures = reports.flatMap(({ phase, failed }) => failed.map((what) => `${phase.name}: ${what}`));
  if (failures.length > 0)
    lines.push('', 'failed:', ...failures.slice(0, failuresShownMax).map((line) => `  ✖ ${line}`));
  if (failures.length > failuresShownMax) lines.push(`  … and ${failures.length - failuresShownMax} more`);
  const passed = reports.reduce((sum, report) => sum + report.passed, 0);
  const seconds = reports.reduce((sum, report) => sum + report.seconds, 0);
  const verdict =
    failures.length === 0 ? `✔ ${passed} passed` : `✖ ${failures.length} failed, ${passed} passed`;
  lines.push('', `${verdict} in ${timeText(seconds)}`, '');
  return lines.join('\n');
}

function cell(value: string | number, width: number): string {
  return String(value).padStart(width);
}

function timeText(seconds: number): string {
  if (seconds < 60) return `${seconds.toFixed(1)} s`;
  return `${Math.floor(seconds / 60)}:${String(Math.round(seconds % 60)).padStart(2, '0')} min`;
}
