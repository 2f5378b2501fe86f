// Things that have one home: time, randomness, sockets, environment, arguments, the process, output.
// Everywhere else they come in as parameters, so that tests and the simulator can put their own in the place.
import { isForTests, lineAt, type Finding, type SourceFile } from './source/source-file.ts';

interface Banned {
  readonly what: string;
  readonly pattern: RegExp;
  /** Folders or files where it is at home; the folders of `free` besides. */
  readonly homes: readonly string[];
  readonly instead: string;
  /** Whether tests beside the code may use it too. */
  readonly testsMay: boolean;
}

/** Programs around the product, which measure, start and watch real processes. */
const free = ['lab/', 'benchmarks/', 'scripts/', 'test/', 'bin/'];
/** On virtual time only, although in the test folder; comparisons with real brokers are free again. */
const virtual = ['test/simulation/', 'test/broker-model/'];
const againstReal = 'test/broker-model/comparison/';
const entries = ['src/cli/', 'src/server/'];

export const banned: readonly Banned[] = [
  {
    what: 'Date.now()',
    pattern: /\bDate\.now\b|\bnew Date\(\s*\)/g,
    homes: ['src/base/clock.ts'],
    instead: 'take a Clock as a parameter and ask it: `clock.wallMs()`',
    testsMay: false,
  },
  {
    what: 'performance.now()',
    pattern: /\bperformance\.now\b|\bprocess\.hrtime\b/g,
    homes: ['src/base/clock.ts'],
    instead: 'take a Clock as a parameter and ask it for monotonic time',
    testsMay: true,
  },
  {
    what: 'a timer',
    pattern: /(?<![\w$.])(?:setTimeout|setInterval|setImmediate)\s*\(|['"]node:timers/g,
    // The scheduler lets every microtask run before virtual time goes on.
    homes: ['src/base/clock.ts', 'test/simulation/scheduler.ts'],
    instead: 'take a Clock as a parameter and let it wait or call back',
    testsMay: true,
  },
  {
    what: 'randomness',
    pattern:
      /\bMath\.random\b|(?<![\w$.])random(?:Bytes|Int|UUID|FillSync)\s*\(|\bcrypto\.getRandomValues\b/g,
    homes: ['src/base/random.ts'],
    instead: 'take a Random as a parameter',
    testsMay: false,
  },
  {
    what: 'environment or arguments',
    pattern: /\bprocess\.(?:env|argv)\b/g,
    homes: [...entries, 'test/simulation/run-options.ts'],
    instead: 'read it in src/cli or src/server and pass the value on',
    testsMay: true,
  },
  {
    what: 'process.exit()',
    pattern: /\bprocess\.(?:exit|abort|kill)\b/g,
    homes: ['src/cli/', 'src/server/'],
    instead: 'throw a CausewayError, or return; only the entry ends the process',
    testsMay: true,
  },
  {
    what: 'a signal handler',
    pattern: /\bprocess\.(?:on|once)\s*\(/g,
    homes: entries,
    instead: 'take an AbortSignal as a parameter',
    testsMay: true,
  },
  {
    what: 'a socket',
    pattern: /['"](?:node:)?(?:net|tls|dgram)['"]/g,
    // Certificates and keys become a context where they are read; nothing is opened there.
    homes: ['src/kafka/client/', 'src/kafka/security/tls-material.ts'],
    instead: 'use what src/kafka/client offers',
    testsMay: true,
  },
  {
    what: 'an HTTP server or client',
    // At the beginning of a line `fetch(` declares a method: Kafka's brokers are fetched from, too.
    pattern: /['"](?:node:)?https?['"]|(?<![\w$.#]|^\s*(?:async )?)fetch\s*\(/gm,
    homes: ['src/telemetry/http.ts', 'src/kafka/security/token-endpoint.ts'],
    instead: 'serve it from src/telemetry/http.ts',
    testsMay: true,
  },
  {
    what: 'a child process',
    pattern: /['"](?:node:)?child_process['"]/g,
    homes: ['src/cli/'],
    instead: 'start processes in lab/ or src/cli',
    testsMay: true,
  },
  {
    what: 'console',
    pattern: /(?<![\w$.])console\.\w+/g,
    homes: [],
    instead: 'log with the Log that came in; commands write to the Screen that came in',
    testsMay: false,
  },
];

/** Uses of what has a home, outside of it. */
export function checkHomes(file: SourceFile): Finding[] {
  if (isFree(file.path)) return [];
  const findings: Finding[] = [];
  for (const { what, pattern, homes, instead, testsMay } of banned) {
    if (homes.some((home) => file.path.startsWith(home)) || (testsMay && isBesideCode(file.path))) continue;
    for (const position of positionsOf(file, pattern)) {
      const message = `uses ${what} outside of its home (${homes.join(', ') || 'none'}): ${instead}`;
      findings.push({ path: file.path, line: lineAt(file.text, position), message });
    }
  }
  return findings;
}

function isBesideCode(path: string): boolean {
  return path.startsWith('src/') && isForTests(path);
}

function isFree(path: string): boolean {
  const isReal = path.startsWith(againstReal) || path.endsWith('.broker.test.ts');
  const isVirtual = virtual.some((folder) => path.startsWith(folder)) && !isReal;
  return !isVirtual && free.some((folder) => path.startsWith(folder));
}

/**
 * Where the pattern stands in code. Patterns of module names look into texts, but only where one begins in
 * code.
 */
function positionsOf(file: SourceFile, pattern: RegExp): number[] {
  const looksIntoTexts = pattern.source.includes(`['"]`);
  const code = [...file.code.matchAll(pattern)].map(({ index }) => index);
  if (!looksIntoTexts) return code;
  const imported = [...file.text.matchAll(pattern)].map(({ index }) => index);
  return [...new Set([...code, ...imported.filter((index) => isImportText(file, index))])];
}

/** Whether a text that begins here is the specifier of an import. */
function isImportText(file: SourceFile, position: number): boolean {
  const quote = file.code[position];
  if (quote !== "'" && quote !== '"') return false;
  return /(?:from|import|import\s*\(|require\s*\()\s*$/.test(
    file.code.slice(Math.max(0, position - 30), position),
  );
}
