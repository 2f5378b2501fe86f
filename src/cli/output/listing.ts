// One listing, five formats. Every command that shows data builds a listing and lets this file print it.
import { type Paint, plainPaint } from './style.ts';
import { type TableColumn, tableLines } from './table.ts';

export const outputFormats = ['table', 'json', 'jsonl', 'yaml', 'name'] as const;
export type OutputFormat = (typeof outputFormats)[number];

/** What JSON can hold. Offsets and byte counts go as decimal strings, unknown values as null. */
export type Json = string | number | boolean | null | readonly Json[] | { readonly [key: string]: Json };

export interface ListingColumn<Row> extends TableColumn {
  readonly text: (row: Row, paint: Paint) => string;
}

export interface Listing<Row> {
  readonly columns: readonly ListingColumn<Row>[];
  readonly rows: readonly Row[];
  /** What `-o name` prints, one line per row. */
  readonly name: (row: Row) => string;
  readonly data: (row: Row) => Json;
  /** What a person reads when there is nothing to list. */
  readonly empty?: string;
}

/** One thing, shown as text to a person and as an object to a program. */
export interface Report {
  readonly text: (paint: Paint) => string;
  readonly data: Json;
  readonly names: readonly string[];
}

export async function renderListing<Row>(
  listing: Listing<Row>,
  format: OutputFormat,
  paint: Paint = plainPaint,
): Promise<string> {
  const { rows } = listing;
  switch (format) {
    case 'table': {
      if (rows.length === 0) return listing.empty === undefined ? '' : `${listing.empty}\n`;
      const cells = rows.map((row) => listing.columns.map((column) => column.text(row, paint)));
      return `${tableLines(listing.columns, cells).join('\n')}\n`;
    }
    case 'name':
      return lines(rows.map(listing.name));
    case 'jsonl':
      return lines(rows.map((row) => JSON.stringify(listing.data(row))));
    case 'json':
      return `${JSON.stringify(rows.map(listing.data), null, 2)}\n`;
    case 'yaml':
      return yamlText(rows.map(listing.data));
  }
}

export async function renderReport(
  report: Report,
  format: OutputFormat,
  paint: Paint = plainPaint,
): Promise<string> {
  switch (format) {
    case 'table':
      return `${report.text(paint).trimEnd()}\n`;
    case 'name':
      return lines(report.names);
    case 'jsonl':
      return `${JSON.stringify(report.data)}\n`;
    case 'json':
      return `${JSON.stringify(report.data, null, 2)}\n`;
    case 'yaml':
      return yamlText(report.data);
  }
}

const lines = (texts: readonly string[]) => texts.map((text) => `${text}\n`).join('');

async function yamlText(data: Json): Promise<string> {
  const { stringify } = await import('yaml');
  return stringify(data);
}

/** Anything of a ledger record as Json: bigint to decimal string, undefined to null, maps to objects. */
export function toJson(value: unknown): Json {
  if (value === undefined || value === null) return null;
  if (typeof value === 'bigint') return value.toString();
  if (typeof value === 'string' || typeof value === 'boolean') return value;
  if (typeof value === 'number') return Number.isFinite(value) ? value : null;
  if (Array.isArray(value)) return value.map(toJson);
  if (value instanceof Map) return toJson(Object.fromEntries(value));
  return Object.fromEntries(Object.entries(value).map(([key, inner]) => [key, toJson(inner)]));
}
