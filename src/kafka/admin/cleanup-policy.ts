// On which topics a cleaner runs.
import type { SettingsLook } from './cluster-admin.ts';

/**
 * Whether `compact` is in the cleanup policy of any side that was looked at; undefined where one may not be
 * read.
 */
export function isCompacted(looks: readonly SettingsLook[], topic: string): boolean | undefined {
  const policies = looks.map(({ settings }) => settings.get(topic)?.get('cleanup.policy'));
  if (policies.some((policy) => policy?.includes('compact') === true)) return true;
  return policies.includes(undefined) ? undefined : false;
}
