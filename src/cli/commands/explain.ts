// `causeway explain CODE`: the catalog entry of an error code.
import { type ErrorCode, errorCatalog } from '../../base/error-catalog.ts';
import type { ErrorEntry } from '../../base/error-entry.ts';
import { CausewayError } from '../../base/errors.ts';
import { type ExitCode, exitCode } from '../exit-codes.ts';
import type { Invocation } from '../invocation.ts';
import { closestName } from '../../base/closest-name.ts';
import { createScreen } from '../output/screen.ts';
import { wrapText } from '../output/wrap-text.ts';

interface Row extends ErrorEntry {
  readonly code: string;
}

const lineWidth = 88;

export async function run(invocation: Invocation): Promise<ExitCode> {
  const screen = createScreen(invocation);
  const [given] = invocation.args;
  if (given === undefined) {
    await screen.listing<Row>({
      columns: [
        { title: 'CODE', text: (row) => row.code },
        { title: 'TITLE', text: (row) => row.title },
      ],
      rows: allRows(),
      name: (row) => row.code,
      data: (row) => ({ ...row }),
    });
    return exitCode.fine;
  }
  const row = mustFind(given);
  await screen.report({
    text: (paint) =>
      [
        `${paint('bold', row.code)}  ${row.title}`,
        '',
        ...wrapText(row.explanation, lineWidth, '  '),
        '',
        `  ${paint('bold', 'What to do')}`,
        ...wrapText(row.next, lineWidth, '  '),
      ].join('\n'),
    data: { ...row },
    names: [row.code],
  });
  return exitCode.fine;
}

function allRows(): Row[] {
  const entries = Object.entries(errorCatalog) as [ErrorCode, ErrorEntry][];
  return entries.map(([code, entry]) => ({ code, ...entry })).sort((a, b) => a.code.localeCompare(b.code));
}

/** Accepts `cw-2007`, `CW2007` and `2007` too: a tired operator types what the screen shows, or less. */
function mustFind(given: string): Row {
  const code = `CW-${given.toUpperCase().replace(/^CW-?/, '')}`;
  const rows = allRows();
  const row = rows.find((candidate) => candidate.code === code);
  if (row !== undefined) return row;
  const close = closestName(
    code,
    rows.map((candidate) => candidate.code),
  );
  const hint = close === undefined ? '' : `; did you mean ${close}?`;
  throw new CausewayError('CW-6006', `there is no error code ${given}${hint}`, { given });
}
