// The topology file under the doctor's eyes: everything that is wrong with it, as findings. Without a file
// there is nothing to examine: that is told as every command tells it.
import { type Finding, ok, problem, warning } from '../../doctor/finding.ts';
import type { Problem } from '../../topology/problem.ts';
import type { Invocation } from '../invocation.ts';
import { formatAmount } from '../output/values.ts';
import { mustReadTopology, type TopologyFile, TopologyProblems } from './topology-file.ts';

export interface ReadForDoctor {
  /** Undefined where it cannot be used; the findings say why. */
  readonly file: TopologyFile | undefined;
  readonly findings: readonly Finding[];
}

const check = 'file';

/** Throws CW-6001 where there is no file. */
export async function readForDoctor(invocation: Invocation): Promise<ReadForDoctor> {
  try {
    const file = await mustReadTopology(invocation);
    const { regions, mirrors } = file.topology;
    const amount = `${formatAmount(regions.size, 'region')}, ${formatAmount(mirrors.size, 'mirror set')}`;
    const fine = { check, where: file.path, ...ok(`${amount}, no problems`, amount) };
    return { file, findings: [fine, ...file.warnings.map(finding)] };
  } catch (thrown) {
    if (!(thrown instanceof TopologyProblems)) throw thrown;
    return { file: undefined, findings: thrown.problems.map(finding) };
  }
}

function finding({ severity, code, message, hint, file, line, column }: Problem): Finding {
  const say = severity === 'error' ? problem : warning;
  return { check, where: `${file}:${line}:${column}`, ...say(message, { code, next: hint }) };
}
