// The coordinator's way, with ordinary rights: brokers with an authorizer, a worker that may not alter the
// cluster.
import { AclLab, type AclRule } from '../../test/permissions/acl-lab.ts';
import { TestLink } from '../../test/fixtures/test-link.ts';
import type { Runner } from '../contenders/contender.ts';
import { type FillResult, runFill } from './fill-run.ts';
import { writeHoles } from './sources.ts';

const [sourceRegion, targetRegion] = ['source', 'target'] as const;
const worker = 'worker';

/** What a worker needs besides the ledger, which is not there. */
const rules: readonly AclRule[] = [
  ...(['Describe', 'Read', 'Write'] as const).map((operation) => ruleOn('topic', operation)),
  ...(['Describe', 'Write'] as const).map((operation) => ruleOn('transactional-id', operation)),
];

function ruleOn(resourceType: AclRule['resourceType'], operation: AclRule['operation']): AclRule {
  return { principal: `User:${worker}`, operation, resourceType, resource: '*', pattern: 'literal' };
}

export async function measureCoordinated(
  holes: number,
  rounds: number,
  onResult: (result: FillResult) => void,
): Promise<void> {
  await using acls = await AclLab.start([worker], [sourceRegion, targetRegion]);
  const { lab } = acls;
  await acls.give(targetRegion, rules);
  const targetEnd = { bootstrapServers: acls.serversOf(targetRegion), security: acls.settingsOf(worker) };
  await using link = await TestLink.open(lab, 'fillers', { sourceRegion, targetRegion, targetEnd });
  for (let round = 1; round <= rounds; round += 1) {
    const topic = `coordinated-${round}`;
    const source = {
      bootstrapServers: lab.bootstrapServers(sourceRegion),
      createTopic: () => link.createTopic(topic),
    };
    const end = await writeHoles(source, topic, holes);
    const plan = { part: 'coordinated', round, offsets: holes + 1, end } as const;
    onResult(await runFill(plan, () => Promise.resolve(startHere(link, topic))));
  }
}

/** In this process, which does little else. */
function startHere(link: TestLink, topic: string): Runner {
  const running = link.startEngine([{ topic, partition: 0 }]);
  const partition = running.engine.find(topic, 0);
  return {
    pid: process.pid,
    topic,
    arrived: async () => Number(await link.endOf('target', topic, 0)),
    mustRun: () => {
      const state = partition?.state;
      if (state?.name === 'stopped') throw new Error(`${topic} has stopped: ${state.cause.message}`);
    },
    [Symbol.asyncDispose]: () => running.stop(),
  };
}
