// Principals as options: `Type:name`, as Kafka's tool demands it (SecurityUtils.parseKafkaPrincipal). One
// with a line break would end a comment of the script that it is written into.
import { listOption, type OptionValues, textOption } from '../invocation.ts';
import { invalidOption } from '../quantities.ts';

export const isPrincipal = (text: string): boolean => /^[^\s:\p{Cc}]+:[^\p{Cc}]+$/u.test(text);

/** Undefined where the option was not given. Throws CW-6008. */
export function principalOption(options: OptionValues, name: string): string | undefined {
  const text = textOption(options, name);
  return text === undefined ? undefined : mustBePrincipal(name, text);
}

/** Each once. Throws CW-6008. */
export function principalsOption(options: OptionValues, name: string): readonly string[] {
  return [...new Set(listOption(options, name).map((text) => mustBePrincipal(name, text)))];
}

function mustBePrincipal(name: string, text: string): string {
  if (isPrincipal(text)) return text;
  // Shown on one line, whatever is in it.
  const shown = text.replaceAll(/\p{Cc}/gu, '?');
  throw invalidOption(name, shown, 'a principal like User:causeway: a type, a colon, and a name in one line');
}
