// Colour, and only where a person looks: NO_COLOR and a stream that is no terminal switch it off.
import type { TextSink } from '../terminal.ts';

const escape = String.fromCharCode(27);

const codes = {
  bold: [1, 22],
  dim: [2, 22],
  red: [31, 39],
  green: [32, 39],
  yellow: [33, 39],
  cyan: [36, 39],
} as const;

export type Colour = keyof typeof codes;
/** Paints text, or leaves it alone. */
export type Paint = (colour: Colour, text: string) => string;

export const plainPaint: Paint = (_colour, text) => text;

/** NO_COLOR (no-color.org) wins over FORCE_COLOR, which wins over what the stream is. */
export function paintFor(sink: TextSink, env: Readonly<Record<string, string | undefined>>): Paint {
  const forced = env['FORCE_COLOR'] !== undefined && env['FORCE_COLOR'] !== '0';
  const wanted = forced || (sink.isTTY === true && env['TERM'] !== 'dumb');
  const denied = env['NO_COLOR'] !== undefined && env['NO_COLOR'] !== '';
  if (denied || !wanted) return plainPaint;
  return (colour, text) => `${escape}[${codes[colour][0]}m${text}${escape}[${codes[colour][1]}m`;
}

const escapes = new RegExp(String.raw`${escape}\[[0-9;]*m`, 'g');

/** Columns that text takes on a terminal, for the narrow characters that we print. */
export function visibleWidth(text: string): number {
  return Array.from(text.replace(escapes, '')).length;
}
