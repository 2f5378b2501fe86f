// The baseline: a bare Node TCP relay between a process that sends as many bytes as the source topic has and one
// that forgets them. No Kafka, no decision, one connection each side.
import { once } from 'node:events';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { Child } from '../rig/child.ts';
import type { Contender, Course } from './contender.ts';

const program = (name: string) => fileURLToPath(new URL(`../relay/${name}.ts`, import.meta.url));

/** `bytesPerSecond` 0: as fast as it can. A socket's cost per byte depends on the pace, so both are measured. */
export function relay(bytesPerSecond = 0): Contender {
  return {
    name: bytesPerSecond === 0 ? 'relay' : 'relay-paced',
    title:
      bytesPerSecond === 0 ? 'bare TCP relay' : `bare TCP relay at ${Math.round(bytesPerSecond / 1e6)} MB/s`,
    settings: { bytesPerSecond: String(bytesPerSecond) },
    warmUp: { ms: 500, share: 0.1 },
    start: async (course) => {
      const stack = new AsyncDisposableStack();
      const source = stack.use(nodeChild('source', [course.loaded.bytes, bytesPerSecond], course));
      const middle = stack.use(nodeChild('relay', [await portOf(source)], course));
      const sink = stack.use(nodeChild('sink', [await portOf(middle)], course));
      let bytes = 0;
      sink.process.on('message', (message: { bytes: number }) => {
        bytes = message.bytes;
      });
      return {
        pid: middle.pid,
        arrived: () => Promise.resolve((bytes / course.loaded.bytes) * course.loaded.records),
        mustRun: () => middle.mustRun(),
        [Symbol.asyncDispose]: () => stack.disposeAsync(),
      };
    },
  };
}

function nodeChild(name: string, args: readonly number[], course: Course): Child {
  return new Child(`relay's ${name}`, process.execPath, [program(name), ...args.map(String)], {
    logFile: join(course.folder, `relay-${name}.log`),
    ipc: true,
  });
}

async function portOf(child: Child): Promise<number> {
  const [message] = (await once(child.process, 'message')) as [{ port: number }];
  return message.port;
}
