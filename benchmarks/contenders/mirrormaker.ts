// MirrorMaker 2 in its dedicated mode, from the same jars as the brokers, set as well as we know.
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { Child } from '../rig/child.ts';
import type { Contender, Course } from './contender.ts';

export type MirrorMakerProfile = 'throughput' | 'latency';

const heap = '2g';
const MiB = 1024 * 1024;

const common: Readonly<Record<string, string>> = {
  'replication.factor': '1',
  'checkpoints.topic.replication.factor': '1',
  'heartbeats.topic.replication.factor': '1',
  'offset.storage.replication.factor': '1',
  'status.storage.replication.factor': '1',
  'config.storage.replication.factor': '1',
  // Only the copying of records is measured: whatever else it can do is off, in its favour.
  'emit.heartbeats.enabled': 'false',
  'emit.checkpoints.enabled': 'false',
  'emit.offset-syncs.enabled': 'false',
  'sync.group.offsets.enabled': 'false',
  'sync.topic.acls.enabled': 'false',
  'refresh.groups.enabled': 'false',
  'source.consumer.receive.buffer.bytes': String(2 * MiB),
  'target.producer.send.buffer.bytes': String(2 * MiB),
  'target.producer.max.request.size': String(16 * MiB),
};

/** Where the source has transactions; without it what was aborted would be copied as data. */
const committedOnly = { 'source.consumer.isolation.level': 'read_committed' };

const profiles: Readonly<Record<MirrorMakerProfile, Readonly<Record<string, string>>>> = {
  throughput: {
    'source.consumer.fetch.max.bytes': String(64 * MiB),
    'source.consumer.max.partition.fetch.bytes': String(8 * MiB),
    'source.consumer.max.poll.records': '20000',
    'target.producer.batch.size': '320000',
    'target.producer.linger.ms': '100',
    'target.producer.buffer.memory': String(256 * MiB),
  },
  latency: {
    // Nothing waits, and over a long round trip enough is on the way to keep up.
    'source.consumer.fetch.min.bytes': '1',
    'source.consumer.fetch.max.bytes': String(64 * MiB),
    'source.consumer.max.partition.fetch.bytes': String(8 * MiB),
    'source.consumer.max.poll.records': '5000',
    'target.producer.batch.size': '65536',
    'target.producer.linger.ms': '0',
    'target.producer.max.in.flight.requests.per.connection': '5',
    'target.producer.enable.idempotence': 'true',
    'target.producer.buffer.memory': String(64 * MiB),
  },
};

export interface MirrorMakerOptions {
  readonly tasksMax: number;
  readonly profile: MirrorMakerProfile;
  readonly warmMs: number;
}

export function mirrorMakerSettings(options: MirrorMakerOptions): Record<string, string> {
  return { 'tasks.max': String(options.tasksMax), ...common, ...profiles[options.profile] };
}

/**
 * The file that `MirrorMaker` reads. The copy keeps the codec of the source, so both sides store equally
 * much.
 */
export function mirrorMakerProperties(course: Course, settings: Readonly<Record<string, string>>): string {
  const { target } = course.rig;
  const all = {
    clusters: 'source, target',
    'source.bootstrap.servers': course.sourceServers,
    'target.bootstrap.servers': target.bootstrapServers,
    'source->target.enabled': 'true',
    'target->source.enabled': 'false',
    'source->target.topics': course.loaded.topic.replaceAll('.', '\\\\.'),
    'target.producer.compression.type': course.shape.codec,
    ...(course.shape.kind === 'transactional' && committedOnly),
    ...settings,
  };
  return Object.entries(all)
    .map(([name, value]) => `${name}=${value}\n`)
    .join('');
}

export function mirrorMaker(options: MirrorMakerOptions): Contender {
  const settings = mirrorMakerSettings(options);
  const isForLatency = options.profile === 'latency';
  return {
    name: `mirrormaker-${options.tasksMax}${isForLatency ? '-latency' : ''}`,
    title: `MirrorMaker 2, tasks.max ${options.tasksMax}${isForLatency ? ', for latency' : ''}`,
    settings: { ...settings, heap },
    // Java compiles for about that long.
    warmUpOf: () => ({ ms: options.warmMs, share: 0 }),
    counts: 'records',
    start: async (course) => {
      const file = join(course.folder, 'mm2.properties');
      writeFileSync(file, mirrorMakerProperties(course, settings));
      const memory = [`-Xms${heap}`, `-Xmx${heap}`, '-XX:+UseG1GC', '-XX:MaxGCPauseMillis=20'];
      const main = 'org.apache.kafka.connect.mirror.MirrorMaker';
      const child = new Child('MirrorMaker 2', 'java', [...memory, '-cp', course.rig.classpath, main, file], {
        logFile: join(course.folder, 'mirrormaker.log'),
      });
      const copy = `source.${course.loaded.topic}`;
      return {
        pid: child.pid,
        topic: copy,
        arrived: () => course.rig.target.admin.offsetsOf(copy, course.loaded.partitions),
        mustRun: () => child.mustRun(),
        [Symbol.asyncDispose]: () => child[Symbol.asyncDispose](),
      };
    },
  };
}
