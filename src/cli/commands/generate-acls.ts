// `causeway generate acls`: what Causeway has to be permitted in each region, as commands of kafka-acls.sh.
import { CausewayError } from '../../base/errors.ts';
import { principalOf } from '../../kafka/security/principal.ts';
import { readSecurity } from '../../kafka/security/security-settings.ts';
import { aclScript, type ScriptRegion } from '../../permissions/acl-script.ts';
import { sourceWarning } from '../../permissions/acl-warnings.ts';
import { type Denial, denialsFor } from '../../permissions/denials.ts';
import type { Role } from '../../permissions/permission-list.ts';
import { inexactPatterns, topicResources } from '../../permissions/topic-resources.ts';
import { permissionsFor } from '../../permissions/topology-permissions.ts';
import { resolveSettings, type SecretReaders } from '../../topology/secrets.ts';
import type { KafkaSettings, MirrorSetSpec, RegionSpec, Topology } from '../../topology/topology.ts';
import { mustBeRegion } from '../access/named-regions.ts';
import { permissionRoles } from '../access/permission-roles.ts';
import { isPrincipal, principalOption, principalsOption } from '../access/principals.ts';
import { secretReaders } from '../access/secret-readers.ts';
import { mustReadTopology } from '../access/topology-file.ts';
import { type ExitCode, exitCode } from '../exit-codes.ts';
import { type Invocation, textOption } from '../invocation.ts';
import { toJson } from '../output/listing.ts';
import { createScreen } from '../output/screen.ts';

export async function run(invocation: Invocation): Promise<ExitCode> {
  const { topology } = await mustReadTopology(invocation);
  const roles = permissionRoles(invocation.options);
  const { permissions, wider } = permissionsFor(topology, roles);
  const given = principalOption(invocation.options, 'principal');
  const secrets = secretReaders(invocation.terminal);
  const sets = [...topology.mirrors.values()];
  const regions = regionsIn(invocation, topology).map((region): ScriptRegion => {
    const { name } = region;
    const copied = sets.filter(({ to }) => to.includes(name));
    return {
      name,
      servers: mustKnowServers(region, secrets),
      principal: given ?? mustKnowPrincipal(region, secrets),
      permissions: permissions.filter((each) => each.region === name),
      sources: resourcesOf(sets.filter(({ home }) => home === name)),
      mirrors: resourcesOf(copied),
      mirrorsAreWider: copied.some((set) => inexactPatterns(set).length > 0),
    };
  });
  const denials = denialsIn(invocation, roles, regions, sets);
  const data = regions.flatMap(({ principal, permissions: own }) =>
    own.map((permission) => ({ principal, ...permission })),
  );
  const warned = regions.filter(({ sources }) => sources.length > 0);
  const notes = [...warned.map(({ name }) => ({ region: name, text: sourceWarning })), ...wider];
  await createScreen(invocation).report({
    text: () => aclScript({ regions, wider, denials }).trimEnd(),
    data: toJson({ permissions: data, denials, notes }),
    names: data.map(({ region, role, operation, resourceType, resource }) =>
      [region, role, operation, resourceType, resource].join('/'),
    ),
  });
  return exitCode.fine;
}

const resourcesOf = (sets: readonly MirrorSetSpec[]) => sets.flatMap((set) => topicResources(set).resources);

function denialsIn(
  invocation: Invocation,
  roles: readonly Role[],
  regions: readonly ScriptRegion[],
  sets: readonly MirrorSetSpec[],
): Denial[] {
  const principals = principalsOption(invocation.options, 'denyWrite');
  if (principals.length > 0 && !roles.includes('worker')) {
    const why = 'it must not be the login of the workers, and without --role worker nobody knows that one';
    throw new CausewayError('CW-6019', `--deny-write ${principals.join(', ')}: ${why}`);
  }
  const own = regions.map(({ principal }) => principal);
  return denialsFor({ principals, regions: regions.map(({ name }) => name), sets, own });
}

function regionsIn(invocation: Invocation, topology: Topology): RegionSpec[] {
  const given = textOption(invocation.options, 'region');
  return given === undefined ? [...topology.regions.values()] : [mustBeRegion(topology, given)];
}

/** Throws CW-1017 or CW-1018 where an address is a placeholder without a value. */
function mustKnowServers({ kafka }: RegionSpec, secrets: SecretReaders): string {
  const name = 'bootstrap.servers';
  const servers = new Map([[name, kafka.get(name) ?? '']]);
  return resolveSettings(servers, secrets).get(name) ?? '';
}

function mustKnowPrincipal({ name, kafka }: RegionSpec, secrets: SecretReaders): string {
  const { security, problems } = readSecurity(settingsWithSecrets(kafka, secrets));
  const principal = problems.length > 0 ? undefined : principalOf(security);
  if (principal !== undefined && !principal.includes('${') && isPrincipal(principal)) return principal;
  const why = 'its settings name nobody that can be read here (a certificate, a token or a secret)';
  throw new CausewayError('CW-6017', `region ${name}: ${why}; give --principal User:NAME`, { region: name });
}

/** A name can be known where its password cannot. */
function settingsWithSecrets(kafka: KafkaSettings, secrets: SecretReaders): KafkaSettings {
  try {
    return resolveSettings(kafka, secrets);
  } catch (error) {
    if (error instanceof CausewayError) return kafka;
    throw error;
  }
}
