// What can be found out of a region without asking anybody: secrets, settings, certificates, the token file.
import { CausewayError } from '../../base/errors.ts';
import { createSecurity } from '../../kafka/security/security.ts';
import { readSecurity } from '../../kafka/security/security-settings.ts';
import { endpointText } from '../../kafka/security/token-endpoint.ts';
import { TlsFiles } from '../../kafka/security/tls-material.ts';
import { parseAddress } from '../../kafka/client/socket.ts';
import { resolveSettings } from '../../topology/secrets.ts';
import type { Check } from '../check.ts';
import { ok, problem, type Said, warning } from '../finding.ts';
import type { RegionSite } from '../region-site.ts';
import { answerWaitMs } from '../run-checks.ts';
import { certificateEnd } from './certificate-end.ts';

export function localChecks(site: RegionSite): Check[] {
  const where = site.name;
  const check = (name: string, needs: readonly string[], run: () => Promise<readonly Said[]>): Check => {
    return { name, where, needs, failsAs: 'problem', run };
  };
  return [
    check('secrets', [], async () => [readSecrets(site)]),
    check('settings', ['secrets'], async () => checkSettings(site)),
    check('certificates', ['settings'], () => checkCertificates(site)),
  ];
}

/** Asks the token endpoint, or reads the token file. None where there is no token. */
export function tokenCheck(site: RegionSite, offline: boolean): Check[] {
  const { sasl } = site.security.settings;
  if (sasl?.mechanism !== 'OAUTHBEARER') return [];
  const { source } = sasl;
  if (offline && !('path' in source)) return [];
  const from = 'path' in source ? source.path : endpointText(source);
  return [
    {
      name: 'token',
      where: site.name,
      needs: [],
      failsAs: 'problem',
      run: async () => {
        await beforeWait(site, from, site.security.token());
        return [ok(`a token from ${from}`, 'token')];
      },
    },
  ];
}

function readSecrets(site: RegionSite): Said {
  const { kafka } = site.spec;
  site.settings = resolveSettings(kafka, site.parts.secrets);
  const count = [...kafka].filter(([name, value]) => site.settings?.get(name) !== value).length;
  return ok(count === 0 ? 'no placeholders' : `${count} settings with placeholders, all with a value`);
}

function checkSettings(site: RegionSite): Said[] {
  const settings = site.settings ?? new Map<string, string>();
  const { security, problems } = readSecurity(settings);
  const said = problems.map(({ message, hint }) => problem(message, { code: 'CW-1028', next: hint }));
  for (const server of serversOf(site)) {
    if (parseAddress(server) !== undefined) continue;
    said.push(problem(`bootstrap.servers: "${server}" is not of the form host:port`, { code: 'CW-3001' }));
  }
  if (said.length > 0) return said;
  site.security = createSecurity(security, site.parts);
  const protocol = settings.get('security.protocol') ?? 'PLAINTEXT';
  const login = security.sasl === undefined ? '' : ` with ${security.sasl.mechanism}`;
  const fine = ok(`security.protocol ${protocol}${login}`, `${protocol}${login}`);
  if (security.sasl === undefined || security.tls !== undefined) return [fine];
  const next = 'Use SASL_SSL where the broker offers it.';
  const why = 'Names, passwords and records can be read on the way.';
  return [fine, warning(`the login goes over the network in the clear (${protocol})`, { why, next })];
}

export function serversOf(site: RegionSite): string[] {
  const text = site.settings?.get('bootstrap.servers') ?? '';
  return text.split(',').map((part) => part.trim());
}

async function checkCertificates(site: RegionSite): Promise<Said[]> {
  const { tls } = site.security.settings;
  if (tls === undefined) return [];
  const { ownBegins, ownEnds } = await new TlsFiles(tls, site.parts.log).current();
  if (ownEnds === undefined) return [ok('the truststore can be used; no certificate of our own')];
  const validity = { begins: ownBegins, ends: ownEnds };
  return [certificateEnd('our own certificate', validity, site.parts.clock.wallMs(), 'CW-3011')];
}

/** A token endpoint may take longer than a connection may; then the connection would get the blame. */
function beforeWait(site: RegionSite, from: string, token: Promise<string>): Promise<string> {
  const { clock } = site.parts;
  const waitMs = answerWaitMs(site.parts.waitMs);
  return new Promise((resolve, reject) => {
    const timer = clock.schedule(waitMs, () =>
      reject(new CausewayError('CW-3014', `no token from ${from}: no answer within ${waitMs} ms`)),
    );
    token.then(resolve, reject).finally(() => timer.cancel());
  });
}
