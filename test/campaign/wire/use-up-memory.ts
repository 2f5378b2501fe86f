// Ends the process as a leak would: its heap grows until V8 gives up.

/** Never returns. */
export function useUpMemory(): never {
  const kept: unknown[] = [];
  for (;;) kept.push(Array.from({ length: 100_000 }, (_, index) => ({ index })));
}
