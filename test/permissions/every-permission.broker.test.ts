// Causeway with exactly the list of permissions: it mirrors from nothing. Then each right is withdrawn while
// everything runs: whoever needs it says which one is missing, on what, where and how to give it, and goes on
// by itself once it is back.
import assert from 'node:assert/strict';
import { after, type TestContext, test } from 'node:test';
import { systemClock } from '../../src/base/clock.ts';
import { produce } from '../../src/cli/site-for-tests.ts';
import { KeepAlive } from '../../src/data-plane/worker/keep-alive.ts';
import type { Operation } from '../../src/kafka/acl/right.ts';
import { ensureLedgerTopics } from '../../src/ledger/ensure-topics.ts';
import { ledgerTopics, workersGroup } from '../../src/ledger/topic-names.ts';
import {
  permissionList,
  type PermissionRule,
  type Role,
  roles,
} from '../../src/permissions/permission-list.ts';
import { trimTo } from '../fixtures/odd-topics.ts';
import { manualClock } from '../fixtures/manual-clock.ts';
import { waitUntil } from '../fixtures/wait-until.ts';
import { type AclRule, ruleText, superUser } from './acl-lab.ts';
import { addTransaction, checkDirectWay, marked, shiftRecorder } from './fill-rights.ts';
import {
  giveUpMs,
  LoggedProcess,
  PermissionSite,
  principalOfRole,
  rejects,
  ruleOf,
  source,
  target,
} from './permission-site.ts';
import { checkProtection, shop } from './protected-mirrors.ts';
import { runAclScripts } from './run-script.ts';
import { isOnTopics, WithdrawnRules } from './withdrawn-rules.ts';

/** A right on topics, tried on a topic of its own, so that all are tried at once. */
interface TopicCase {
  readonly role: Role;
  readonly region: typeof source | typeof target;
  readonly operation: Operation;
}

/** Rights whose lack shows only with a topic that is new, was created anew, or begins above offset 0. */
const isOnNewTopics = ({ operation }: PermissionRule) => operation === 'Create' || operation === 'Delete';
const cases = permissionList
  .filter((rule) => isOnTopics(rule) && rule.without === undefined && !isOnNewTopics(rule))
  .map(({ role, side, operation }): TopicCase => {
    return { role, region: side === 'source' ? source : target, operation };
  });
const running = cases.filter(({ role }) => role !== 'commands');
const planned = cases.filter(({ role }) => role === 'commands');
const topicOf = ({ role, region, operation }: TopicCase) => `${role}-${region}-${operation}`;
const probes = cases.map(topicOf);
const ofShop = [...probes, 'new', 'orders', 'late', marked];

const site = await PermissionSite.start(
  `  shop: { topics: [${ofShop.join(', ')}], home: ${source}, to: [${target}] }\n` +
    `  anew: { topics: [anew], home: ${source}, to: [${target}], on.recreate: recreate }\n` +
    `  fence-Describe: { topics: [fence-Describe], home: ${source}, to: [${target}] }\n` +
    `  fence-Write: { topics: [fence-Write], home: ${source}, to: [${target}] }\n`,
  [shop],
);
after(() => site[Symbol.asyncDispose]());
const withdrawn = new WithdrawnRules();
let broken = false;

/** A test that rests on those before it: after one that failed, nothing can be learned from it. */
function step(name: string, run: (t: TestContext) => Promise<void>): void {
  test(name, { timeout: 60_000, concurrency: true }, async (t) => {
    if (broken) return t.skip('a test before it failed');
    broken = true;
    await run(t);
    broken = false;
  });
}

const { acls } = site;
const { lab } = acls;

const onTopic = ({ role, operation }: Omit<TopicCase, 'region'>, topic: string): AclRule => ({
  principal: principalOfRole(role),
  operation,
  resourceType: 'topic',
  resource: topic,
  pattern: 'literal',
});

/** Runs `during` while the rule, and what stands for it, is taken away. */
async function without(region: string, rule: AclRule, during: () => Promise<void>): Promise<void> {
  const rules = site.rulesThatAllow(region, rule);
  assert.ok(
    rules.some((each) => ruleText(each) === ruleText(rule)),
    `${ruleText(rule)} is on the list`,
  );
  await acls.take(region, rules);
  try {
    await during();
    withdrawn.note(region, rule);
  } finally {
    await acls.give(region, rules);
  }
}

