// Links with a limit, and links on which something holds mirrors up. Pure.
import type { LinkHold } from '../../ledger/records.ts';
import { formatDuration, formatRate } from '../output/values.ts';
import { isFresh, type Picture } from './picture.ts';

export interface LinkStatus {
  readonly source: string;
  readonly target: string;
  /** Of all workers that told of it. */
  readonly bytesPerSecond: number;
  readonly limitBytesPerSecond: number | undefined;
  /** The longest first told. */
  readonly held: readonly { readonly by: LinkHold; readonly sinceMs: number }[];
}

export function linkStatuses(picture: Picture): LinkStatus[] {
  const links = new Map<string, LinkStatus>();
  for (const record of picture.regions.flatMap((region) => region.links)) {
    if (!isFresh(picture, record.observedAtMs)) continue;
    const { source, target, bytesPerSecond, limitBytesPerSecond } = record;
    const key = `${source}->${target}`;
    const other = links.get(key);
    const limits = [limitBytesPerSecond, other?.limitBytesPerSecond].filter((limit) => limit !== undefined);
    links.set(key, {
      source,
      target,
      bytesPerSecond: bytesPerSecond + (other?.bytesPerSecond ?? 0),
      limitBytesPerSecond: limits.length === 0 ? undefined : limits.reduce((sum, part) => sum + part, 0),
      held: earliest([...(other?.held ?? []), ...record.held]),
    });
  }
  return [...links.values()];
}

function earliest(held: LinkStatus['held']): LinkStatus['held'] {
  const since = new Map<LinkHold, number>();
  for (const { by, sinceMs } of held) since.set(by, Math.min(sinceMs, since.get(by) ?? sinceMs));
  return [...since].map(([by, sinceMs]) => ({ by, sinceMs })).sort((a, b) => a.sinceMs - b.sinceMs);
}

/** `980 kB/s of 1 MB/s, at its limit for 12s`. */
export function linkText(link: LinkStatus, nowMs: number): string {
  const { source, target, bytesPerSecond, limitBytesPerSecond, held } = link;
  const meaning: Readonly<Record<LinkHold, string>> = {
    limit: 'at its limit',
    priority: 'lower priorities wait for higher ones',
    source_quota: `slowed down by a quota of the brokers in ${source}`,
    target_quota: `slowed down by a quota of the brokers in ${target}`,
  };
  const limit = limitBytesPerSecond === undefined ? '' : ` of ${formatRate(limitBytesPerSecond)}`;
  const holds = held.map(({ by, sinceMs }) => `, ${meaning[by]} for ${formatDuration(nowMs - sinceMs)}`);
  return `${formatRate(bytesPerSecond)}${limit}${holds.join('')}`;
}
