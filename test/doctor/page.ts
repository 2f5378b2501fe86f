// The part of docs/operating/doctor.md that holds what the doctor says, with what differs from run to run
// replaced.
import { wrapText } from '../../src/cli/output/wrap-text.ts';
import { WrittenPart } from '../fixtures/written-part.ts';

export const examples = new WrittenPart('docs/operating/doctor.md', 'test/doctor');

/** `outputs`: heading → what the doctor printed. */
export function sectionText(outputs: ReadonlyMap<string, string>): string {
  return [...outputs]
    .map(([title, text], at) => {
      const shown = text.trimEnd().split('\n');
      const lines = shown.filter((line) => at === 0 || !line.startsWith('ok ')).map(wrapped);
      return `\n### ${title}\n\n\`\`\`\n${lines.join('\n')}\n\`\`\`\n`;
    })
    .join('');
}

/** Ports in the order of their first appearance, and everything that time, chance or the machine decides. */
export function masked(text: string, folder: string): string {
  const ports = new Map<string, string>();
  const portOf = (port: string): string => {
    const known = ports.get(port) ?? String(9092 + ports.size);
    ports.set(port, known);
    return known;
  };
  return unwrapped(text)
    .replaceAll(folder, '/etc/causeway')
    .replaceAll(/(127\.0\.0\.1:)(\d+)/g, (_, host: string, port: string) => host + portOf(port))
    .replaceAll(/\d+\.\d ms/g, '0.8 ms')
    .replaceAll(/\b\d\.\d s\)/g, '0.0 s)')
    .replaceAll(/\((\d\d) days\)/g, '(30 days)')
    .replaceAll(/\d{4}-\d\d-\d\d/g, '2026-01-31')
    .replaceAll(/its id is [\w-]{22}/g, 'its id is 5L6g3nShT-eMCtK--X86sw');
}

const indent = ' '.repeat(11);

/** One paragraph per line: where lines break hangs on the length of what is replaced. */
const unwrapped = (text: string): string =>
  text.replaceAll(new RegExp(`\\n${indent}(?!why: |do: )`, 'g'), ' ');

const wrapped = (line: string): string => {
  // The summary.
  if (/^\d/.test(line)) return line;
  const [begin, rest] = [line.slice(0, indent.length), line.slice(indent.length)];
  return begin + wrapText(rest, 108, indent).join('\n').trimStart();
};
