// The baseline: a bare Node TCP relay between the source's broker and a process that fetches the topic
// through it and forgets it. The same bytes from the same broker, and no decision about any of them.
import { once } from 'node:events';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { Child } from '../rig/child.ts';
import type { Contender, Course } from './contender.ts';

const program = (name: string) => fileURLToPath(new URL(`../relay/${name}.ts`, import.meta.url));

/**
 * `bytesPerSecond` 0: as fast as it can. A socket's cost per byte depends on the pace, so both are
 * measured.
 */
export function relay(bytesPerSecond = 0): Contender {
  return {
    name: bytesPerSecond === 0 ? 'relay' : 'relay-paced',
    title: bytesPerSecond === 0 ? 'bare TCP relay' : 'bare TCP relay, at the pace of Causeway',
    settings: { bytesPerSecond: String(bytesPerSecond) },
    warmUpOf: () => ({ ms: 500, share: 0.1 }),
    counts: 'offsets',
    start: async (course) => {
      const { topic, partitions } = course.loaded;
      const servers = course.sourceServers;
      const [host = '', port = ''] = (servers.split(',')[0] ?? '').split(/:(?=\d+$)/);
      const stack = new AsyncDisposableStack();
      const middle = stack.use(nodeChild('relay', [host, port], course));
      const [{ port: relayPort }] = (await once(middle.process, 'message')) as [{ port: number }];
      const what = [relayPort, servers, topic, partitions, bytesPerSecond].map(String);
      const fetcher = stack.use(nodeChild('fetcher', what, course));
      let records = 0;
      fetcher.process.on('message', (message: { records: number }) => {
        records = message.records;
      });
      return {
        pid: middle.pid,
        topic,
        arrived: () => Promise.resolve(records),
        mustRun: () => {
          middle.mustRun();
          fetcher.mustRun();
        },
        [Symbol.asyncDispose]: () => stack.disposeAsync(),
      };
    },
  };
}

function nodeChild(name: string, args: readonly string[], course: Course): Child {
  return new Child(`the ${name}`, process.execPath, [program(name), ...args], {
    logFile: join(course.folder, `relay-${name}.log`),
    ipc: true,
  });
}
