// A small valid causeway.yaml that tests vary, and what is said about it.
import { parseTopology } from './parse-topology.ts';
import { formatProblems, type Problem } from './problem.ts';
import type { Topology } from './topology.ts';

export const regionsText = `regions:
  eu-west: { kafka: { bootstrap.servers: "eu:9092" } }
  us-east: { kafka: { bootstrap.servers: "us:9092" } }
`;

/** Two regions and the given mirror sets, each as one flow mapping or indented lines. */
export function fileWith(sets: Readonly<Record<string, string>>): string {
  const lines = Object.entries(sets).map(([name, text]) => `  ${name}: ${text}\n`);
  return `${regionsText}mirrors:\n${lines.join('')}`;
}

export const validText = fileWith({
  payments: '{ home: eu-west, to: [us-east], topics: ["payments.*", ledger] }',
});

/** The problems, or the warnings where there are no errors. */
export function problemsOf(text: string): readonly Problem[] {
  const parsed = parseTopology({ text, file: 'causeway.yaml' });
  return 'problems' in parsed ? parsed.problems : parsed.warnings;
}

export function mustParse(text: string): Topology {
  const parsed = parseTopology({ text, file: 'causeway.yaml' });
  if ('problems' in parsed) throw new Error(formatProblems(parsed.problems));
  return parsed.topology;
}

/** `line:column code message`, without hints. */
export const shown = (text: string): readonly string[] =>
  problemsOf(text).map(({ line, column, code, message }) => `${line}:${column} ${code} ${message}`);

/** One set with more keys. */
export const set = (rest: string): string =>
  fileWith({ s: `{ home: eu-west, to: [us-east], topics: [t]${rest} }` });
export const topics = (list: string): string =>
  fileWith({ s: `{ home: eu-west, to: [us-east], topics: ${list} }` });
/** A file whose first region has more connection settings. */
export const region = (kafka: string): string =>
  `regions:\n  a: { kafka: { bootstrap.servers: "a:1"${kafka} } }\n` +
  '  b: { kafka: { bootstrap.servers: "b:1" } }\nmirrors:\n  s: { home: a, to: [b], topics: [t] }\n';

export interface ProblemCase {
  readonly name: string;
  readonly text: string;
  readonly problems: readonly string[];
}
