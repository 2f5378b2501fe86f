// A name that two globs both match, found without trying names: the shortest walk through the product of the
// two.
import { hasStar } from './patterns.ts';

/** Steps that are left for one file; comparing patterns stops when it is used up. */
export interface Effort {
  stepsLeft: number;
}

/**
 * A shortest name that both globs match (empty where both are only stars); undefined where there is none, or
 * where the effort is used up.
 */
export function commonName(a: string, b: string, effort: Effort): string | undefined {
  if (!mayMeet(a, b)) return undefined;
  const width = b.length + 1;
  const cells = (a.length + 1) * width;
  effort.stepsLeft -= cells;
  if (effort.stepsLeft < 0) return undefined;
  const cameFrom = new Int32Array(cells).fill(-1);
  const end = cells - 1;
  let level = [0];
  cameFrom[0] = 0;
  // Breadth first by the length of the name; steps without a character stay on the same level.
  while (level.length > 0 && cameFrom[end] === -1) {
    const next: number[] = [];
    for (let index = 0; index < level.length; index += 1) {
      const cell = level[index] as number;
      const row = Math.floor(cell / width);
      const column = cell % width;
      const left = a[row];
      const right = b[column];
      const visit = (to: number, list: number[]) => {
        if (cameFrom[to] !== -1) return;
        cameFrom[to] = cell;
        list.push(to);
      };
      if (left === '*') visit(cell + width, level);
      if (right === '*') visit(cell + 1, level);
      if (left === '*' && right !== undefined && right !== '*') visit(cell + 1, next);
      else if (right === '*' && left !== undefined && left !== '*') visit(cell + width, next);
      else if (left !== undefined && left === right && left !== '*') visit(cell + width + 1, next);
    }
    level = next;
  }
  return cameFrom[end] === -1 ? undefined : nameOf(a, b, cameFrom, width);
}

/** The literal ends must agree as far as both reach; that tells most pairs apart at once. */
function mayMeet(a: string, b: string): boolean {
  const headLength = Math.min(headOf(a), headOf(b));
  if (a.slice(0, headLength) !== b.slice(0, headLength)) return false;
  if (!hasStar(a) && !hasStar(b)) return a === b;
  const tailLength = Math.min(tailOf(a), tailOf(b));
  return a.slice(a.length - tailLength) === b.slice(b.length - tailLength);
}

function headOf(glob: string): number {
  const star = glob.indexOf('*');
  return star < 0 ? glob.length : star;
}

function tailOf(glob: string): number {
  const star = glob.lastIndexOf('*');
  return star < 0 ? glob.length : glob.length - star - 1;
}

function nameOf(a: string, b: string, cameFrom: Int32Array, width: number): string {
  const characters: string[] = [];
  for (let cell = cameFrom.length - 1; cell !== 0; ) {
    const from = cameFrom[cell] as number;
    const left = a[Math.floor(from / width)];
    const right = b[from % width];
    const step = cell - from;
    if (step === width + 1) characters.push(left as string);
    else if (step === 1 && right !== '*') characters.push(right as string);
    else if (step === width && left !== '*') characters.push(left as string);
    cell = from;
  }
  return characters.reverse().join('');
}
