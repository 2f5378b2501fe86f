// Rules that deny others to write mirrors. A rule that denies wins over all that allow, so it must be about
// mirrors and nothing else, and never about Causeway. Pure.
import { CausewayError } from '../base/errors.ts';
import { shellWord } from '../kafka/acl/right.ts';
import type { MirrorSetSpec } from '../topology/topology.ts';
import { topicCommands } from './acl-commands.ts';
import { inexactPatterns, type NamedResource, topicResources } from './topic-resources.ts';

export interface Denial extends NamedResource {
  readonly principal: string;
  readonly region: string;
  readonly operation: 'Write';
  readonly resourceType: 'topic';
}

export interface DenialRequest {
  readonly principals: readonly string[];
  readonly regions: readonly string[];
  readonly sets: readonly MirrorSetSpec[];
  /** Those of Causeway. */
  readonly own: readonly string[];
}

/** Throws CW-6019 where a rule would take more than is wanted. */
export function denialsFor({ principals, regions, sets, own }: DenialRequest): Denial[] {
  for (const principal of principals) mustBeOther(principal, own);
  return regions.flatMap((region) => {
    const into = sets.filter(({ to }) => to.includes(region));
    return principals.flatMap((principal) => into.flatMap((set) => denialsOf(principal, region, set)));
  });
}

function mustBeOther(principal: string, own: readonly string[]): void {
  if (!principal.endsWith(':*') && !own.includes(principal)) return;
  const who = own.includes(principal) ? 'that is Causeway itself' : 'Causeway is one of them';
  throw new CausewayError('CW-6019', `--deny-write ${principal}: ${who}, and could not mirror any more`, {
    principal,
  });
}

function denialsOf(principal: string, region: string, set: MirrorSetSpec): Denial[] {
  const inexact = inexactPatterns(set);
  if (inexact.length > 0) {
    const patterns = inexact.map((pattern) => `"${pattern}"`).join(', ');
    throw new CausewayError(
      'CW-6019',
      `--deny-write ${principal} in ${region}: mirror set ${set.name} has ${patterns}, for which ACLs have ` +
        'no counterpart: the rule would deny topics that are no mirrors, too',
      { principal, region, set: set.name },
    );
  }
  return topicResources(set).resources.map((named) => {
    return { principal, region, operation: 'Write', resourceType: 'topic', ...named };
  });
}

export const denyLines = (run: string, denials: readonly Denial[]): string[] =>
  [...Map.groupBy(denials, ({ principal }) => principal)].flatMap(([principal, same]) =>
    topicCommands(`${run} --add --deny-principal ${shellWord(principal)}`, ['Write'], same),
  );
