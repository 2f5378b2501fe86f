// Causeway as a user runs it: `apply` a causeway.yaml, then one `serve` process with controller and worker.
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { Child } from '../rig/child.ts';
import type { Contender, Course } from './contender.ts';
import { isSlow } from './engine.ts';

const command = fileURLToPath(new URL('../../bin/causeway', import.meta.url));

/**
 * The address of the source depends on where one looks from, so the process gets the one of its own region.
 */
function causewayYaml(course: Course, sourceServers: string): string {
  const { source, target } = course.rig;
  const region = (name: string, servers: string) =>
    `  ${name}:\n    kafka: { bootstrap.servers: ${JSON.stringify(servers)} }\n`;
  return (
    `regions:\n${region(source.region, sourceServers)}${region(target.region, target.bootstrapServers)}` +
    `mirrors:\n  bench:\n    topics: [${JSON.stringify(course.loaded.topic)}]\n` +
    `    home: ${source.region}\n    to: [${target.region}]\n    target: { replication.factor: 1 }\n`
  );
}

export function serve(): Contender {
  return {
    name: 'serve',
    title: 'causeway serve',
    settings: { roles: 'controller,worker' },
    warmUpOf: (shape) => ({ ms: 500, share: isSlow(shape) ? 0 : 0.1 }),
    counts: 'offsets',
    start: async (course) => {
      const operatorFile = join(course.folder, 'operator.yaml');
      const serverFile = join(course.folder, 'causeway.yaml');
      writeFileSync(operatorFile, causewayYaml(course, course.rig.source.bootstrapServers));
      writeFileSync(serverFile, causewayYaml(course, course.sourceServers));
      await apply(operatorFile, course.folder);
      const child = startServer(serverFile, course);
      const { topic, partitions } = course.loaded;
      return {
        pid: child.pid,
        topic,
        arrived: () => course.rig.target.admin.offsetsOf(topic, partitions),
        mustRun: () => child.mustRun(),
        [Symbol.asyncDispose]: () => child[Symbol.asyncDispose](),
      };
    },
  };
}

async function apply(file: string, folder: string): Promise<void> {
  const args = [command, 'apply', '--config', file, '--yes', '--reason', 'benchmark'];
  await using child = new Child('causeway apply', process.execPath, args, {
    logFile: join(folder, 'apply.log'),
  });
  await child.finished();
}

function startServer(file: string, course: Course): Child {
  const roles = ['--region', course.rig.target.region, '--role', 'controller,worker', '--http-port', '0'];
  const args = [command, 'serve', '--config', file, ...roles];
  return new Child('causeway serve', process.execPath, args, {
    logFile: join(course.folder, 'causeway.log'),
  });
}
