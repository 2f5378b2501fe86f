// How single values look to a person. Unknown is `?`, never 0.

export const unknown = '?';

const countUnits = ['', 'k', 'M', 'G', 'T', 'P'] as const;

/** Three significant digits with a decimal unit: 950, 1.8k, 12.5M. */
export function formatCount(value: bigint | number | undefined): string {
  return value === undefined ? unknown : scaled(Number(value), '');
}

/** Decimal units, as networks and disks are sold: 0 B, 84 MB. */
export function formatBytes(value: bigint | number | undefined): string {
  if (value === undefined) return unknown;
  const text = scaled(Number(value), ' ');
  return text.includes(' ') ? `${text}B` : `${text} B`;
}

export function formatRate(bytesPerSecond: number | undefined): string {
  return bytesPerSecond === undefined ? unknown : `${formatBytes(Math.round(bytesPerSecond))}/s`;
}

/** 0.2s, 42s, 5m 3s, 3h 20m, 2d 4h. */
export function formatDuration(durationMs: number | undefined): string {
  if (durationMs === undefined) return unknown;
  const seconds = Math.max(0, durationMs) / 1000;
  if (seconds < 9.95) return `${seconds.toFixed(1)}s`;
  const whole = Math.round(seconds);
  if (whole < 60) return `${whole}s`;
  if (whole < 3600) return pair(whole, 60, 'm', 1, 's');
  if (whole < 86_400) return pair(whole, 3600, 'h', 60, 'm');
  return pair(whole, 86_400, 'd', 3600, 'h');
}

/** With thousands separated, for exact numbers in sentences: 12,004. */
export function formatExact(value: bigint | number): string {
  return value.toString().replace(/\B(?=(\d{3})+(?!\d))/g, ',');
}

/** `1 broker`, `3 brokers`, `? brokers`. */
export function formatAmount(value: number | bigint | undefined, noun: string): string {
  const isOne = value === 1 || value === 1n;
  return `${value === undefined ? unknown : formatExact(value)} ${noun}${isOne ? '' : 's'}`;
}

/** Wall-clock milliseconds as ISO 8601 in UTC. */
export function formatTime(wallMs: number | undefined): string {
  return wallMs === undefined ? unknown : new Date(wallMs).toISOString();
}

function scaled(value: number, gap: string): string {
  let unit = 0;
  let rest = Math.abs(value);
  while (rest >= 999.5 && unit < countUnits.length - 1) {
    rest /= 1000;
    unit += 1;
  }
  const digits = unit === 0 || rest >= 99.95 ? rest.toFixed(0) : rest.toFixed(1).replace(/\.0$/, '');
  return `${value < 0 ? '-' : ''}${digits}${unit === 0 ? '' : gap}${countUnits[unit] ?? ''}`;
}

function pair(seconds: number, large: number, largeName: string, small: number, smallName: string): string {
  const count = Math.floor(seconds / large);
  const rest = Math.floor((seconds % large) / small);
  return rest === 0 ? `${count}${largeName}` : `${count}${largeName} ${rest}${smallName}`;
}
