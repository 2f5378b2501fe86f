// Things that an operator does, each as he would type it and as the test does it.
import assert from 'node:assert/strict';
import { javaLines } from '../fixtures/java-lines.ts';
import type { Step } from './trouble.ts';
import { targetRegion } from './trouble-world.ts';

export const deleteCopy = (topic: string): Step => ({
  shown: `kafka-topics.sh --bootstrap-server … --delete --topic ${topic}`,
  run: ({ lab }) => lab.deleteTopic(targetRegion, topic),
});

/** Reads what only the copy holds. */
export const saveFromCopy = (topic: string, from: number, count: number): Step => {
  const where = ['--topic', topic, '--partition', '0', '--offset', `${from}`, '--max-messages', `${count}`];
  return {
    shown: `kafka-console-consumer.sh --bootstrap-server … ${where.join(' ')}`,
    run: async ({ lab }) => {
      const saved: string[] = [];
      const servers = ['--bootstrap-server', lab.bootstrapServers(targetRegion)];
      const tool = 'org.apache.kafka.tools.consumer.ConsoleConsumer';
      for await (const line of javaLines(tool, [...servers, ...where])) saved.push(line);
      assert.equal(new Set(saved).size, count, 'records that were read of the copy');
    },
  };
};

/** `brokers`: those that are alive, of which one takes over. */
export const forceElection = (topic: string, brokers: readonly number[]): Step => {
  const what = ['--election-type', 'UNCLEAN', '--topic', topic, '--partition', '0'];
  return {
    shown: `kafka-leader-election.sh --bootstrap-server … ${what.join(' ')}`,
    run: async ({ lab }) => {
      const alive = lab.region(targetRegion).brokers.filter(({ plan }) => brokers.includes(plan.nodeId));
      const servers = alive.map(({ address }) => address).join(',');
      const said: string[] = [];
      const tool = 'org.apache.kafka.tools.LeaderElectionCommand';
      for await (const line of javaLines(tool, ['--bootstrap-server', servers, ...what])) said.push(line);
      assert.match(said.join('\n'), /Successfully completed leader election/);
    },
  };
};
