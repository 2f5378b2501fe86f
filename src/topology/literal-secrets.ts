// Secrets that stand in the settings themselves, where a placeholder belongs: the file is written to every
// region's ledger as it is.
import { isSecretName } from '../base/secret-names.ts';
import { JaasProblem, parseJaas } from '../kafka/security/jaas.ts';
import { splitPlaceholders } from './secrets.ts';

/** Names of settings with a secret in them, each with where in the setting it stands. */
export function literalSecrets(settings: ReadonlyMap<string, string>): { setting: string; what: string }[] {
  return [...settings].flatMap(([setting, value]) => {
    if (setting === 'sasl.jaas.config') {
      return secretOptions(value).map((option) => ({ setting, what: `${option} of ${setting}` }));
    }
    return isSecretName(setting) && isLiteral(value) ? [{ setting, what: setting }] : [];
  });
}

/** A text that is no login module is told of elsewhere, or is known only with its placeholders resolved. */
function secretOptions(text: string): string[] {
  try {
    const options = [...parseJaas(text).options];
    return options.flatMap(([name, value]) => (isSecretName(name) && isLiteral(value) ? [name] : []));
  } catch (error) {
    if (error instanceof JaasProblem) return [];
    throw error;
  }
}

/** Also in part: what stands beside a placeholder. */
const isLiteral = (value: string): boolean =>
  splitPlaceholders(value).parts.some((part) => typeof part === 'string');
