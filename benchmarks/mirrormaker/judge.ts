// `npm run judge-mirrormaker`: what the checkers say of MirrorMaker 2, once as it is by default and once with
// exactly-once support, over a source that has a past, a process that is killed under load, and retention
// that passes it while it is down.
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { ensureKafkaJars } from '../../lab/jars.ts';
import { repositoryFolder } from '../../lab/folders.ts';
import { mustFindJava } from '../../lab/java.ts';
import { type Lab, startLab } from '../../lab/lab.ts';
import { type CopyFlags, committedOf, flagsOf } from '../../test/checkers/copy-flags.ts';
import { type DumpedBatch, readDumps } from '../../test/checkers/dumped-log.ts';
import { commitOf } from '../../test/fixtures/commit-of.ts';
import { dumpSegments, findSegments } from '../../test/fixtures/segment-dump.ts';
import { waitUntil } from '../../test/fixtures/wait-until.ts';
import { Child } from '../rig/child.ts';
import { firstOffsets, SourceWriters, sourceRegion, topics } from './source-writers.ts';

const targetRegion = 'us-east';
const phaseMs = 12_000;

const profiles = {
  'as it is by default': {},
  'exactly once': {
    'dedicated.mode.enable.internal.rest': 'true',
    'target.exactly.once.source.support': 'enabled',
    'source.consumer.isolation.level': 'read_committed',
  },
} as const;

type Flags = Readonly<Record<string, CopyFlags>>;

async function judged(settings: Readonly<Record<string, string>>): Promise<Flags> {
  const folder = mkdtempSync(path.join(tmpdir(), 'causeway-judged-'));
  try {
    await using lab = await startLab({
      regions: [
        { name: sourceRegion, brokers: 1 },
        { name: targetRegion, brokers: 1 },
      ],
    });
    await live(lab, settings, folder);
    const [source, copy] = await Promise.all([sourceRegion, targetRegion].map((side) => dumpOf(lab, side)));
    return Object.fromEntries(
      topics.map((topic) => {
        const { committed, aborted } = committedOf(source?.get(topic) ?? []);
        // What was gone before anybody copied is missed by nobody.
        const there = committed.filter(({ offset }) => offset >= firstOffsets[topic]);
        const seen = committedOf(copy?.get(topic) ?? []).committed;
        return [topic, flagsOf({ committed: there, aborted }, seen)];
      }),
    );
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/** A past, then load; killed under it twice, the second time until retention has passed it. */
async function live(lab: Lab, settings: Readonly<Record<string, string>>, folder: string): Promise<void> {
  const servers = lab.bootstrapServers(sourceRegion);
  for (const topic of topics) await lab.createTopic(sourceRegion, topic, { partitions: 1 });
  await using writers = new SourceWriters(servers);
  await writers.writePast();
  const target = lab.bootstrapServers(targetRegion);
  const start = () => startMirrorMaker(folder, { source: servers, target, settings });
  let maker = await start();
  try {
    await waitUntil('MirrorMaker 2 to copy', async () => (await valuesOf(lab)).length > 0, {
      giveUpMs: 120_000,
    });
    await writers.writeFor(phaseMs, () => maker.process.kill('SIGKILL'));
    maker = await start();
    await writers.writeFor(phaseMs, () => maker.process.kill('SIGKILL'));
    await writers.trimAll();
    await writers.writeFor(phaseMs);
    maker = await start();
    // What has not come before that never will.
    const last = await writers.writeLast();
    const isThere = async () => {
      const values = await valuesOf(lab);
      return last.every((value) => values.some((text) => text.endsWith(value)));
    };
    await waitUntil('MirrorMaker 2 to copy the last records', isThere, { giveUpMs: 600_000, pollMs: 1_000 });
  } finally {
    await maker[Symbol.asyncDispose]();
  }
}

/** All that a reader of the copies sees. */
async function valuesOf(lab: Lab): Promise<readonly string[]> {
  const copy = await dumpOf(lab, targetRegion);
  return topics.flatMap((topic) => committedOf(copy.get(topic) ?? []).committed.map(({ text }) => text));
}

async function startMirrorMaker(
  folder: string,
  to: { source: string; target: string; settings: Readonly<Record<string, string>> },
): Promise<Child> {
  const all = {
    clusters: 'source, target',
    'source.bootstrap.servers': to.source,
    'target.bootstrap.servers': to.target,
    'source->target.enabled': 'true',
    'target->source.enabled': 'false',
    'source->target.topics': topics.join(','),
    'replication.policy.class': 'org.apache.kafka.connect.mirror.IdentityReplicationPolicy',
    ...Object.fromEntries(
      ['', 'checkpoints.topic.', 'heartbeats.topic.', 'offset-syncs.topic.'].map((name) => [
        `${name}replication.factor`,
        '1',
      ]),
    ),
    ...Object.fromEntries(
      ['offset', 'status', 'config'].map((name) => [`${name}.storage.replication.factor`, '1']),
    ),
    ...to.settings,
  };
  const file = path.join(folder, 'mm2.properties');
  writeFileSync(
    file,
    Object.entries(all)
      .map((entry) => `${entry.join('=')}\n`)
      .join(''),
  );
  const { classpath } = await ensureKafkaJars();
  const { java } = await mustFindJava();
  const args = ['-Xmx512m', '-cp', classpath, 'org.apache.kafka.connect.mirror.MirrorMaker', file];
  return new Child('MirrorMaker 2', java, args, { logFile: path.join(folder, 'mirrormaker.log') });
}

/** By topic. */
async function dumpOf(lab: Lab, region: string): Promise<Map<string, DumpedBatch[]>> {
  const dataFolder = lab.region(region).brokers[0]?.plan.dataFolder ?? '';
  const files = await findSegments(dataFolder, (name) => topics.some((topic) => name === `${topic}-0`));
  if (files.length === 0) return new Map();
  const dumps = await readDumps(dumpSegments(files));
  return new Map([...dumps].map(([folder, batches]) => [path.basename(folder).replace(/-0$/, ''), batches]));
}

const report: Record<string, Flags> = {};
for (const [name, settings] of Object.entries(profiles)) {
  console.log(`MirrorMaker 2, ${name}`);
  const flags = await judged(settings);
  report[name] = flags;
  console.table(flags);
}
const at = new Date().toISOString();
const file = path.join(
  repositoryFolder,
  'benchmarks',
  'results',
  `${at.slice(0, 10)}-mirrormaker-judged.json`,
);
writeFileSync(file, `${JSON.stringify({ commit: commitOf(), at, report }, undefined, 2)}\n`);
console.log(`report: ${path.relative(process.cwd(), file)}`);