/** A rule without which everything else works. */
function optionalRule(
  region: string,
  resourceType: AclRule['resourceType'],
  role: Role = 'commands',
): AclRule {
  const listed = site.permissions(role).filter((each) => each.without !== undefined);
  const found = listed.find((each) => each.region === region && each.resourceType === resourceType);
  return ruleOf(found ?? assert.fail(`nothing on ${resourceType} is optional in ${region}`));
}

const lack: PermissionSite['lack'] = (...of) => site.lack(...of);

step('the generated commands, run by Kafka’s own tool, give exactly the list', async () => {
  const scripts = await Promise.all(
    roles.map(async (role) => {
      const words = ['generate', 'acls', '--role', role, '--principal', principalOfRole(role)];
      const made = await site.run(role, ...words);
      assert.equal(made.code, 0, made.stderr);
      return made.stdout;
    }),
  );
  const admin = acls.settingsOf(superUser);
  await runAclScripts(scripts, site.folder, { ADMIN_EU_WEST: admin, ADMIN_US_EAST: admin });
  for (const region of [source, target]) {
    const listed = roles.flatMap((role) => site.permissions(role));
    const needed = listed.filter((each) => each.region === region && each.without === undefined);
    const given = await acls.rules(region);
    assert.deepEqual(given.map(ruleText).sort(), needed.map(ruleOf).map(ruleText).sort());
    assert.ok(needed.every(({ resourceType }) => resourceType !== 'cluster'));
  }
});

step('before the ledger is there: apply says what it lacks', async () => {
  const clusters = site.clustersOf('commands');
  const admins = site.adminsOf(clusters);
  const cluster = clusters.clusterOf(target);
  const ensure = () =>
    ensureLedgerTopics({ region: target, cluster, admin: admins.adminOf(target), clock: systemClock });
  try {
    for (const operation of ['Describe', 'Create'] as const) {
      for (const topic of ledgerTopics) {
        const rule = site.ledgerRule('commands', operation, topic);
        const code = operation === 'Create' ? 'CW-3010' : 'CW-4004';
        await without(target, rule, () => rejects(ensure, lack(code, target, rule)));
      }
    }
    await waitUntil('the topics are made', async () => (await ensure()).length >= 0, { giveUpMs });
    for (const topic of ledgerTopics) {
      const rule = site.ledgerRule('commands', 'DescribeConfigs', topic);
      await without(target, rule, () => rejects(ensure, lack('CW-3010', target, rule)));
    }
  } finally {
    await admins.close();
  }
});

step('mirrors from nothing with exactly the list, and says what its fence lacks', async () => {
  const topics = [...probes, 'orders', 'anew', 'fence-Describe', 'fence-Write', marked];
  await Promise.all([...topics, 'late'].map((topic) => begin(topic)));
  await trimTo(lab.bootstrapServers(source), 'late', 5n);
  await addTransaction(site, marked);
  await sizesInPlan();
  const applied = await site.run('commands', 'apply', '--yes');
  assert.equal(applied.code, 0, applied.stderr);

  const record = site.ledgerRule('controller', 'Write', 'causeway.generations');
  const rules = (['Describe', 'Write'] as const).map((operation) => fenceRule('controller', operation));
  const taken = [record, ...rules.flatMap((rule) => site.rulesThatAllow(target, rule))];
  const trim = onTopic({ role: 'worker', operation: 'Delete' }, 'late');
  await acls.take(target, [...taken, trim]);
  await site.serve('controller');
  await site.serve('worker');
  await Promise.all([
    site.isToldOf('orders', lack('CW-4004', target, record)),
    ...rules.map((rule) => site.isToldOf(`fence-${rule.operation}`, lack('CW-4010', target, rule))),
  ]);
  for (const rule of [record, ...rules]) withdrawn.note(target, rule);
  await acls.give(target, taken);
  await site.isToldOf('late', lack('CW-2017', target, trim));
  withdrawn.note(target, trim);
  await acls.give(target, [trim]);
  await Promise.all([...topics, 'late'].map((topic) => site.isWell(topic)));
});

