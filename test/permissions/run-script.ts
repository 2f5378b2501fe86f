// Runs generated scripts as an administrator does: a real shell reads them, and Kafka's own tool gets every
// command, all in one virtual machine.
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { chmodSync, readFileSync, writeFileSync } from 'node:fs';
import { text } from 'node:stream/consumers';
import { fileURLToPath } from 'node:url';
import { join } from 'node:path';
import { ensureKafkaJars } from '../../lab/jars.ts';
import { mustFindJava } from '../../lab/java.ts';
import { runProgram } from '../../lab/programs.ts';

/** Takes its words down for later. */
const noting = `#!/bin/sh
separator=$(printf '\\037')
line=
for word in "$@"; do line="$line$separator$word"; done
printf '%s\\n' "\${line#?}" >> "$ACL_COMMANDS"
`;

/**
 * `folder`: for what is written meanwhile. `admins`: by the name of the script's variable, the client
 * settings of an administrator. Resolves with what the tool printed for each command. Throws with the words
 * of the shell or of the tool.
 */
export async function runAclScripts(
  scripts: readonly string[],
  folder: string,
  admins: Readonly<Record<string, Readonly<Record<string, string>>>>,
): Promise<string[]> {
  const files = Object.entries(admins).map(([variable, settings]): [string, string] => {
    const file = join(folder, `${variable}.properties`);
    writeFileSync(
      file,
      Object.entries(settings)
        .map(([name, value]) => `${name}=${value}\n`)
        .join(''),
    );
    return [variable, file];
  });
  const tool = join(folder, 'kafka-acls.sh');
  const commands = join(folder, 'acl-commands');
  writeFileSync(tool, noting);
  chmodSync(tool, 0o755);
  writeFileSync(commands, '');
  for (const [index, script] of scripts.entries()) {
    const file = join(folder, `acls-${index}.sh`);
    writeFileSync(file, script);
    const ran = await runProgram('sh', [file], {
      env: { KAFKA_ACLS: tool, ACL_COMMANDS: commands, ...Object.fromEntries(files) },
    });
    if (ran.exitCode !== 0) throw new Error(`the shell ended with ${ran.exitCode}: ${ran.stderr}`);
  }
  return runTool(readFileSync(commands));
}

/** Printed before each command. */
const commandMark = '\u001e\n';

async function runTool(commands: Buffer): Promise<string[]> {
  const { java } = await mustFindJava();
  const { classpath } = await ensureKafkaJars();
  const source = fileURLToPath(new URL('AclCommands.java', import.meta.url));
  const options = ['-XX:TieredStopAtLevel=1', '-XX:+UseSerialGC', '-Xmx256m', '-cp', classpath];
  const child = spawn(java, [...options, source], { stdio: ['pipe', 'pipe', 'pipe'] });
  child.stdin.end(commands);
  const [out, said, [exitCode]] = await Promise.all([
    text(child.stdout),
    text(child.stderr),
    once(child, 'exit'),
  ]);
  if (exitCode !== 0) throw new Error(`kafka-acls ended with ${String(exitCode)}: ${out}${said}`);
  return out.split(commandMark).slice(1);
}
