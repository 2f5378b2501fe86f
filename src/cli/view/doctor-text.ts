// What the doctor found, as a person sees it and as a program does. Pure.
import type { Finding, FindingState } from '../../doctor/finding.ts';
import { type Json, toJson } from '../output/listing.ts';
import type { Colour, Paint } from '../output/style.ts';
import { formatAmount } from '../output/values.ts';
import { wrapText } from '../output/wrap-text.ts';

const lineWidth = 108;
const indent = '           ';

const marks: Readonly<Record<FindingState, { readonly mark: string; readonly colour: Colour }>> = {
  problem: { mark: 'problem', colour: 'red' },
  warning: { mark: 'warning', colour: 'yellow' },
  unknown: { mark: '?', colour: 'yellow' },
  'not-run': { mark: 'not run', colour: 'dim' },
  ok: { mark: 'ok', colour: 'green' },
};

/** Different values of one check that a line tells. */
const valuesShownMax = 3;

export const isUnhealthy = (findings: readonly Finding[]): boolean =>
  findings.some(({ state }) => state === 'problem');

/** `each`: what is fine is told one by one, too. */
export function doctorText(findings: readonly Finding[], each: boolean, paint: Paint): string {
  const lines: string[] = [];
  for (const group of groupsOf(findings, each)) lines.push(...groupText(group, paint));
  lines.push('', summaryText(findings));
  return lines.join('\n');
}

/** `1 problem, 2 warnings, 1 unknown, 12 checks not run; 34 are fine`. */
export function summaryText(findings: readonly Finding[]): string {
  const count = (state: FindingState) => findings.filter((finding) => finding.state === state).length;
  const parts = [formatAmount(count('problem'), 'problem'), formatAmount(count('warning'), 'warning')];
  if (count('unknown') > 0) parts.push(`${count('unknown')} unknown`);
  if (count('not-run') > 0) parts.push(`${count('not-run')} not run`);
  return `${parts.join(', ')}; ${formatAmount(count('ok'), 'check')} fine`;
}

export const findingData = ({ state, check, where, what, why, next, code }: Finding): Json =>
  toJson({ state, check, where, what, why, next, code });

/** Findings that share one paragraph: what is fine at one place, what one failure keeps from being run. */
interface Group {
  readonly state: FindingState;
  readonly where: string;
  readonly findings: Finding[];
}

function groupsOf(findings: readonly Finding[], each: boolean): Group[] {
  const groups: Group[] = [];
  for (const finding of findings) {
    const { state } = finding;
    const where = folded(finding) ? placeOf(finding.where) : finding.where;
    const same = groups.find(
      (group) =>
        !each &&
        folded(finding) &&
        group.state === state &&
        group.where === where &&
        (state === 'ok' || group.findings[0]?.what === finding.what),
    );
    if (same === undefined) groups.push({ state, where, findings: [finding] });
    else same.findings.push(finding);
  }
  return groups;
}

const folded = ({ state }: Finding): boolean => state === 'ok' || state === 'not-run';

/** The region, or the mirror set: addresses and brokers of a region are told together. */
const placeOf = (where: string): string => where.split(' ')[0] ?? where;

function groupText(group: Group, paint: Paint): string[] {
  const { mark, colour } = marks[group.state];
  const [first] = group.findings;
  if (first === undefined) return [];
  const head = `${mark.padEnd(indent.length - 1)} `;
  const code = first.code === undefined || group.state === 'ok' ? '' : ` (${first.code})`;
  const text = folded(first) ? foldedText(group) : `${first.where}, ${first.check}: ${first.what}${code}`;
  const lines = wrapText(text, lineWidth, indent);
  const [begin = '', ...more] = lines;
  return [
    paint(colour, head) + begin.slice(indent.length),
    ...more,
    ...(folded(first) ? [] : reasons(first, paint)),
  ];
}

function reasons({ why, next }: Finding, paint: Paint): string[] {
  const lines = [
    ...(why === undefined ? [] : wrapText(`why: ${why}`, lineWidth, indent)),
    ...(next === undefined ? [] : wrapText(`do:  ${next}`, lineWidth, indent)),
  ];
  return lines.map((line) => paint('dim', line));
}

function foldedText({ state, where, findings }: Group): string {
  const [first] = findings;
  const names = [...new Set(findings.map(({ check }) => check))];
  if (state === 'not-run') return `${where}: ${names.join(', ')} (${first?.what ?? ''})`;
  if (findings.length === 1 && first?.short === undefined) return `${where}, ${first?.check}: ${first?.what}`;
  return `${where}: ${names.map((name) => valueText(name, findings)).join(', ')}`;
}

/** `round trip (0.8 ms / 1.2 ms)`. */
function valueText(name: string, findings: readonly Finding[]): string {
  const own = findings.filter(({ check }) => check === name);
  const values = [...new Set(own.flatMap(({ short }) => short ?? []))];
  if (values.length === 0) return name;
  const more = values.length > valuesShownMax ? ' / …' : '';
  return `${name} (${values.slice(0, valuesShownMax).join(' / ')}${more})`;
}
