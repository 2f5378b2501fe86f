// The bytes of a causeway.yaml as text. Bytes that are no UTF-8 are a problem with a place, instead of
// characters that nobody wrote.
import { type Problem, ProblemList } from './problem.ts';

/** UTF-8 takes at most three bytes for each UTF-16 unit that is read later. */
export const fileBytesMax = 48 * 1024 * 1024;

export type FileText = { readonly text: string } | { readonly problems: readonly Problem[] };

/** `file` is its name in messages. Never throws. */
export function decodeFileText(bytes: Uint8Array, file: string): FileText {
  const problems = new ProblemList(file);
  const start = { line: 1, column: 1 };
  if (bytes.length > fileBytesMax) {
    problems.error('CW-1015', start, `the file has ${bytes.length} bytes; at most ${fileBytesMax} are read`);
  } else if ((bytes[0] === 0xff && bytes[1] === 0xfe) || (bytes[0] === 0xfe && bytes[1] === 0xff)) {
    problems.error('CW-1001', start, 'the file is UTF-16, not UTF-8', 'Save it as UTF-8.');
  } else {
    const text = decoded(bytes);
    if (text !== undefined) return { text };
    const place = placeOf(bytes, findFirstBad(bytes));
    problems.error('CW-1001', place, 'the file is not UTF-8 from this place on', 'Save it as UTF-8.');
  }
  return { problems: problems.sorted() };
}

function decoded(bytes: Uint8Array): string | undefined {
  try {
    return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes);
  } catch (thrown) {
    if (!(thrown instanceof TypeError)) throw thrown;
    return undefined;
  }
}

/** The length of the longest beginning that is UTF-8, but for a character that is cut at its end. */
function findFirstBad(bytes: Uint8Array): number {
  let good = 0;
  let bad = bytes.length;
  while (bad - good > 1) {
    const middle = (good + bad) >>> 1;
    if (beginsWell(bytes.subarray(0, middle))) good = middle;
    else bad = middle;
  }
  return good;
}

function beginsWell(bytes: Uint8Array): boolean {
  try {
    new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes, { stream: true });
    return true;
  } catch (thrown) {
    if (!(thrown instanceof TypeError)) throw thrown;
    return false;
  }
}

function placeOf(bytes: Uint8Array, end: number): { line: number; column: number } {
  const before = new TextDecoder('utf-8', { ignoreBOM: true }).decode(bytes.subarray(0, end), {
    stream: true,
  });
  const lines = before.split('\n');
  return { line: lines.length, column: (lines.at(-1)?.length ?? 0) + 1 };
}
