// Why TLS did not come about, in words: OpenSSL's and Node's codes say it to those who know them.

interface Failure {
  readonly code?: string;
  readonly message: string;
}

const unknownAuthority = 'the authority of the broker’s certificate is not in ssl.truststore';
const byCode: Readonly<Record<string, string>> = {
  CERT_HAS_EXPIRED: 'the broker’s certificate has expired',
  CERT_NOT_YET_VALID: 'the broker’s certificate is not valid yet: compare the clocks',
  DEPTH_ZERO_SELF_SIGNED_CERT: 'the broker’s certificate is self-signed and not in ssl.truststore',
  SELF_SIGNED_CERT_IN_CHAIN: unknownAuthority,
  UNABLE_TO_GET_ISSUER_CERT: unknownAuthority,
  UNABLE_TO_GET_ISSUER_CERT_LOCALLY: unknownAuthority,
  UNABLE_TO_VERIFY_LEAF_SIGNATURE: unknownAuthority,
  CERT_SIGNATURE_FAILURE: 'the broker’s certificate was not signed by the authority in ssl.truststore',
  CERT_REVOKED: 'the broker’s certificate has been revoked',
  ERR_TLS_CERT_ALTNAME_INVALID: 'the broker’s certificate is for another host',
  ERR_SSL_WRONG_VERSION_NUMBER: 'this port does not speak TLS',
  ERR_SSL_PACKET_LENGTH_TOO_LONG: 'this port does not speak TLS',
  ERR_SSL_UNSUPPORTED_PROTOCOL: 'the broker offers none of ssl.enabled.protocols',
};

const notTaken = 'the broker does not take the certificate in ssl.keystore';
/** What the broker says about us (RFC 8446, 6.2), by its number: OpenSSL's names for it change. */
const byAlert: Readonly<Record<string, string>> = {
  40: 'the broker refuses the handshake; it may ask for a certificate: see ssl.keystore',
  // Java says this to a client without a certificate, too.
  42: 'the broker asks for a certificate, or does not take the one in ssl.keystore',
  44: `${notTaken}: it has been revoked`,
  45: `${notTaken}: it has expired`,
  46: `${notTaken}; it may have expired`,
  48: `${notTaken}: its authority is not known there`,
  70: 'the broker takes none of ssl.enabled.protocols',
  116: 'the broker asks for a certificate: set ssl.keystore',
};

/** Whether the other side's certificate leads to nobody who is trusted. */
export function isUnknownAuthority(error: unknown): boolean {
  const code = error instanceof Error ? (error as NodeJS.ErrnoException).code : undefined;
  if (code === undefined) return false;
  return code === 'DEPTH_ZERO_SELF_SIGNED_CERT' || byCode[code] === unknownAuthority;
}

/** Undefined where the failure has nothing to do with TLS. `isReady`: TLS had been agreed on before. */
export function explainTls(error: Failure, isReady: boolean): string | undefined {
  const known = error.code === undefined ? undefined : byCode[error.code];
  // The name of the host that it is for instead stands in Node's text.
  if (error.code === 'ERR_TLS_CERT_ALTNAME_INVALID') return `${known}: ${error.message}`;
  if (known !== undefined) return known;
  const alert = /SSL alert number (\d+)/.exec(error.message)?.[1];
  if (alert !== undefined && byAlert[alert] !== undefined) return byAlert[alert];
  if (error.code?.startsWith('ERR_SSL_') === true) return `TLS failed: ${error.message.trim()}`;
  if (!isReady && (error.code === 'ECONNRESET' || /before secure TLS connection/.test(error.message))) {
    return 'the broker ended the connection within the TLS handshake; the port may be a plain one';
  }
  return undefined;
}
