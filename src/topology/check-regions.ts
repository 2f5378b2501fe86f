// Checks of `regions`, `coordination` and `links` that a schema cannot express.
import { closestName } from '../base/closest-name.ts';
import {
  closestConnectionSetting,
  formatAddress,
  knownConnectionSettings,
  parseBootstrapServers,
  usedConnectionSettings,
} from './connection-settings.ts';
import { readSecurity } from '../kafka/security/security-settings.ts';
import { literalSecrets } from './literal-secrets.ts';
import { listed, type Place, type ProblemList, quoted } from './problem.ts';
import type { Places } from './read-values.ts';
import type { FileDraft, SettingsDraft } from './schema.ts';
import { hasPlaceholder, splitPlaceholders } from './secrets.ts';
import { formatRateBytesPerSecond, parseRateBytesPerSecond } from './units.ts';

/** Region and set names become parts of transactional ids, joined by dots. */
export const isName = (name: string): boolean => /^[A-Za-z0-9][A-Za-z0-9_-]{0,62}$/.test(name);

export const nameHint = 'Use letters, digits, - and _, beginning with a letter or digit; at most 63.';

export interface CheckContext {
  readonly file: FileDraft;
  readonly places: Places;
  readonly problems: ProblemList;
}

export function checkRegions({ file, places, problems }: CheckContext): void {
  const { regions } = file;
  if (regions === undefined) return;
  const names = Object.keys(regions);
  if (names.length === 0) {
    problems.error('CW-1005', places.value(file, 'regions'), 'no region is declared', 'A mirror needs two.');
  }
  const regionOfAddress = new Map<string, string>();
  for (const name of names) {
    if (!isName(name)) {
      problems.error(
        'CW-1019',
        places.key(regions, name),
        `a region cannot be named ${quoted(name)}`,
        nameHint,
      );
    }
    const settings = regions[name]?.kafka as SettingsDraft | undefined;
    if (settings === undefined) continue;
    checkConnection(settings, `regions.${name}.kafka`, places, problems);
    checkSameCluster(name, settings, regionOfAddress, places, problems);
  }
}

function checkSameCluster(
  region: string,
  settings: SettingsDraft,
  regionOfAddress: Map<string, string>,
  places: Places,
  problems: ProblemList,
): void {
  const servers = settings['bootstrap.servers'];
  if (servers === undefined || hasPlaceholder(servers)) return;
  const addresses = new Set(parseBootstrapServers(servers).addresses.map(formatAddress));
  let reported = false;
  for (const address of addresses) {
    const other = regionOfAddress.get(address);
    if (other === undefined) regionOfAddress.set(address, region);
    else if (!reported) {
      reported = true;
      const message = `region ${quoted(region)} has the address ${address} of region ${quoted(other)}`;
      const hint = 'One cluster cannot be two regions.';
      problems.error('CW-1011', places.value(settings, 'bootstrap.servers'), message, hint);
    }
  }
}

export function checkConnection(
  settings: SettingsDraft,
  what: string,
  places: Places,
  problems: ProblemList,
): void {
  for (const name of Object.keys(settings)) {
    const place = places.key(settings, name);
    if (!knownConnectionSettings.has(name)) {
      const meant = closestConnectionSetting(name);
      const hint = meant === undefined ? 'Names are Kafka’s own.' : `Did you mean ${quoted(meant)}?`;
      problems.error('CW-1022', place, `${what} has the unknown setting ${quoted(name)}`, hint);
      continue;
    }
    for (const text of splitPlaceholders(settings[name] ?? '').invalid) {
      const hint = 'Write ${env:NAME}, ${file:PATH:KEY} or ${file:PATH}.';
      problems.error(
        'CW-1017',
        places.value(settings, name),
        `${name} holds ${text}, which is no placeholder`,
        hint,
      );
    }
    if (!usedConnectionSettings.includes(name)) {
      problems.error('CW-1013', place, `${name} is not supported by this version yet`, 'Remove it.');
    }
  }
  checkServers(settings, what, places, problems);
  checkSecurity(settings, places, problems);
}

function checkServers(settings: SettingsDraft, what: string, places: Places, problems: ProblemList): void {
  const name = 'bootstrap.servers';
  const servers = settings[name];
  if (!(name in settings)) {
    const hint = 'For example: bootstrap.servers: "broker1:9092,broker2:9092".';
    problems.error('CW-1005', places.key(settings, name), `${what} has no ${quoted(name)}`, hint);
  } else if (servers !== undefined && !hasPlaceholder(servers)) {
    for (const address of parseBootstrapServers(servers).invalid) {
      const message = address === '' ? 'an address is empty' : `${quoted(address)} is not a broker address`;
      const hint = 'Write host:port, several separated by commas; IPv6 as [::1]:9092.';
      problems.error('CW-1023', places.value(settings, name), message, hint);
    }
  }
}

