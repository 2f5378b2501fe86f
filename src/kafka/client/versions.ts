// Which version of each call one broker and we have in common.
import { CausewayError } from '../../base/errors.ts';
import { type ApiName, apis } from '../wire/api.ts';
import type { ApiRange } from '../wire/api-versions.ts';

export type SharedVersions = ReadonlyMap<number, ApiRange>;

/** Only the calls we know are kept. */
export function sharedVersions(ranges: readonly ApiRange[]): SharedVersions {
  const known = new Set<number>(Object.values(apis).map(({ key }) => key));
  return new Map(ranges.filter(({ key }) => known.has(key)).map((range) => [range.key, range]));
}

/**
 * The highest version both sides speak, up to `max`. Throws CW-3006. `where` names the broker in the message.
 */
export function chooseVersion(shared: SharedVersions, api: ApiName, where: string, max?: number): number {
  const ours = apis[api];
  const theirs = shared.get(ours.key);
  const highest = Math.min(max ?? ours.max, ours.max, theirs?.max ?? -1);
  if (theirs !== undefined && highest >= Math.max(ours.min, theirs.min)) return highest;
  const said = theirs === undefined ? 'does not offer it' : `offers ${theirs.min} to ${theirs.max}`;
  const text = `the broker ${said}, Causeway speaks ${ours.min} to ${max ?? ours.max}`;
  throw new CausewayError('CW-3006', `${where}: ${ours.name}: ${text}`, { api: ours.name });
}
