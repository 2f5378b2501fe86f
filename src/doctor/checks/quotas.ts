// Quotas that the cluster puts on us, by the same rules of precedence as Kafka's brokers.
import type { Quota } from '../../kafka/admin/broker-questions.ts';
import { ok, type Said, warning } from '../finding.ts';
import type { RegionSite } from '../region-site.ts';

/** Processes call themselves so, with their name behind it. */
export const clientIdPrefix = 'causeway';
/** Below this, per broker, hardly any topic can be followed. */
const bytesPerSecondMin = 1_000_000;

const keys = {
  consumer_byte_rate: 'fetch',
  producer_byte_rate: 'write',
} as const;
export type QuotaKey = keyof typeof keys;

export interface OwnQuota {
  readonly key: QuotaKey;
  /** Per broker. */
  readonly bytesPerSecond: number;
  /** On whom it is, in words. */
  readonly on: string;
}

export async function checkQuotas(site: RegionSite): Promise<Said[]> {
  const questions = await site.questions();
  return judgeQuotas(await questions.quotas(), principalOf(site));
}

/** The name under which the cluster knows us; undefined where only the cluster knows it. */
export function principalOf(site: RegionSite): string | undefined {
  const { sasl, tls } = site.security.settings;
  if (sasl !== undefined) return 'username' in sasl ? sasl.username : undefined;
  return tls?.own === undefined ? 'ANONYMOUS' : undefined;
}

/** Pure. */
export function judgeQuotas(quotas: readonly Quota[], user: string | undefined): Said[] {
  const own = (Object.keys(keys) as QuotaKey[]).flatMap((key) => ownQuota(quotas, user, key) ?? []);
  const unsure =
    user === undefined ? '; quotas of single users are not looked at: our name is not known' : '';
  if (own.length === 0) return [ok(`no quota is on us${unsure}`, 'none')];
  return own.map(({ key, bytesPerSecond, on }) => {
    const rate = `${amount(bytesPerSecond)} per second and broker`;
    const what = `a quota lets us ${keys[key]} ${rate} (${on})${unsure}`;
    if (bytesPerSecond >= bytesPerSecondMin) return ok(what, amount(bytesPerSecond));
    return warning(what, {
      why: 'Mirrors fall behind for good where more than that is written.',
      next: `Raise ${key} with kafka-configs above the traffic of the mirrored topics.`,
    });
  });
}

/** The quota that counts for us; the lowest where several of the same rank might. */
export function ownQuota(
  quotas: readonly Quota[],
  user: string | undefined,
  key: QuotaKey,
): OwnQuota | undefined {
  const ranked = quotas.flatMap((quota) => {
    const bytesPerSecond = quota.values.get(key);
    const rank = rankOf(quota, user);
    return bytesPerSecond === undefined || rank === undefined
      ? []
      : [{ rank, bytesPerSecond, on: wordsOf(quota) }];
  });
  ranked.sort((a, b) => a.rank - b.rank || a.bytesPerSecond - b.bytesPerSecond);
  const [first] = ranked;
  return first === undefined ? undefined : { key, bytesPerSecond: first.bytesPerSecond, on: first.on };
}

/** Kafka's order (org.apache.kafka.server.quota): user before client id, a name before the default. */
function rankOf({ entity }: Quota, user: string | undefined): number | undefined {
  const isUs = (name: string) => name === user;
  const isOurs = (name: string) => name.startsWith(clientIdPrefix);
  const userRank = partRank(entity, 'user', isUs);
  const clientRank = partRank(entity, 'client-id', isOurs);
  return userRank === undefined || clientRank === undefined ? undefined : userRank * 3 + clientRank;
}

/** 0 our name, 1 the default, 2 not looked at; undefined: somebody else. */
function partRank(
  entity: Quota['entity'],
  kind: string,
  isOwn: (name: string) => boolean,
): number | undefined {
  const name = entity.get(kind);
  if (name === undefined) return 2;
  if (name === null) return 1;
  return isOwn(name) ? 0 : undefined;
}

const wordsOf = ({ entity }: Quota): string =>
  [...entity].map(([kind, name]) => (name === null ? `every ${kind}` : `${kind} ${name}`)).join(', ');

function amount(bytesPerSecond: number): string {
  if (bytesPerSecond >= 1_000_000) return `${Math.round(bytesPerSecond / 100_000) / 10} MB`;
  return `${Math.round(bytesPerSecond / 100) / 10} KB`;
}
