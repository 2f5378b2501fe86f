// The options of a login module: which have an effect here, and `ssl.*` among them, by which Kafka reaches a
// token endpoint.
import type { JaasEntry } from './jaas.ts';
import { SettingReader } from './setting-reader.ts';
import { readTls, tlsSettingNames, type TlsSettings } from './tls-settings.ts';

const passwordOptions = ['username', 'password'];
const tokenOptions = ['clientId', 'clientSecret', 'scope', 'extension_…', 'ssl.…'];

/** An option that is passed over in silence would be missed when the login is refused. */
export function checkOptions(
  reader: SettingReader,
  jaasName: string,
  mechanism: string,
  { options }: JaasEntry,
): void {
  const known = mechanism === 'OAUTHBEARER' ? tokenOptions : passwordOptions;
  for (const option of options.keys()) {
    if (known.some((each) => isNamed(option, each))) continue;
    const message = `${jaasName} has the option ${option}, which is not supported with ${mechanism}`;
    reader.problem('refused', jaasName, message, `Remove it; the options are ${known.join(', ')}.`);
  }
}

function isNamed(option: string, name: string): boolean {
  if (name === 'ssl.…') return (tlsSettingNames as readonly string[]).includes(option);
  return name.endsWith('…') ? option.startsWith(name.slice(0, -1)) : option === name;
}

/** Undefined where the login module has no `ssl.*`. */
export function readEndpointTls(
  reader: SettingReader,
  jaasName: string,
  entry: JaasEntry | undefined,
): TlsSettings | undefined {
  const options = new Map([...(entry?.options ?? [])].filter(([name]) => name.startsWith('ssl.')));
  if (options.size === 0) return undefined;
  const inner = new SettingReader(options, new Set());
  const tls = readTls(inner);
  for (const { kind, message, hint } of inner.problems) {
    reader.problem(kind, jaasName, `${jaasName}: ${message}`, hint);
  }
  return tls;
}
