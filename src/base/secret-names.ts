// Which settings and fields hold secrets, by their names. What they hold is never printed, logged or put in
// an error.

const credentials = 'credential(?!s\\.client\\.id)|token(?!\\.endpoint)|authorization';
const secretName = new RegExp(`pass(?:w|phrase)|secret|jaas\\.?config|keystore\\.key|${credentials}`, 'i');

export const isSecretName = (name: string): boolean => secretName.test(name);

/** A name that holds a secret with its sign, and the value behind it: quoted, or up to the next separator. */
const secretField = /([\w.-]{0,60}(?:passw|secret|token|jaas\.config)[\w.-]{0,60}["']?\s{0,9}[=:]\s{0,9})/;
const fieldValue = /("[^"]*"?|'[^']*'?|[^\s,;}]+)/;
const assignedSecret = new RegExp(`${secretField.source}${fieldValue.source}`, 'gi');

export const redactedText = '‹redacted›';

/** A text of somebody else, such as an error message, without the values of `password="…"` and the like. */
export function withoutSecrets(text: string): string {
  if (!/passw|secret|token|jaas/i.test(text)) return text;
  return text.replace(assignedSecret, `$1${redactedText}`);
}