async function sizesInPlan(): Promise<void> {
  const rule = optionalRule(source, 'cluster');
  const planText = async () => (await site.run('commands', 'plan')).stdout;
  assert.match(await planText(), /create topic orders: .*\(\? to copy\)/);
  withdrawn.note(source, rule);
  await acls.give(source, [rule]);
  assert.match(await planText(), /create topic orders: .*\(\d\S* \w*B to copy\)/);
  await acls.take(source, [rule]);
}

/** Each operation on the ids of a set of its own. */
const fenceRule = (role: Role, operation: Operation): AclRule => ({
  principal: principalOfRole(role),
  operation,
  resourceType: 'transactional-id',
  resource: `causeway.fence-${operation}.${target}.`,
  pattern: 'prefixed',
});

async function begin(topic: string): Promise<void> {
  await lab.createTopic(source, topic, { partitions: 1 });
  await produce(lab, source, topic, 0, 10);
}

step('each right on topics, withdrawn while running and given back', async (t) => {
  const all = running.map((each) => t.test(topicOf(each), () => withdraw(each)));
  await Promise.all([
    ...all,
    t.test('controller-us-east-Create', withdrawCreate),
    t.test('controller-us-east-Delete', withdrawDelete),
  ]);
});

async function withdraw(each: TopicCase): Promise<void> {
  const topic = topicOf(each);
  const rule = onTopic(each, topic);
  const code = each.role === 'worker' ? 'CW-2017' : 'CW-3010';
  await without(each.region, rule, async () => {
    await stir(each, topic);
    await site.isToldOf(topic, lack(code, each.region, rule));
  });
  await site.isWell(topic);
  await mustHaveArrived(each, topic);
}

/** Makes a right needed that nobody uses while nothing happens. */
async function stir({ role, region, operation }: TopicCase, topic: string): Promise<void> {
  if (operation === 'Alter')
    await site.admin(source).createPartitions({ topics: [{ name: topic, count: 2 }] });
  if (operation === 'AlterConfigs') await setRetention(topic);
  if (role === 'worker' && region === target) {
    await produce(lab, source, topic, 10, 10);
    if (operation === 'Read') await startAgain(topic);
  }
}

/** A partition that cannot read its source for a moment looks at both ends anew, unless it does already. */
async function startAgain(topic: string, seen = /CW-2017/): Promise<void> {
  const rule = onTopic({ role: 'worker', operation: 'Read' }, topic);
  await without(source, rule, () => site.isToldOf(topic, seen));
}

const setRetention = (topic: string) =>
  site.admin(source).incrementalAlterConfigs({
    resources: [
      {
        resourceType: 2,
        resourceName: topic,
        configs: [{ name: 'retention.ms', configOperation: 0, value: '1234567890' }],
      },
    ],
  });

async function mustHaveArrived({ operation }: TopicCase, topic: string): Promise<void> {
  if (operation !== 'Alter' && operation !== 'AlterConfigs') return;
  await waitUntil(`${topic} follows the source`, async () => {
    const clusters = site.clustersOf(undefined);
    const admins = site.adminsOf(clusters);
    const [view] = (await clusters.clusterOf(target).metadata([topic])).topics;
    const settings = await admins.adminOf(target).topicSettings([topic]);
    await admins.close();
    if (operation === 'Alter') return view?.partitions.length === 2;
    return settings.get(topic)?.get('retention.ms') === '1234567890';
  });
}

async function withdrawCreate(): Promise<void> {
  const rule = onTopic({ role: 'controller', operation: 'Create' }, 'new');
  await without(target, rule, async () => {
    await begin('new');
    await site.isToldOf('new', lack('CW-3010', target, rule));
  });
  await site.isWell('new');
}

async function withdrawDelete(): Promise<void> {
  const rule = onTopic({ role: 'controller', operation: 'Delete' }, 'anew');
  await without(target, rule, async () => {
    await lab.deleteTopic(source, 'anew');
    await begin('anew');
    await site.isToldOf('anew', lack('CW-3010', target, rule));
  });
  await site.isWell('anew');
}

