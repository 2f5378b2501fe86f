// What is wrong with a causeway.yaml, and where. Problems are collected, so that all are shown at once.
import { type ErrorCode, errorCatalog } from '../base/error-catalog.ts';

export interface Problem {
  readonly code: ErrorCode;
  readonly severity: 'error' | 'warning';
  readonly message: string;
  readonly file: string;
  /** From 1. */
  readonly line: number;
  /** From 1, in UTF-16 units. */
  readonly column: number;
  /** What to write instead; in general words where nothing better is known. */
  readonly hint: string;
}

export interface Place {
  readonly line: number;
  readonly column: number;
}

/** More problems than this are counted, not listed. */
export const problemsMax = 1000;

/** Collects the problems of one file. */
export class ProblemList {
  readonly #file: string;
  readonly #problems: Problem[] = [];
  #dropped = 0;

  constructor(file: string) {
    this.#file = file;
  }

  /** True when further problems are only counted: checks whose work grows with their findings may stop. */
  get full(): boolean {
    return this.#problems.length >= problemsMax;
  }

  error(code: ErrorCode, place: Place, message: string, hint?: string): void {
    this.#add('error', code, place, message, hint);
  }

  warning(code: ErrorCode, place: Place, message: string, hint?: string): void {
    this.#add('warning', code, place, message, hint);
  }

  /** In the order of the file. */
  sorted(): readonly Problem[] {
    const problems = [...this.#problems].sort((a, b) => a.line - b.line || a.column - b.column);
    if (this.#dropped === 0) return problems;
    const last = { line: problems.at(-1)?.line ?? 1, column: problems.at(-1)?.column ?? 1 };
    const message = `${this.#dropped} further problems are not listed`;
    return [...problems, this.#problem('error', 'CW-1026', last, message)];
  }

  #add(severity: Problem['severity'], code: ErrorCode, place: Place, message: string, hint?: string): void {
    if (this.full) this.#dropped += 1;
    else this.#problems.push(this.#problem(severity, code, place, message, hint));
  }

  #problem(
    severity: Problem['severity'],
    code: ErrorCode,
    { line, column }: Place,
    message: string,
    hint: string = errorCatalog[code].next,
  ): Problem {
    return { code, severity, message, file: this.#file, line, column, hint };
  }
}

/** One line per problem, as compilers print them, each hint indented below. */
export function formatProblems(problems: readonly Problem[]): string {
  return problems.map(formatProblem).join('\n');
}

function formatProblem({ file, line, column, severity, code, message, hint }: Problem): string {
  const head = `${file}:${line}:${column} ${severity === 'warning' ? 'warning ' : ''}${code} ${message}`;
  return `${head}\n    ${hint}`;
}

/** A value from the file in a message: quoted, without control characters, and short. */
export function quoted(value: string): string {
  const short = value.length > 80 ? `${value.slice(0, 77)}…` : value;
  const escaped = JSON.stringify(short).slice(1, -1).replaceAll('\\"', '"');
  return `‘${escaped.replace(/[\u007f-\u009f\u2028\u2029]/g, '�')}’`;
}

/** `a`, `a and b`, `a, b and c`. */
export function listed(items: readonly string[], last = 'and'): string {
  if (items.length < 2) return items.join('');
  return `${items.slice(0, -1).join(', ')} ${last} ${items.at(-1)}`;
}
