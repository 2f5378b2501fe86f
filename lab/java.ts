// Finds Java and Maven on this machine, and says how to get them where they are missing.
import { join } from 'node:path';
import { CausewayError } from '../src/base/errors.ts';
import { runProgram } from './programs.ts';

export interface Java {
  readonly java: string;
  readonly javac: string;
  readonly major: number;
}

const javaMajorMin = 17;
let found: Java | undefined;

/**
 * The machine's Java, from JAVA_HOME or the path. Throws CW-5001 when there is none, or one older than 17.
 */
export async function mustFindJava(): Promise<Java> {
  found ??= await findJava();
  return found;
}

async function findJava(): Promise<Java> {
  const home = process.env['JAVA_HOME'];
  const named = (program: string) => (home ? join(home, 'bin', program) : program);
  const { exitCode, stderr, stdout } = await runProgram(named('java'), ['-version']);
  if (exitCode !== 0) {
    const where = home ? `JAVA_HOME (${home})` : 'the path';
    throw new CausewayError('CW-5001', `Java ${javaMajorMin} or newer is needed, found none in ${where}`);
  }
  const major = javaMajorOf(stderr + stdout);
  if (major === undefined || major < javaMajorMin) {
    const version = (stderr + stdout).split('\n')[0] ?? '?';
    throw new CausewayError('CW-5001', `Java ${javaMajorMin} or newer is needed, found: ${version}`);
  }
  return { java: named('java'), javac: named('javac'), major };
}

/** The major version out of what `java -version` prints: `1.8.0_392` is 8, `17.0.15` is 17. */
export function javaMajorOf(versionText: string): number | undefined {
  const match = /version "(\d+)(?:\.(\d+))?/.exec(versionText);
  if (!match) return undefined;
  const first = Number(match[1]);
  return first === 1 ? Number(match[2]) : first;
}

/** Throws CW-5002 when Maven is missing. */
export async function mustFindMaven(): Promise<string> {
  const { exitCode } = await runProgram('mvn', ['-v']);
  if (exitCode === 0) return 'mvn';
  throw new CausewayError(
    'CW-5002',
    'Maven is needed to fetch the Kafka jars, and there is no `mvn` on the path',
  );
}
