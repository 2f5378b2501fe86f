// Causeway's data plane in a process of its own, with the limits it has in `causeway serve`.
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { Child } from '../rig/child.ts';
import type { Contender } from './contender.ts';

const program = fileURLToPath(new URL('../engine/serve-engine.ts', import.meta.url));

/** The same engine with some limits changed, to be compared with the one as it is. */
export interface Variant {
  readonly name: string;
  /** JSON object; its values replace those of `defaultLimits`. */
  readonly limits: string;
}

export interface EngineOptions {
  /** Writes a CPU profile of the process into this folder. */
  readonly profileFolder?: string | undefined;
  readonly variant?: Variant;
}

export function engine(options: EngineOptions = {}): Contender {
  const { name, limits } = options.variant ?? { name: '', limits: '{}' };
  return {
    name: name === '' ? 'causeway' : `causeway-${name}`,
    title: name === '' ? 'Causeway' : `Causeway, ${name}`,
    settings: { process: 'data plane alone', limits },
    warmUp: { ms: 500, share: 0.1 },
    start: async (course) => {
      const { target } = course.rig;
      const { topic, partitions } = course.loaded;
      await target.admin.createTopic(topic, partitions, {});
      const places = [course.sourceServers, target.bootstrapServers];
      const args = [...profile(options), program, ...places, topic, String(partitions), limits];
      const child = new Child('the engine', process.execPath, args, {
        logFile: join(course.folder, 'causeway.log'),
      });
      return {
        pid: child.pid,
        topic,
        arrived: () => target.admin.recordsOf(topic, partitions),
        mustRun: () => child.mustRun(),
        [Symbol.asyncDispose]: () => child[Symbol.asyncDispose](),
      };
    },
  };
}

const profile = ({ profileFolder }: EngineOptions) =>
  profileFolder === undefined ? [] : ['--cpu-prof', `--cpu-prof-dir=${profileFolder}`];
