// Tables for a terminal: columns padded to their widest cell, numbers to the right.

export type Cell = string | number | undefined;

/** Unknown is `?`, never 0. Three significant digits, more only where the number itself has them. */
export function shownCell(cell: Cell): string {
  if (cell === undefined || (typeof cell === 'number' && !Number.isFinite(cell))) return '?';
  if (typeof cell === 'string') return cell;
  if (cell === 0 || Math.abs(cell) >= 100) return cell.toFixed(0);
  return cell.toFixed(Math.abs(cell) >= 10 ? 1 : Math.abs(cell) >= 1 ? 2 : 3);
}

/** Header and rows as lines of equal column widths; a column of numbers is aligned to the right. */
export function tableText(header: readonly string[], rows: readonly (readonly Cell[])[]): string {
  const shown = rows.map((row) => header.map((_, column) => shownCell(row[column] ?? undefined)));
  const widths = header.map((name, column) =>
    Math.max(name.length, ...shown.map((row) => row[column]?.length ?? 0)),
  );
  const toRight = header.map((_, column) =>
    rows.every((row) => typeof row[column] === 'number' || row[column] === undefined),
  );
  const line = (cells: readonly string[]) =>
    cells
      .map((cell, column) => {
        const width = widths[column] ?? 0;
        return toRight[column] === true ? cell.padStart(width) : cell.padEnd(width);
      })
      .join('  ')
      .trimEnd();
  return [line(header), ...shown.map(line)].join('\n');
}
