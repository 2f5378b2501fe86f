// Values of options that the benchmarks' commands share; a wrong one is named with its option.

/** Undefined where the option was not given. Throws an error whose message is fit to be shown. */
export function chosenNames<Name extends string>(
  flag: string,
  given: readonly string[] | undefined,
  known: readonly Name[],
): readonly Name[] | undefined {
  if (given === undefined) return undefined;
  return given.map((text) => {
    const found = known.find((name) => name === text);
    if (found === undefined) throw new Error(`${flag} ${text}: one of ${known.join(', ')}`);
    return found;
  });
}

/** Throws an error whose message is fit to be shown. */
export function positiveNumber(flag: string, text: string, fits: (value: number) => boolean): number {
  const value = Number(text);
  if (!fits(value) || value <= 0) throw new Error(`${flag} ${text}: a number above 0 is needed`);
  return value;
}
