// `node lab/rig-host.ts`: starts the lab that test files share, prints its addresses as one JSON line, and
// ends it when standard input ends. `node lab/rig-host.ts COMMAND ARGUMENT...`: runs the command with the
// addresses in its environment instead, and exits as the command did.
import { spawn } from 'node:child_process';
import { CausewayError } from '../src/base/errors.ts';
import { startLab } from './lab.ts';
import { describeRig, rigEnvironmentName, sharedLabOptions } from './rig.ts';

const tell = (message: string) => process.stderr.write(`lab: ${message}\n`);

async function main(): Promise<number> {
  const [command, ...args] = process.argv.slice(2);
  const startedAt = performance.now();
  await using lab = await startLab({ ...sharedLabOptions, onProgress: tell });
  tell(`${lab.regions.length} regions ready in ${((performance.now() - startedAt) / 1000).toFixed(1)} s`);
  const rig = JSON.stringify(describeRig(lab));
  if (command === undefined) {
    process.stdout.write(`${rig}\n`);
    await untilInputEnds();
    return 0;
  }
  const exitCode = await runCommand(command, args, rig);
  if (exitCode !== 0) tell(`logs of the brokers: ${lab.logsFolder}`);
  return exitCode;
}

function untilInputEnds(): Promise<void> {
  return new Promise((resolve) => {
    process.stdin
      .once('end', resolve)
      .once('error', () => resolve())
      .resume();
    for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.once(signal, () => resolve());
  });
}

// An interruption goes to the command as well, from the terminal or from here; the lab ends after it.
function runCommand(command: string, args: readonly string[], rig: string): Promise<number> {
  return new Promise((resolve, reject) => {
    const child = spawn(command, [...args], {
      stdio: 'inherit',
      env: { ...process.env, [rigEnvironmentName]: rig },
    });
    for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const)
      process.on(signal, () => child.kill(signal));
    child.once('error', reject);
    child.once('close', (code) => resolve(code ?? 130));
  });
}

try {
  process.exit(await main());
} catch (error) {
  if (!(error instanceof CausewayError)) throw error;
  tell(`${error.message} (${error.code})\n  ${error.next}`);
  process.exitCode = 1;
}