step('the commands name what they lack, and need no more', async () => {
  const rules = planned.map((each) => ({ ...each, rule: onTopic(each, topicOf(each)) }));
  const taken = rules.map(({ region, rule }) => ({ region, rules: site.rulesThatAllow(region, rule) }));
  await Promise.all(taken.map((each) => acls.take(each.region, each.rules)));
  const lacking = await site.run('commands', 'plan', '-o', 'json');
  const said = [...lacking.stdout.matchAll(/"message": "([^"]*)"/g)].map((match) => `CW-3010 ${match[1]}`);
  for (const { region, rule } of rules) {
    const pattern = lack('CW-3010', region, rule);
    assert.ok(
      said.some((each) => pattern.test(each)),
      `${String(pattern)}: ${lacking.stdout}`,
    );
    withdrawn.note(region, rule);
  }
  await Promise.all(taken.map((each) => acls.give(each.region, each.rules)));
  const plan = await site.run('commands', 'plan', '--detailed-exitcode');
  assert.equal(plan.code, 0, plan.stdout + plan.stderr);

  const write = site.ledgerRule('commands', 'Write', 'causeway.desired');
  await without(target, write, async () => {
    const pause = await site.run('commands', 'mirrors', 'pause', 'shop', 'new', '--yes');
    assert.notEqual(pause.code, 0);
    assert.match(pause.stderr, lack('CW-4004', target, write));
  });
});

step('the ledger’s rights, withdrawn while running and given back', async (t) => {
  await Promise.all([
    t.test('by the controller', ledgerOfController),
    t.test('by the worker', ledgerOfWorker),
    t.test('by the commands', ledgerOfCommands),
  ]);
});

async function ledgerOfCommands(): Promise<void> {
  for (const topic of ledgerTopics) {
    const read = site.ledgerRule('commands', 'Read', topic);
    await without(target, read, async () => {
      const { stdout } = await site.run('commands', 'status');
      assert.match(stdout, new RegExp(`CW-4004 ${target}: User:commands lacks Read on topic ${topic}`));
    });
  }
}

async function ledgerOfController(): Promise<void> {
  const { controller } = site.processes;
  for (const { subject, operation, role } of permissionList) {
    const topic = ledgerTopics.find((each) => each === subject);
    if (role !== 'controller' || topic === undefined) continue;
    // Generations are written where a set is new.
    if (topic === 'causeway.generations' && operation === 'Write') continue;
    const rule = site.ledgerRule('controller', operation, topic);
    const from = controller.lines.length;
    await without(target, rule, () => controller.says(lack('CW-4004', target, rule), from));
    // Whoever of those two writes first is the one that is refused.
    const isOfObserved = topic === 'causeway.observed' && operation === 'Write';
    await controller.says(
      isOfObserved ? /works again|signs of life are written again/ : /the controller works again/,
      from,
    );
  }
}

/** What is followed loses both rights at once: a broker refuses the next read first, then any question. */
async function ledgerOfWorker(): Promise<void> {
  const { worker } = site.processes;
  for (const topic of ['causeway.desired', 'causeway.observed'] as const) {
    const from = worker.lines.length;
    const [describe, read] = [
      site.ledgerRule('worker', 'Describe', topic),
      site.ledgerRule('worker', 'Read', topic),
    ];
    await without(target, describe, async () => {
      await worker.says(lack('CW-4004', target, read), from);
      await worker.says(lack('CW-4004', target, describe), from);
    });
    withdrawn.note(target, read);
    await worker.says(/the ledger is read again/, from);
    await site.isWell('orders');
  }
  const report = site.ledgerRule('worker', 'Write', 'causeway.observed');
  await without(target, report, () => worker.says(lack('CW-4004', target, report)));
  await site.isWell('orders');
  for (const operation of ['Describe', 'Read'] as const) {
    const rule = site.ledgerRule('worker', operation, 'causeway.generations');
    await without(target, rule, async () => {
      const lacking = lack('CW-4004', target, rule);
      await startAgain('orders', new RegExp(`CW-2017|${lacking.source}`, 's'));
      await site.isToldOf('orders', lacking);
    });
    await site.isWell('orders');
  }
}

