// Why the certificate that a broker shows is not trusted, and what to do about it: advice by OpenSSL's code.
// Pure.
import type { SeenCertificate, TlsSight } from '../../kafka/client/probe.ts';
import { explainTls } from '../../kafka/security/tls-errors.ts';
import { problem, type Said } from '../finding.ts';
import { amountOf, dayOf } from './certificate-end.ts';

export const noTls = 'No encrypted connection can be made to this address.';

/** `code`: OpenSSL's or Node's. `host`: where it was shown. */
export function distrusted(host: string, sight: TlsSight, code: string, nowMs: number): Said {
  const { what, next } = judge(host, sight, code, nowMs);
  return problem(what, { code: 'CW-3011', why: noTls, next });
}

interface Judgement {
  readonly what: string;
  readonly next: string;
}

function judge(host: string, { hosts, chain }: TlsSight, code: string, nowMs: number): Judgement {
  const known = explainTls({ code, message: code }, false);
  const what = known ?? `the broker’s certificate is not trusted (${code})`;
  switch (code) {
    case 'ERR_TLS_CERT_ALTNAME_INVALID':
      return {
        what: `the broker’s certificate is for another host: it names ${hosts ?? 'none'}, and not ${host}`,
        next:
          'Use one of those names in bootstrap.servers or advertised.listeners, or have a certificate ' +
          'issued for this one.',
      };
    case 'CERT_NOT_YET_VALID':
      return notYetValid(chain, nowMs);
    case 'CERT_HAS_EXPIRED':
      return authorityExpired(chain, nowMs);
    case 'DEPTH_ZERO_SELF_SIGNED_CERT':
      return {
        what,
        next:
          'Put this very certificate into ssl.truststore, or let the broker show one that an authority in ' +
          'there has signed.',
      };
    case 'CERT_REVOKED':
      return { what, next: 'Have a new certificate issued for the broker.' };
    default:
      return { what, next: 'Put the certificate of the authority that has signed it into ssl.truststore.' };
  }
}

function notYetValid(chain: readonly SeenCertificate[], nowMs: number): Judgement {
  const early = chain.find(({ begins }) => begins.getTime() > nowMs);
  const from =
    early === undefined ? '' : `: only from ${dayOf(early.begins)}, ${amountOf(early.begins, nowMs)} ahead`;
  return {
    what: `${whose(chain, early)} is not valid yet${from}`,
    next:
      'Compare the clock of this machine with that of whoever issued the certificate. If both are right, ' +
      'wait, or have it issued anew.',
  };
}

/** The broker's own is good: whoever is here has looked at that before. */
function authorityExpired(chain: readonly SeenCertificate[], nowMs: number): Judgement {
  const over = chain.find(({ ends }) => ends.getTime() <= nowMs);
  const what = `${whose(chain, over)} expired`;
  if (over === undefined) {
    return { what, next: 'Put the renewed certificate of that authority into ssl.truststore.' };
  }
  return {
    what: `${what} on ${dayOf(over.ends)}, ${amountOf(over.ends, nowMs)} ago`,
    next: 'Put the renewed certificate of that authority into the keystore of the broker.',
  };
}

/** What is not among those that the broker sends is the end of the chain, on our side. */
function whose(chain: readonly SeenCertificate[], found: SeenCertificate | undefined): string {
  if (found === undefined) return 'the certificate in ssl.truststore of the authority behind the broker’s';
  if (found === chain[0]) return 'the broker’s certificate';
  return `the certificate of the authority behind the broker’s (${found.subject})`;
}
