// What a person may write behind `npm run compatibility --`.
import { parseArgs } from 'node:util';
import { mustRun, testedVersions } from '../../lab/kafka-versions.ts';
import { nameOf, type Row, rowsOf } from './rows.ts';

export const usage = `npm run compatibility                             what has no report of the present tree
npm run compatibility -- --again                  everything
npm run compatibility -- --versions 4.0.0,4.3.1   these versions, in place of ${testedVersions.join(', ')}
npm run compatibility -- 3.9.2-to-4.3.1           only these rows
npm run compatibility -- --list                   the rows, and which of them have a report
npm run compatibility -- --page                   only writes docs/operating/versions.md out of the reports`;

export interface CompatibilityOptions {
  readonly rows: readonly Row[];
  readonly again: boolean;
  readonly does: 'run' | 'list' | 'page' | 'help';
}

/** Throws an Error with a text for people on anything unknown. */
export function readOptions(args: readonly string[]): CompatibilityOptions {
  const { values, positionals } = parseArgs({
    args: [...args],
    allowPositionals: true,
    options: {
      versions: { type: 'string' },
      again: { type: 'boolean', default: false },
      list: { type: 'boolean', default: false },
      page: { type: 'boolean', default: false },
      help: { type: 'boolean', default: false },
    },
  });
  const all = rowsOf(values.versions?.split(',').map((version) => mustRun(version.trim())));
  const rows = positionals.length === 0 ? all : positionals.map((name) => mustFind(all, name));
  const { list, page, help } = values;
  return { rows, again: values.again, does: help ? 'help' : page ? 'page' : list ? 'list' : 'run' };
}

function mustFind(rows: readonly Row[], name: string): Row {
  const found = rows.find((row) => nameOf(row) === name);
  if (found !== undefined) return found;
  throw new Error(`there is no row ${name}; there are ${rows.map(nameOf).join(', ')}`);
}
