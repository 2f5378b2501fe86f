// One entry of the error catalog.

export interface ErrorEntry {
  /** A short title, no full stop. */
  readonly title: string;
  /** Why it happens and what it means, in whole sentences. */
  readonly explanation: string;
  /** What to do next, in whole sentences. */
  readonly next: string;
}

export const entry = (title: string, explanation: string, next: string): ErrorEntry => ({
  title,
  explanation,
  next,
});
