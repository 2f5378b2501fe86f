// Asks the brokers what we may do, and compares it with what is needed. Nothing is tried that would change
// anything.
import type { BrokerQuestions, Rights } from '../../kafka/admin/broker-questions.ts';
import { ok, problem, type Said, unknown } from '../finding.ts';
import type { RegionSite } from '../region-site.ts';
import type { PermissionNeed, Resource } from './permission-needs.ts';

/** Names of one kind that a message lists. */
const namesShownMax = 3;
/** Topics that are not there yet and are tried one by one. */
const triedMax = 20;

export interface JudgedNeed extends PermissionNeed {
  readonly state: 'permitted' | 'missing' | 'unknown';
}

export async function checkPermissions(site: RegionSite, needs: readonly PermissionNeed[]): Promise<Said[]> {
  const questions = await site.questions();
  const rights = new Map([...(await askRights(questions, needs)), ...(await askGroups(site, needs))]);
  const judged = needs.map((need) => judge(need, rights.get(keyOf(need.resource))));
  const tried = await tryToCreate(questions, judged, rights);
  const isFree = mayDoAnything(await questions.rightsOnCluster());
  return sayPermissions(isFree ? tried.map(granted) : tried);
}

/** No authorizer, or a super user: only those may act as brokers do and change permissions, too. */
const mayDoAnything = ({ operations }: Rights): boolean =>
  operations?.has('ClusterAction') === true && operations.has('Alter');

const granted = (need: JudgedNeed): JudgedNeed =>
  need.state === 'unknown' ? { ...need, state: 'permitted' } : need;

const keyOf = ({ kind, name }: Resource): string => `${kind} ${name}`;

/** What the brokers tell of every resource of the needs, by `kind name`. */
export async function askRights(
  questions: BrokerQuestions,
  needs: readonly PermissionNeed[],
): Promise<ReadonlyMap<string, Rights>> {
  const namesOf = (wanted: Resource['kind']) => [
    ...new Set(needs.flatMap(({ resource: { kind, name } }) => (kind === wanted ? [name] : []))),
  ];
  const found = new Map<string, Rights>();
  const keep = (kind: Resource['kind'], all: Iterable<readonly [string, Rights]>) => {
    for (const [name, rights] of all) found.set(keyOf({ kind, name }), rights);
  };
  const topics = namesOf('topic');
  if (topics.length > 0) keep('topic', await questions.rightsOnTopics(topics));
  for (const name of namesOf('cluster')) keep('cluster', [[name, await questions.rightsOnCluster()]]);
  for (const id of namesOf('transactional-id')) {
    keep('transactional-id', [[id, await questions.rightsOnTransactionalId(id)]]);
  }
  return found;
}

/** Each group is known to its coordinator alone; to ask who that is would make the topic of the groups. */
async function askGroups(
  site: RegionSite,
  needs: readonly PermissionNeed[],
): Promise<ReadonlyMap<string, Rights>> {
  const ids = needs.flatMap(({ resource: { kind, name } }) => (kind === 'group' ? [name] : []));
  const found = new Map<string, Rights>();
  if (ids.length === 0) return found;
  for (const { address } of site.connections.values()) {
    const told = await (await site.questions(address)).rightsOnGroups([...new Set(ids)]);
    for (const [name, rights] of told) {
      const key = keyOf({ kind: 'group', name });
      const isBetter = rights.operations !== undefined || !found.has(key);
      if (isBetter) found.set(key, rights);
    }
  }
  return found;
}

const isAbsent = (rights: Rights | undefined): boolean => rights?.error === 'UNKNOWN_TOPIC_OR_PARTITION';

function judge(need: PermissionNeed, rights: Rights | undefined): JudgedNeed {
  if (rights?.error?.endsWith('AUTHORIZATION_FAILED') === true) {
    // A topic that is not there is refused in the same words as one that may not be seen.
    const isHidden = need.resource.kind === 'topic' && need.operation === 'Create';
    return { ...need, state: isHidden ? 'unknown' : 'missing' };
  }
  // That it is not there is told only to those who may describe it.
  if (isAbsent(rights) && need.operation === 'Describe') return { ...need, state: 'permitted' };
  if (rights?.operations?.has(need.operation) === true) return { ...need, state: 'permitted' };
  // Whoever may write may describe, and not the other way round.
  const isTold = need.resource.kind !== 'transactional-id' && rights?.operations !== undefined;
  return { ...need, state: isTold ? 'missing' : 'unknown' };
}

/** Of topics that are not there only the right to create them can be found out. */
async function tryToCreate(
  questions: BrokerQuestions,
  judged: readonly JudgedNeed[],
  rights: ReadonlyMap<string, Rights>,
): Promise<readonly JudgedNeed[]> {
  let tried = 0;
  const known: JudgedNeed[] = [];
  for (const need of judged) {
    const { resource, operation } = need;
    if (operation !== 'Create' || !isAbsent(rights.get(keyOf(resource))) || tried >= triedMax) {
      known.push(need);
      continue;
    }
    tried += 1;
    const topic = { name: resource.name, partitions: 1, replicationFactor: 1, settings: new Map() };
    const refusal = await questions.tryCreate(topic);
    const isRefused = refusal?.error === 'TOPIC_AUTHORIZATION_FAILED';
    known.push({ ...need, state: isRefused ? 'missing' : 'permitted' });
  }
  return known;
}

/** Pure. What is missing once per operation and reason, with the names. */
export function sayPermissions(judged: readonly JudgedNeed[]): Said[] {
  const missing = grouped(judged.filter(({ state }) => state === 'missing'));
  const open = grouped(judged.filter(({ state }) => state === 'unknown'));
  const said = missing.map(({ operation, resource: { kind }, neededFor, names }) =>
    problem(`${operation} is not permitted on ${wordsOf(kind, names)}`, {
      code: 'CW-3010',
      why: `Needed by the ${neededFor}.`,
      next:
        `Grant ${operation} on ${wordsOf(kind, names)} to Causeway’s principal; ` +
        '`causeway generate acls` writes the commands.',
    }),
  );
  if (open.length > 0) {
    const what = open.map(
      ({ operation, resource: { kind }, names }) => `${operation} on ${wordsOf(kind, names)}`,
    );
    const why = 'Brokers tell it only of what is there, and never for transactional ids.';
    said.push(unknown(`not told before it is used: ${what.join('; ')}`, why));
  }
  const permitted = judged.filter(({ state }) => state === 'permitted').length;
  if (said.length > missing.length || missing.length === 0) {
    said.push(
      ok(`${permitted} of ${judged.length} permissions are there`, `${permitted} of ${judged.length}`),
    );
  }
  return said;
}

interface Group extends PermissionNeed {
  readonly names: string[];
}

function grouped(needs: readonly PermissionNeed[]): Group[] {
  const groups = new Map<string, Group>();
  for (const need of needs) {
    const key = `${need.resource.kind} ${need.operation} ${need.neededFor}`;
    const group = groups.get(key) ?? { ...need, names: [] };
    group.names.push(need.resource.name);
    groups.set(key, group);
  }
  return [...groups.values()];
}

function wordsOf(kind: Resource['kind'], names: readonly string[]): string {
  if (kind === 'cluster') return 'the cluster';
  const shown = names.slice(0, namesShownMax).join(', ');
  const more = names.length > namesShownMax ? ` and ${names.length - namesShownMax} more` : '';
  const noun = kind === 'transactional-id' ? 'transactional id' : kind;
  return `${noun}${names.length === 1 ? '' : 's'} ${shown}${more}`;
}