const codeOf = { wrong: 'CW-1025', refused: 'CW-1013', useless: 'CW-1025', missing: 'CW-1005' } as const;

/** What hangs on a secret is only known where the connection is made. */
function checkSecurity(settings: SettingsDraft, places: Places, problems: ProblemList): void {
  const given = new Map(
    Object.entries(settings).flatMap(([name, value]) =>
      value === undefined ? [] : [[name, value] as const],
    ),
  );
  // A login module can be read with placeholders in its quotation marks.
  const isOpen = ([name, value]: readonly [string, string]) =>
    name === 'sasl.jaas.config' ? value.trimStart().startsWith('${') : hasPlaceholder(value);
  const unknown = new Set([...given].filter(isOpen).map(([name]) => name));
  for (const { setting, what } of literalSecrets(given)) {
    problems.warning('CW-1029', places.value(settings, setting), `${what} is a secret in the file itself`);
  }
  for (const { kind, setting, message, hint } of readSecurity(given, unknown).problems) {
    const has = setting in settings;
    const place = has ? places.value(settings, setting) : places.key(settings, 'bootstrap.servers');
    problems.error(codeOf[kind], place, message, hint);
  }
}

export function checkCoordination({ file, places, problems }: CheckContext): void {
  if (file.coordination === undefined) return;
  const message = 'a coordination cluster is not supported by this version yet';
  problems.error('CW-1013', places.key(file, 'coordination'), message, 'Remove it.');
  const settings = file.coordination.kafka as SettingsDraft | undefined;
  if (settings !== undefined) checkConnection(settings, 'coordination.kafka', places, problems);
}

/** A link's two regions; undefined where the key is not A->B. */
export function linkEnds(key: string): { readonly source: string; readonly target: string } | undefined {
  const [source, target, ...rest] = key.split('->').map((part) => part.trim());
  return source && target && rest.length === 0 ? { source, target } : undefined;
}

export function checkLinks({ file, places, problems }: CheckContext): void {
  const { links, regions = {}, mirrors } = file;
  const crossed = new Set<string>();
  for (const set of Object.values(mirrors ?? {})) {
    for (const target of set?.to ?? []) crossed.add(`${set?.home}->${target}`);
  }
  for (const [key, link] of Object.entries(links ?? {})) {
    const place = places.key(links as object, key);
    const ends = linkEnds(key);
    if (ends === undefined || ends.source === ends.target) {
      problems.error(
        'CW-1019',
        place,
        `a link cannot be ${quoted(key)}`,
        'Write SOURCE->TARGET, two regions.',
      );
      continue;
    }
    const unknown = [ends.source, ends.target].filter((name) => !Object.hasOwn(regions, name));
    for (const name of unknown)
      reportUnknownRegion(name, `the link ${quoted(key)}`, place, regions, problems);
    if (unknown.length === 0 && mirrors !== undefined && !crossed.has(`${ends.source}->${ends.target}`)) {
      problems.error('CW-1012', place, `no mirror set crosses the link ${quoted(key)}`, 'Remove it.');
    }
    if (link?.limit !== undefined) checkLimit(link.limit, key, places.value(link, 'limit'), problems);
  }
}

/** With less, a batch of 1 MB would take minutes, and the broker would close a connection that only waits. */
const limitBytesPerSecondMin = 10_000;

function checkLimit(limit: string, link: string, place: Place, problems: ProblemList): void {
  if ((parseRateBytesPerSecond(limit) ?? 0) >= limitBytesPerSecondMin) return;
  const least = formatRateBytesPerSecond(limitBytesPerSecondMin);
  const message = `the limit of the link ${quoted(link)} is ${limit}; the least is ${least}`;
  const hint = 'Remove it for no limit. `causeway mirrors pause` stops a mirror set.';
  problems.error('CW-1025', place, message, hint);
}

export function reportUnknownRegion(
  name: string,
  where: string,
  place: ReturnType<Places['key']>,
  regions: object,
  problems: ProblemList,
): void {
  const names = Object.keys(regions);
  const meant = closestName(name, names.slice(0, 1000));
  const known = names.length === 0 ? undefined : `Regions are ${listed(names.slice(0, 20))}.`;
  const hint = meant === undefined ? known : `Did you mean ${quoted(meant)}?`;
  problems.error('CW-1007', place, `${where} names the unknown region ${quoted(name)}`, hint);
}
