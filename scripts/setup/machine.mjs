// What this machine must have, looked at before anything is downloaded; each lack comes with the way to mend
// it.
import { spawnSync } from 'node:child_process';
import { existsSync, readdirSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import process from 'node:process';

const nodeMajorMin = 20;
const javaMajorMin = 17;
const memoryMiBMin = 1500;
const memoryMiBWanted = 3000;

/**
 * @param {{ root: string, wantsJars: boolean, wantsCompiler: boolean, wantsTestJars?: boolean }} wanted
 * @returns {{ missing: { what: string, how: string }[], warnings: string[] }}
 */
export function findMissing({ root, wantsJars, wantsCompiler, wantsTestJars = false }) {
  const missing = [checkNode(process.versions.node)];
  const warnings = [];
  if (wantsJars) {
    missing.push(checkJava(versionText('java')));
    if (wantsCompiler) missing.push(checkCompiler(versionText('javac')));
    const wanted = ['lib', ...(wantsTestJars ? ['broker-lib', 'streams-lib'] : [])];
    if (wanted.some((folder) => !hasJars(root, folder))) missing.push(checkMaven());
    const memory = checkMemory(availableMiB());
    if (memory.missing) missing.push(memory.missing);
    if (memory.warning) warnings.push(memory.warning);
  }
  return { missing: missing.filter((lack) => lack !== undefined), warnings };
}

/** @param {string} version as in process.versions.node */
export function checkNode(version) {
  if (Number(version.split('.')[0]) >= nodeMajorMin) return undefined;
  return {
    what: `Node.js ${nodeMajorMin} or newer: this is ${version}`,
    how:
      'Install a newer one from nodejs.org or with the package tool of this system. Node 24, on which\n' +
      'Causeway itself runs, then comes with the npm packages.',
  };
}

const howToGetJava =
  'Debian, Ubuntu: sudo apt install default-jdk-headless\n' +
  'Fedora: sudo dnf install java-21-openjdk-devel\n' +
  'macOS: brew install openjdk@21';

/**
 * Tests run small Java programs from their source, which a plain run-time environment cannot.
 * @param {string | undefined} text what `javac -version` printed; undefined if there is none
 */
export function checkCompiler(text) {
  if (text !== undefined) return undefined;
  return { what: 'a Java development kit: there is a java, but no javac beside it', how: howToGetJava };
}

/** @param {string | undefined} text what `java -version` printed; undefined if there is no java */
export function checkJava(text) {
  const how = `${howToGetJava}\nAnother place: set JAVA_HOME. Only the lab’s Kafka brokers need it.`;
  if (text === undefined)
    return { what: `Java ${javaMajorMin} or newer: there is no java on the PATH nor in JAVA_HOME`, how };
  const major = /version "(\d+)(?:\.(\d+))?/.exec(text);
  const found = major === null ? 0 : Number(major[1]) === 1 ? Number(major[2] ?? 0) : Number(major[1]);
  if (found >= javaMajorMin) return undefined;
  const firstLine = text.split('\n')[0]?.trim();
  return {
    what: `Java ${javaMajorMin} or newer: found ${firstLine || 'one that tells no version'}`,
    how,
  };
}

/** @param {number} availableMemoryMiB */
export function checkMemory(availableMemoryMiB) {
  const have = `${Math.round(availableMemoryMiB)} MiB of memory are free`;
  if (availableMemoryMiB < memoryMiBMin) {
    return {
      missing: {
        what: `memory: ${have}, and two Kafka brokers with Causeway need ${memoryMiBMin} MiB`,
        how: 'Close other programs, or give this machine or container more memory.',
      },
    };
  }
  if (availableMemoryMiB < memoryMiBWanted)
    return { warning: `${have}; more than ${memoryMiBWanted} MiB is comfortable.` };
  return {};
}

function checkMaven() {
  const found = spawnSync('mvn', ['--version'], { stdio: 'ignore' });
  if (found.error === undefined && found.status === 0) return undefined;
  return {
    what: 'Maven: there is no working `mvn` on the PATH, and Kafka’s jars are not here yet',
    how:
      'Debian, Ubuntu: sudo apt install maven\nFedora: sudo dnf install maven\nmacOS: brew install maven\n' +
      'Or set KAFKA_HOME to an unpacked Apache Kafka 4.3, then Maven is not needed.',
  };
}

function versionText(name) {
  const home = process.env.JAVA_HOME;
  const program = home ? path.join(home, 'bin', name) : name;
  const found = spawnSync(program, ['-version'], { encoding: 'utf8' });
  return found.error === undefined && found.status === 0 ? `${found.stderr}${found.stdout}` : undefined;
}

/**
 * Whether Kafka's jars are here already; the lab fetches them by Maven into `.cache/kafka-<version>/lib`,
 * those of other versions into `broker-lib`, and Kafka Streams into `streams-lib`.
 */
function hasJars(root, folder) {
  if (process.env.KAFKA_HOME) return true;
  const cache = path.join(root, '.cache');
  if (!existsSync(cache)) return false;
  return readdirSync(cache).some(
    (name) => /^kafka-\d/.test(name) && existsSync(path.join(cache, name, folder)),
  );
}

function availableMiB() {
  const bytes = typeof process.availableMemory === 'function' ? process.availableMemory() : os.freemem();
  return bytes / 2 ** 20;
}
