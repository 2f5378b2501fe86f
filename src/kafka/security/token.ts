// What can be told of an OAuth token by looking at it.

export interface Token {
  readonly text: string;
  /** Wall clock. */
  readonly endsMs: number | undefined;
}

/** RFC 6750: letters, digits and a few signs. Anything else would break the message it is put into. */
export const isToken = (text: string): boolean => /^[A-Za-z0-9\-._~+/]+=*$/.test(text);

/** The `exp` of a JWT (RFC 7519), in milliseconds; undefined for tokens of another kind. */
export function tokenEnd(token: string): number | undefined {
  const [, payload] = token.split('.');
  if (payload === undefined) return undefined;
  const ends = jsonObject(Buffer.from(payload, 'base64url').toString('utf8'))?.exp;
  return typeof ends === 'number' && Number.isFinite(ends) ? ends * 1000 : undefined;
}

export function jsonObject(text: string): Readonly<Record<string, unknown>> | undefined {
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === 'object' && value !== null ? (value as Record<string, unknown>) : undefined;
  } catch {
    return undefined;
  }
}
