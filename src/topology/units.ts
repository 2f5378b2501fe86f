// Durations, sizes and rates as people write them. One table per kind; the file schema takes its patterns
// from here.

const durationUnitMs: Readonly<Record<string, number>> = {
  ms: 1,
  s: 1000,
  m: 60_000,
  h: 3_600_000,
  d: 86_400_000,
};

const byteUnit: Readonly<Record<string, number>> = {
  B: 1,
  kB: 1e3,
  KB: 1e3,
  MB: 1e6,
  GB: 1e9,
  TB: 1e12,
  KiB: 2 ** 10,
  MiB: 2 ** 20,
  GiB: 2 ** 30,
  TiB: 2 ** 40,
};

const bitUnitBytes: Readonly<Record<string, number>> = {
  bit: 1 / 8,
  kbit: 125,
  Kbit: 125,
  Mbit: 125_000,
  Gbit: 125_000_000,
};

export const durationPattern = '^[0-9]+(\\.[0-9]+)?(ms|s|m|h|d)$';
export const sizePattern = '^[0-9]+(\\.[0-9]+)?(B|kB|KB|MB|GB|TB|KiB|MiB|GiB|TiB)$';
export const ratePattern =
  '^[0-9]+(\\.[0-9]+)?((B|kB|KB|MB|GB|TB|KiB|MiB|GiB|TiB)/s|(bit|kbit|Kbit|Mbit|Gbit)/s)$';

/** Milliseconds of `500ms`, `10s`, `5m`, `1.5h`, `1d`; undefined where the text is not a duration. */
export function parseDurationMs(text: string): number | undefined {
  return amount(text, durationUnitMs);
}

/** Bytes of `512B`, `64KiB` (1024) or `200MB` (10^6); undefined where the text is not a size. */
export function parseSizeBytes(text: string): number | undefined {
  return amount(text, byteUnit);
}

/** Bytes per second of `200MB/s` or `50Mbit/s`; undefined where the text is not a rate. */
export function parseRateBytesPerSecond(text: string): number | undefined {
  if (!text.endsWith('/s')) return undefined;
  const perSecond = text.slice(0, -2);
  return amount(perSecond, byteUnit) ?? amount(perSecond, bitUnitBytes);
}

/**
 * Rates that somebody may have meant by a text that is none: `200Mbps`, `50 Mb/s`, `200MB`. A small b alone
 * stands for bits, unless nothing is written in capitals: then it may be either.
 */
export function meantRates(text: string): readonly string[] {
  const match = /^([0-9.]{1,16}) ?([kmgt]?)(i?)(b|bit|bits|byte|bytes) ?(ps|\/s|\/sec|\/second)?$/i.exec(
    text.length > 40 ? '' : text,
  );
  if (match === null) return [];
  const [, digits = '', prefix = '', binary = '', unit = ''] = match;
  const large = prefix.toUpperCase() === 'K' && binary === '' ? 'k' : prefix.toUpperCase();
  const inBytes = `${digits}${large}${binary === '' ? '' : 'i'}B/s`;
  const inBits = `${digits}${large}bit/s`;
  const isBits = /^bits?$/i.test(unit) || (unit === 'b' && /[KMGT]/.test(prefix));
  const isEither = unit === 'b' && binary === '';
  const meant = isBits ? [inBits] : isEither ? [inBytes, inBits] : [inBytes];
  return meant.filter((rate) => parseRateBytesPerSecond(rate) !== undefined);
}

/** The shortest exact form, as in `10s`. */
export function formatDurationMs(durationMs: number): string {
  return inLargestUnit(durationMs, durationUnitMs);
}

export function formatSizeBytes(sizeBytes: number): string {
  return inLargestUnit(sizeBytes, byteUnit);
}

export function formatRateBytesPerSecond(bytesPerSecond: number): string {
  return `${inLargestUnit(bytesPerSecond, byteUnit)}/s`;
}

function amount(text: string, units: Readonly<Record<string, number>>): number | undefined {
  const match = /^([0-9]{1,15}(?:\.[0-9]{1,6})?)([A-Za-z]+)$/.exec(text.length > 40 ? '' : text);
  if (match === null) return undefined;
  const [, digits = '', unit = ''] = match;
  const factor = Object.hasOwn(units, unit) ? units[unit] : undefined;
  if (factor === undefined) return undefined;
  const value = Math.round(Number(digits) * factor);
  return Number.isSafeInteger(value) ? value : undefined;
}

function inLargestUnit(value: number, units: Readonly<Record<string, number>>): string {
  let best: { text: string; factor: number } | undefined;
  for (const [unit, factor] of Object.entries(units)) {
    const fits = value === 0 ? factor === 1 : value % factor === 0;
    if (fits && (best === undefined || factor > best.factor)) {
      best = { text: `${value / factor}${unit}`, factor };
    }
  }
  return best?.text ?? String(value);
}
