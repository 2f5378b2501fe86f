// `npm run fresh-clone`: what a newcomer does. Clones the last commit into a new folder, runs `npm start`
// until everything mirrors, then the commands of the README, then Ctrl-C; nothing may be left running. Then
// `npm test`, unless --no-test.
import { execFileSync } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { endLeftovers, findMarked, runMarkName } from '../../scripts/test-runner/processes.ts';
import { commandsIn } from '../architecture/documents.ts';
import { Session } from './session.ts';

const root = fileURLToPath(new URL('../../', import.meta.url));
const mark = randomBytes(8).toString('hex');
const env = { ...process.env, [runMarkName]: mark, NO_COLOR: '1' };

const isVerbose = process.argv.includes('--verbose');

const minuteMs = 60_000;
const startMsMax = 10 * minuteMs;
const endMsMax = minuteMs;
const testMsMax = 60 * minuteMs;

/**
 * Commands that a fresh lab answers with another exit code than 0: `apply` asks, and nobody is there to
 * answer.
 */
const otherExits: Readonly<Record<string, readonly number[]>> = { 'node bin/causeway apply': [0, 2] };

process.exitCode = await main(process.argv.slice(2));

async function main(args: readonly string[]): Promise<number> {
  const folder = mkdtempSync(path.join(tmpdir(), 'causeway-clone-'));
  const clone = path.join(folder, 'causeway');
  try {
    tell(`clone of ${root}`);
    execFileSync('git', ['clone', '--quiet', '--no-hardlinks', root, clone], { stdio: 'inherit' });
    await tryStart(clone);
    if (!args.includes('--no-test')) await tryTest(clone);
    tell('everything did what the README says');
    return 0;
  } catch (error) {
    process.stderr.write(`\n✖ ${(error as Error).message}\n`);
    return 1;
  } finally {
    await endLeftovers(mark, 0);
    rmSync(folder, { recursive: true, force: true });
  }
}

async function tryStart(clone: string): Promise<void> {
  tell('npm start');
  const start = new Session('npm', ['start'], clone, env);
  await start.until(/Everything is mirroring/, startMsMax);
  for (const command of readmeCommands()) await tryCommand(clone, command);
  tell('Ctrl-C');
  start.interrupt();
  const code = await start.ended(endMsMax);
  tell(`npm start ended with ${code}`);
  const left = findMarked(mark);
  if (left.length > 0) throw new Error(`left running: ${left.map(({ command }) => command).join('; ')}`);
}

/** Those that come to an end by themselves and need no other clone. */
function readmeCommands(): string[] {
  const all = commandsIn('README.md').map(({ text }) => text);
  return [...new Set(all)].filter((text) => text.startsWith('node ') && !text.includes('--watch'));
}

async function tryCommand(clone: string, command: string): Promise<void> {
  const [, ...args] = command.split(' ');
  const session = new Session(process.execPath, args, clone, env);
  const code = await session.ended(5 * minuteMs);
  tell(`${command}: ${code}`);
  if (isVerbose) tell(session.text);
  if ((otherExits[command] ?? [0]).includes(code)) return;
  throw new Error(`${command} ended with ${code}:\n${session.text}`);
}

async function tryTest(clone: string): Promise<void> {
  tell('npm test');
  const session = new Session('npm', ['test'], clone, env);
  const code = await session.ended(testMsMax);
  tell(session.text.split('\n').slice(-30).join('\n'));
  if (code !== 0) throw new Error(`npm test ended with ${code}`);
}

function tell(text: string): void {
  process.stdout.write(`${new Date().toISOString().slice(11, 19)} ${text}\n`);
}
