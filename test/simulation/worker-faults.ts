// What befalls workers.
import { pick } from '../../src/base/random.ts';
import { clockStepsMs } from './clock-steps.ts';
import type { FaultKind } from './fault.ts';

export const workerFaults: readonly FaultKind[] = [
  {
    name: 'worker killed',
    begin({ anyWorker, touch, mend }) {
      const worker = anyWorker();
      if (!worker.running) return false;
      touch(worker.name);
      worker.kill();
      mend(`start ${worker.name}`, () => worker.start());
      return true;
    },
  },
  {
    name: 'worker frozen',
    begin({ anyWorker, touch, mend, regions }) {
      const worker = anyWorker();
      if (!worker.running || worker.frozen) return false;
      touch(worker.name);
      worker.freeze();
      const { owner } = worker;
      mend(`thaw ${owner}`, () => regions.scheduler.thaw(owner));
      return true;
    },
  },
  {
    name: 'all workers of a route killed',
    begin({ anyRoute, touch, mend }) {
      const route = anyRoute();
      const running = route.workers.filter((worker) => worker.running);
      if (running.length === 0) return false;
      for (const worker of running) {
        touch(worker.name);
        worker.kill();
      }
      mend(`start the workers of ${route.name}`, () => {
        for (const worker of running) worker.start();
      });
      return true;
    },
  },
  {
    name: 'partition given back',
    begin({ anyWorker, touch, mend, random }) {
      const worker = anyWorker();
      const { partitions } = worker;
      // What compares has no other partitions than it began with.
      if (partitions.length === 0 || worker.frozen || worker.verifier !== undefined) return false;
      const { topic, partition } = pick(random, partitions).spec;
      touch(worker.name);
      worker.giveBack(topic, partition);
      mend(`${worker.name} takes ${topic}-${partition} again`, () => worker.takeAll());
      return true;
    },
  },
  {
    name: 'clock of a worker stepped',
    begin({ anyWorker, touch, random, regions }) {
      const worker = anyWorker();
      if (!worker.running) return false;
      touch(worker.name);
      regions.scheduler.stepClock(worker.name, pick(random, clockStepsMs));
      return true;
    },
  },
];
