// `causeway generate acls`: what Causeway has to be permitted in each region, as commands of kafka-acls.sh.
import { CausewayError } from '../../base/errors.ts';
import { principalOf } from '../../kafka/security/principal.ts';
import { readSecurity } from '../../kafka/security/security-settings.ts';
import { aclScript, type ScriptRegion } from '../../permissions/acl-script.ts';
import { type Role, roles } from '../../permissions/permission-list.ts';
import { topicResources } from '../../permissions/topic-resources.ts';
import { permissionsFor } from '../../permissions/topology-permissions.ts';
import { resolveSettings, type SecretReaders } from '../../topology/secrets.ts';
import type { KafkaSettings, RegionSpec, Topology } from '../../topology/topology.ts';
import { secretReaders } from '../access/secret-readers.ts';
import { mustReadTopology } from '../access/topology-file.ts';
import { type ExitCode, exitCode } from '../exit-codes.ts';
import { type Invocation, listOption, textOption } from '../invocation.ts';
import { toJson } from '../output/listing.ts';
import { createScreen } from '../output/screen.ts';

export async function run(invocation: Invocation): Promise<ExitCode> {
  const { topology } = await mustReadTopology(invocation);
  const { permissions, wider } = permissionsFor(topology, rolesIn(invocation));
  const given = textOption(invocation.options, 'principal');
  const secrets = secretReaders(invocation.terminal);
  const regions = regionsIn(invocation, topology).map((region): ScriptRegion => {
    const sets = [...topology.mirrors.values()].filter(({ to }) => to.includes(region.name));
    return {
      name: region.name,
      servers: region.kafka.get('bootstrap.servers') ?? '',
      principal: given ?? mustKnowPrincipal(region, secrets),
      permissions: permissions.filter((each) => each.region === region.name),
      mirrors: sets.flatMap((set) => topicResources(set).resources),
    };
  });
  const deniedWriters = listOption(invocation.options, 'denyWrite');
  const data = regions.flatMap(({ principal, permissions: own }) =>
    own.map((permission) => ({ principal, ...permission })),
  );
  await createScreen(invocation).report({
    text: () => aclScript({ regions, wider, deniedWriters }).trimEnd(),
    data: toJson(data),
    names: data.map(({ region, role, operation, resourceType, resource }) =>
      [region, role, operation, resourceType, resource].join('/'),
    ),
  });
  return exitCode.fine;
}

function rolesIn(invocation: Invocation): readonly Role[] {
  const given = textOption(invocation.options, 'role');
  if (given === undefined) return roles;
  return given.split(',').map((text) => {
    const role = roles.find((each) => each === text.trim());
    if (role !== undefined) return role;
    throw new CausewayError('CW-6008', `--role ${text}: there are ${roles.join(', ')}`);
  });
}

function regionsIn(invocation: Invocation, topology: Topology): RegionSpec[] {
  const given = textOption(invocation.options, 'region');
  if (given === undefined) return [...topology.regions.values()];
  const region = topology.regions.get(given);
  if (region !== undefined) return [region];
  const known = [...topology.regions.keys()].join(', ');
  throw new CausewayError('CW-6006', `there is no region "${given}" in the topology; it has ${known}`);
}

function mustKnowPrincipal({ name, kafka }: RegionSpec, secrets: SecretReaders): string {
  const { security, problems } = readSecurity(settingsWithSecrets(kafka, secrets));
  const principal = problems.length > 0 ? undefined : principalOf(security);
  if (principal !== undefined && !principal.includes('${')) return principal;
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
