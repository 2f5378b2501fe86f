// "Did you mean": the known name with the fewest edits, if there are few enough.

/** Longer ones are no slip of the fingers, and comparing them would cost. */
const givenLengthMax = 80;

/**
 * The closest of `names`, or undefined where every one of them differs in more than a third of its letters.
 */
export function closestName(given: string, names: Iterable<string>): string | undefined {
  if (given.length > givenLengthMax) return undefined;
  let best: { name: string; edits: number } | undefined;
  for (const name of names) {
    const edits = editDistance(given.toLowerCase(), name.toLowerCase());
    if (edits <= Math.max(1, name.length / 3) && (best === undefined || edits < best.edits))
      best = { name, edits };
  }
  return best?.name;
}

/** Insertions, deletions, replacements and swaps of neighbours (optimal string alignment). */
export function editDistance(from: string, to: string): number {
  let before: number[] = [];
  let previous = Array.from({ length: to.length + 1 }, (_, index) => index);
  for (let row = 1; row <= from.length; row += 1) {
    const current = [row];
    for (let column = 1; column <= to.length; column += 1) {
      const replace = (previous[column - 1] ?? 0) + (from[row - 1] === to[column - 1] ? 0 : 1);
      let edits = Math.min((previous[column] ?? 0) + 1, (current[column - 1] ?? 0) + 1, replace);
      const swapped = from[row - 1] === to[column - 2] && from[row - 2] === to[column - 1];
      if (row > 1 && column > 1 && swapped) edits = Math.min(edits, (before[column - 2] ?? 0) + 1);
      current.push(edits);
    }
    before = previous;
    previous = current;
  }
  return previous[to.length] ?? 0;
}
