// `causeway serve`: the long-running process of one region, until SIGTERM or SIGINT.
import { hostname } from 'node:os';
import { closestName } from '../../base/closest-name.ts';
import { CausewayError } from '../../base/errors.ts';
import { systemRandom } from '../../base/random.ts';
import { type Role, startServer } from '../../server/serve.ts';
import { createLog } from '../../telemetry/pino-log.ts';
import type { Topology } from '../../topology/topology.ts';
import { secretReaders } from '../access/secret-readers.ts';
import { mustReadTopology } from '../access/topology-file.ts';
import { type ExitCode, exitCode } from '../exit-codes.ts';
import { type Invocation, type OptionValues, textOption } from '../invocation.ts';
import { countOption, invalidOption } from '../quantities.ts';
import { programVersion } from '../version.ts';

export const endsInOrder = true;

const roles = ['controller', 'worker'] as const satisfies readonly Role[];

const portMax = 65_535;
const levelOf = { quiet: 'warn', normal: 'info', verbose: 'debug' } as const;

export async function run(invocation: Invocation): Promise<ExitCode> {
  const { terminal, options, verbosity } = invocation;
  const { topology } = await mustReadTopology(invocation);
  const region = mustRegion(options, topology);
  const name = textOption(options, 'name') ?? `${hostname()}-${terminal.processId}`;
  const log = createLog({
    level: levelOf[verbosity],
    destination: { write: (line) => void terminal.stderr.write(line) },
    fields: { process: name },
  });
  const server = await startServer({
    region,
    name,
    roles: parseRoles(options),
    local: topology,
    secrets: secretReaders(terminal),
    clock: terminal.clock,
    random: systemRandom,
    log,
    version: programVersion(),
    httpPort: parsePort(options),
    httpHost: textOption(options, 'httpHost') ?? '127.0.0.1',
  });
  const asked = Promise.withResolvers<void>();
  const onAbort = () => asked.resolve();
  if (terminal.signal.aborted) onAbort();
  terminal.signal.addEventListener('abort', onAbort, { once: true });
  try {
    await Promise.race([asked.promise, server.finished]);
  } finally {
    await server.stop();
  }
  return exitCode.fine;
}

function mustRegion(options: OptionValues, topology: Topology): string {
  const names = [...topology.regions.keys()];
  const given = textOption(options, 'region');
  if (given === undefined) {
    throw new CausewayError('CW-6008', `say with --region where this process stands: ${names.join(', ')}`);
  }
  if (topology.regions.has(given)) return given;
  const close = closestName(given, names);
  const hint = close === undefined ? `there are: ${names.join(', ')}` : `did you mean ${close}?`;
  throw new CausewayError('CW-6006', `there is no region "${given}" in the topology; ${hint}`, { given });
}

/** Throws CW-6008. */
export function parseRoles(options: OptionValues): readonly Role[] {
  const text = textOption(options, 'role') ?? roles.join(',');
  const given = text.split(',').map((part) => part.trim());
  const chosen = roles.filter((role) => given.includes(role));
  const unknown = given.find((part) => !(roles as readonly string[]).includes(part));
  if (unknown !== undefined) throw invalidOption('role', text, `made of ${roles.join(' and ')}`);
  return chosen;
}

function parsePort(options: OptionValues): number {
  const port = countOption(options, 'httpPort') ?? 0;
  if (port > portMax) throw invalidOption('httpPort', String(port), `a port number from 0 to ${portMax}`);
  return port;
}
