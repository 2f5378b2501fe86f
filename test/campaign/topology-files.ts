// The topology of the campaign as each place has it, and what a worker may do that may not do everything.
import { writeFileSync } from 'node:fs';
import path from 'node:path';
import { stringify } from 'yaml';
import type { AclLab, AclRule } from '../permissions/acl-lab.ts';
import { cleanerAtRest, compactedSet, mirrorSet, sourceRegion, targetRegion } from './topic-roles.ts';

export const ordinaryUser = 'ordinary';

const places = ['operator', 'worker', 'ordinary worker'] as const;
type Place = (typeof places)[number];

/** What a worker needs, and nothing that alters the cluster: its fillers go by way of the coordinator. */
export function ordinaryRights(): AclRule[] {
  const principal = `User:${ordinaryUser}`;
  const all = (resourceType: AclRule['resourceType'], ...operations: AclRule['operation'][]) =>
    operations.map(
      (operation): AclRule => ({
        principal,
        operation,
        resourceType,
        resource: resourceType === 'cluster' ? 'kafka-cluster' : '*',
        pattern: 'literal',
      }),
    );
  return [
    ...all(
      'topic',
      'Describe',
      'Read',
      'Write',
      'Create',
      'Delete',
      'Alter',
      'DescribeConfigs',
      'AlterConfigs',
    ),
    ...all('transactional-id', 'Describe', 'Write'),
    ...all('group', 'Describe', 'Read'),
    ...all('cluster', 'Describe'),
  ];
}

/** One file per place: addresses depend on where one looks from, and on who one is. */
export function writeTopologies(acls: AclLab): Record<Place, string> {
  const { lab } = acls;
  const files: Partial<Record<Place, string>> = {};
  for (const place of places) {
    const from = place === 'operator' ? sourceRegion : targetRegion;
    const target =
      place === 'ordinary worker'
        ? { 'bootstrap.servers': acls.serversOf(targetRegion), ...acls.settingsOf(ordinaryUser) }
        : { 'bootstrap.servers': lab.bootstrapServers(targetRegion) };
    const regions = {
      [sourceRegion]: { kafka: { 'bootstrap.servers': lab.bootstrapServers(sourceRegion, from) } },
      [targetRegion]: { kafka: target },
    };
    const common = { home: sourceRegion, to: [targetRegion] };
    const mirrors = {
      [mirrorSet]: { topics: ['plain', 'wide', 'txn', 'lost-*'], ...common },
      // The copy's own cleaner rests, so that all it was given can be judged.
      [compactedSet]: { topics: ['keyed'], ...common, target: cleanerAtRest },
    };
    files[place] = path.join(lab.folder, `campaign-${place.replace(' ', '-')}.yaml`);
    writeFileSync(files[place], stringify({ regions, mirrors }));
  }
  return files as Record<Place, string>;
}