step('a worker that may not join the others runs everything, and says so', async () => {
  const { worker } = site.processes;
  const ofGroup = (operation: Operation): AclRule => ({
    principal: principalOfRole('worker'),
    operation,
    resourceType: 'group',
    resource: workersGroup,
    pattern: 'literal',
  });
  const [describe, read] = [ofGroup('Describe'), ofGroup('Read')];
  // Who may read may describe; with neither, already the question for the coordinator is refused.
  const lacked = (call: string) =>
    new RegExp(`(?=.*answered to ${call}).*${lack('CW-3016', target, read).source}`, 's');
  const from = worker.lines.length;
  await without(target, describe, async () => {
    await worker.says(lacked('FindCoordinator'), from);
    await worker.says(/every partition is run here/, from);
    const since = worker.lines.length;
    await acls.give(target, [describe]);
    await worker.says(lacked('JoinGroup'), since);
    withdrawn.note(target, read);
    await site.isWell('orders');
  });
  await worker.says(new RegExp(`a member of ${workersGroup}`), from);
  await site.isWell('orders');
});

step('the worker says when it may not keep the fence’s id alive', async () => {
  const cluster = site.clustersOf('worker').clusterOf(target);
  for (const operation of ['Describe', 'Write'] as const) {
    const told = new LoggedProcess();
    const clock = manualClock();
    const stopping = new AbortController();
    const keepAlive = new KeepAlive({ region: target, clock, log: told.log, cluster });
    keepAlive.remember(
      new Map([[`fence-${operation}`, { generation: 1, producerId: 1n, producerEpoch: 0 }]]),
    );
    const rule = fenceRule('worker', operation);
    const done = keepAlive.run(stopping.signal);
    await without(target, rule, async () => {
      await waitUntil('it is said', () => {
        clock.advance(24 * 60 * 60 * 1_000);
        return told.lines.some((line) => lack('CW-4010', target, rule).test(line));
      });
    });
    stopping.abort();
    await done;
  }
});

step('holes: the worker says what it lacks for their guards, and to record a shift', async (t) => {
  const guards = (['Describe', 'Write'] as const).map((operation) =>
    t.test(`guard, ${operation}`, async () => {
      const topic = `fence-${operation}`;
      const rule = fenceRule('worker', operation);
      await without(target, rule, async () => {
        await addTransaction(site, topic);
        await site.isToldOf(topic, lack('CW-2017', target, rule));
      });
      await site.isWell(topic);
    }),
  );
  const onMarked = onTopic({ role: 'worker', operation: 'Write' }, marked);
  const noRecord = t.test('topic, Write', () =>
    without(target, onMarked, async () => {
      await addTransaction(site, marked, 'abort');
      const { source: lacked } = lack('CW-2017', target, onMarked);
      await site.isToldOf(marked, new RegExp(`(?=.*answered to AddPartitionsToTxn).*${lacked}`, 's'));
    }),
  );
  const rule = site.ledgerRule('worker', 'Write', 'causeway.generations');
  const shift = without(target, rule, () => rejects(shiftRecorder(site), lack('CW-4004', target, rule)));
  await Promise.all([...guards, noRecord, shift]);
});

step('holes: directly only with the right on the cluster, else one by one', async () => {
  const rule = optionalRule(target, 'cluster', 'worker');
  await checkDirectWay(site, rule);
  withdrawn.note(target, rule);
});

step('mirrors are read-only for others, and described so', async () => {
  await checkProtection(site);
  withdrawn.note(target, optionalRule(target, 'cluster'));
});

step('at the end everything is equal, as who may read both sides sees', async () => {
  const given = [source, target].map((region) => {
    const listed = site.permissions('commands').filter((each) => each.region === region);
    const optional = listed.filter((each) => each.without !== undefined && each.operation === 'Read');
    return { region, rules: optional.map(ruleOf) };
  });
  for (const { region, rules } of given) await acls.give(region, rules);
  for (const { region, rules } of given) {
    await acls.take(region, rules);
    const lacking = await site.run('commands', 'verify', '--all');
    const command = `--bootstrap-server ${acls.serversOf(region)} --add --allow-principal User:commands`;
    assert.match(lacking.stdout + lacking.stderr, new RegExp(`lacks Read on topic[^]*${command}`));
    withdrawn.note(region, optionalRule(region, 'topic'));
    await acls.give(region, rules);
  }
  const verified = await site.run('commands', 'verify', '--all');
  assert.equal(verified.code, 0, verified.stdout + verified.stderr);
});

step('every right on the list was withdrawn, and missed', () => {
  assert.deepEqual(withdrawn.missing, []);
  return Promise.resolve();
});
