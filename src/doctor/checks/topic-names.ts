// Topics in a sentence: a few names, and how many more.

const shownMax = 3;

/** `orders`, `orders and returns`, `a, b, c and 4 more`. */
export function topicsText(names: readonly string[]): string {
  if (names.length > shownMax) {
    return `${names.slice(0, shownMax).join(', ')} and ${names.length - shownMax} more`;
  }
  if (names.length < 2) return names.join('');
  return `${names.slice(0, -1).join(', ')} and ${names.at(-1)}`;
}

/** `topic orders has`, `topics orders and returns have`. */
export const topicsHave = (names: readonly string[]): string =>
  names.length === 1 ? `topic ${topicsText(names)} has` : `topics ${topicsText(names)} have`;
