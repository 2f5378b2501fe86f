// Reads settings by name and collects what is wrong with them.

export interface SettingProblem {
  /** `useless`: has no effect here. `refused`: known, and not supported. `missing`: must be given. */
  readonly kind: 'wrong' | 'refused' | 'useless' | 'missing';
  readonly setting: string;
  /** Without any value that could be secret. */
  readonly message: string;
  readonly hint: string;
}

export class SettingReader {
  readonly problems: SettingProblem[] = [];
  readonly #settings: ReadonlyMap<string, string>;
  readonly #unknown: ReadonlySet<string>;

  constructor(settings: ReadonlyMap<string, string>, unknown: ReadonlySet<string>) {
    this.#settings = settings;
    this.#unknown = unknown;
  }

  /** True also where the value is not known yet. */
  has(name: string): boolean {
    return this.#settings.has(name);
  }

  /** The value; undefined where there is none, or none that is known yet. */
  text(name: string): string | undefined {
    return this.#unknown.has(name) ? undefined : this.#settings.get(name);
  }

  choice<const Values extends readonly string[]>(
    name: string,
    values: Values,
    byDefault: Values[number],
  ): Values[number] {
    const value = this.text(name);
    if (value === undefined || values.includes(value)) return value ?? byDefault;
    this.problem('wrong', name, `${name} must be ${values.join(', ')}`, 'Case counts, as in Kafka.');
    return byDefault;
  }

  /** A whole number of milliseconds. */
  milliseconds(name: string, byDefault: number): number {
    const value = this.text(name);
    if (value === undefined) return byDefault;
    if (/^[1-9][0-9]{0,8}$/.test(value)) return Number(value);
    this.problem('wrong', name, `${name} must be a whole number of milliseconds`, 'For example 10000.');
    return byDefault;
  }

  boolean(name: string, byDefault: boolean): boolean {
    return this.choice(name, ['true', 'false'], byDefault ? 'true' : 'false') === 'true';
  }

  refuseUseless(names: readonly string[], why: string): void {
    for (const name of names) {
      if (this.has(name)) this.problem('useless', name, `${name} has no effect: ${why}`, 'Remove it.');
    }
  }

  problem(kind: SettingProblem['kind'], setting: string, message: string, hint: string): void {
    this.problems.push({ kind, setting, message, hint });
  }
}
