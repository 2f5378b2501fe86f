// Causeway's data plane in a process of its own, with the limits it has in `causeway serve`.
import { once } from 'node:events';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { restingCleaner } from '../load/compacted-load.ts';
import { Child } from '../rig/child.ts';
import type { Shape } from '../rig/shapes.ts';
import type { Contender, WarmUp } from './contender.ts';

const root = fileURLToPath(new URL('../..', import.meta.url));

/** Another engine to be compared with the one as it is: some limits changed, or another checkout's. */
export interface Variant {
  readonly name: string;
  /** JSON object; its values replace those of `defaultLimits`. */
  readonly limits: string;
  /** Root of another checkout. */
  readonly folder: string | undefined;
}

const asItIs: Variant = { name: '', limits: '{}', folder: undefined };

/** What `earlyFetch` of a link sets: more may come twice over a long link, so that records wait less. */
export const forLatency: Variant = {
  name: 'latency',
  limits: JSON.stringify({ earlyFetchBytesPerSecond: 64e6 }),
  folder: undefined,
};

export interface EngineOptions {
  /** Writes a CPU profile of the process into this folder. */
  readonly profileFolder?: string | undefined;
  readonly variant?: Variant;
  /** How long whole copies are made before one counts. */
  readonly warmMs?: number;
}

/** A new topic's first part is slow at the broker; MirrorMaker 2 is past it when it is warm. */
const afterCopies: WarmUp = { ms: 500, share: 0.4 };

/** Each run of holes costs round trips: a whole copy would take an hour. */
export const isSlow = ({ kind }: Shape): boolean => kind === 'compacted';

export function engine(options: EngineOptions = {}): Contender {
  const { warmMs = 0, variant = asItIs } = options;
  const { name, limits, folder = root } = variant;
  const program = join(folder, 'benchmarks/engine/serve-engine.ts');
  return {
    name: name === '' ? 'causeway' : `causeway-${name}`,
    title: name === '' ? 'Causeway' : `Causeway, ${name}`,
    settings: { process: 'data plane alone', limits },
    warmUpOf: (shape) => (isSlow(shape) ? { ms: Math.max(500, warmMs), share: 0 } : afterCopies),
    counts: 'offsets',
    start: async (course) => {
      const { target } = course.rig;
      const { topic, partitions } = course.loaded;
      const isSoft = course.shape.kind === 'compacted';
      const createCopy = () => target.admin.createTopic(topic, partitions, isSoft ? restingCleaner : {});
      await createCopy();
      const places = [course.sourceServers, target.bootstrapServers];
      const args = [
        ...profile(options),
        program,
        ...places,
        topic,
        String(partitions),
        limits,
        isSoft ? 'soft' : '',
      ];
      const child = new Child('the engine', process.execPath, args, {
        logFile: join(course.folder, 'causeway.log'),
        ipc: true,
      });
      return {
        pid: child.pid,
        topic,
        ...(!isSlow(course.shape) && { copies: copiesOf() }),
        arrived: () => target.admin.offsetsOf(topic, partitions),
        mustRun: () => child.mustRun(),
        [Symbol.asyncDispose]: () => child[Symbol.asyncDispose](),
      };

      function copiesOf() {
        return {
          warmMs,
          again: async () => {
            const stopped = once(child.process, 'message');
            child.process.send('stop');
            await stopped;
            await target.admin.deleteTopicsExcept(() => false);
            await createCopy();
            child.process.send('start');
          },
        };
      }
    },
  };
}

const profile = ({ profileFolder }: EngineOptions) =>
  profileFolder === undefined ? [] : ['--cpu-prof', `--cpu-prof-dir=${profileFolder}`];
