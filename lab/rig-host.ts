// `node lab/rig-host.ts COMMAND ARGUMENT...`: starts the lab that test files share, runs the command with its
// addresses in the environment, ends the lab, and exits as the command did.
import { spawn } from 'node:child_process';
import { CausewayError } from '../src/base/errors.ts';
import { startLab } from './lab.ts';
import { describeRig, rigEnvironmentName } from './rig.ts';

const tell = (message: string) => process.stderr.write(`lab: ${message}\n`);

async function main(): Promise<number> {
  const [command, ...args] = process.argv.slice(2);
  if (command === undefined) {
    tell('usage: rig-host.ts COMMAND ARGUMENT...');
    return 2;
  }
  const startedAt = performance.now();
  await using lab = await startLab({ onProgress: tell });
  tell(`${lab.regions.length} regions ready in ${((performance.now() - startedAt) / 1000).toFixed(1)} s`);
  const exitCode = await runCommand(command, args, JSON.stringify(describeRig(lab)));
  if (exitCode !== 0) tell(`logs of the brokers: ${lab.logsFolder}`);
  return exitCode;
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
  process.exitCode = await main();
} catch (error) {
  if (!(error instanceof CausewayError)) throw error;
  tell(`${error.code} ${error.message}`);
  process.exitCode = 1;
}
