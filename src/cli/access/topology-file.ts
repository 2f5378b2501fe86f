// Which causeway.yaml a command means, and what it says. The order: --config, CAUSEWAY_CONFIG, the nearest
// causeway.yaml in this folder and above, the running lab's (the profile `lab`).
import { existsSync, readFileSync } from 'node:fs';
import { dirname, join, relative, resolve } from 'node:path';
import { CausewayError } from '../../base/errors.ts';
import type { Problem } from '../../topology/problem.ts';
import type { Topology } from '../../topology/topology.ts';
import { type Invocation, type Origin, textOption } from '../invocation.ts';

export const topologyFileName = 'causeway.yaml';

export interface LocatedTopology {
  readonly path: string;
  readonly origin: Origin;
  /** The flag, the variable or the folder that led to it. */
  readonly where: string;
}

export interface TopologyFile extends LocatedTopology {
  readonly text: string;
  readonly topology: Topology;
  readonly warnings: readonly Problem[];
}

/** A topology with everything that is wrong with it; the message holds all problems. */
export class TopologyProblems extends CausewayError {
  readonly problems: readonly Problem[];

  constructor(path: string, problems: readonly Problem[], text: string) {
    const count = problems.filter((problem) => problem.severity === 'error').length;
    super(
      problems[0]?.code ?? 'CW-6001',
      `${path} has ${count} ${count === 1 ? 'problem' : 'problems'}:\n${text}`,
    );
    this.problems = problems;
  }
}

/** Where the topology is, without reading it; undefined where there is none. */
export async function locateTopology(invocation: Invocation): Promise<LocatedTopology | undefined> {
  const given = textOption(invocation.options, 'config');
  const { cwd } = invocation.terminal;
  if (given !== undefined) {
    const setting = invocation.settings.find((each) => each.name === 'config');
    return {
      path: resolve(cwd, given),
      origin: setting?.origin ?? 'flag',
      where: setting?.where ?? '--config',
    };
  }
  const folder = findUpward(cwd);
  if (folder !== undefined) {
    return { path: join(folder, topologyFileName), origin: 'file', where: relative(cwd, folder) || '.' };
  }
  const { findLab } = await import('../../../lab/control-client.ts');
  const lab = (await findLab())?.topologies?.operator;
  return lab === undefined ? undefined : { path: lab, origin: 'profile', where: 'the running lab' };
}

/** Reads and checks the topology. Throws CW-6001 where there is none, and TopologyProblems. */
export async function mustReadTopology(invocation: Invocation): Promise<TopologyFile> {
  const located = await locateTopology(invocation);
  if (located === undefined) {
    throw new CausewayError(
      'CW-6001',
      `no ${topologyFileName} in ${invocation.terminal.cwd} or above, and no lab is running`,
    );
  }
  return readTopologyFrom(located);
}

/** Reads and checks the topology at a path that needs no search. */
export function readTopologyAt(path: string): Promise<TopologyFile> {
  return readTopologyFrom({ path, origin: 'profile', where: 'the running lab' });
}

async function readTopologyFrom(located: LocatedTopology): Promise<TopologyFile> {
  const text = await readText(located.path);
  const { topology, warnings } = await checkTopology(text, located.path);
  return { ...located, text, topology, warnings };
}

/** Parses a topology. Throws TopologyProblems with all of them. */
export async function checkTopology(
  text: string,
  file: string,
): Promise<{ topology: Topology; warnings: readonly Problem[] }> {
  const { parseTopology } = await import('../../topology/parse-topology.ts');
  const { formatProblems } = await import('../../topology/problem.ts');
  const parsed = parseTopology({ text, file });
  if ('problems' in parsed)
    throw new TopologyProblems(file, parsed.problems, formatProblems(parsed.problems));
  return parsed;
}

async function readText(path: string): Promise<string> {
  const { decodeFileText } = await import('../../topology/file-text.ts');
  const { formatProblems } = await import('../../topology/problem.ts');
  const read = decodeFileText(readBytes(path), path);
  if ('problems' in read) throw new TopologyProblems(path, read.problems, formatProblems(read.problems));
  return read.text;
}

function readBytes(path: string): Buffer {
  try {
    return readFileSync(path);
  } catch (error) {
    throw new CausewayError('CW-6001', `${path} cannot be read`, { path }, error);
  }
}

function findUpward(from: string): string | undefined {
  for (let folder = from; ; folder = dirname(folder)) {
    if (existsSync(join(folder, topologyFileName))) return folder;
    if (dirname(folder) === folder) return undefined;
  }
}
