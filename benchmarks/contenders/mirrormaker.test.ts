// The file that MirrorMaker 2 is started with.
import assert from 'node:assert/strict';
import test from 'node:test';
import { placeAt, type Rig } from '../rig/rig.ts';
import { shapes } from '../rig/shapes.ts';
import type { Course } from './contender.ts';
import { mirrorMakerProperties, mirrorMakerSettings } from './mirrormaker.ts';

const settings = mirrorMakerSettings({ tasksMax: 2, profile: 'throughput', warmMs: 0 });

async function propertiesOf(kind: string): Promise<string[]> {
  const shape = shapes.find((each) => each.kind === kind);
  assert.ok(shape);
  const [source, target] = [placeAt('source', 'a:1', 'a:1'), placeAt('target', 'b:1', 'b:1')];
  const rig = { source, target, classpath: '', folder: '' } as Rig;
  const loaded = { topic: 'bench.one', partitions: 8, records: 1, offsets: 1, bytes: 1 };
  const course: Course = { rig, shape, loaded, sourceServers: 'a:1', folder: '' };
  try {
    return mirrorMakerProperties(course, settings).split('\n');
  } finally {
    for (const { admin } of [source, target]) await admin[Symbol.asyncDispose]();
  }
}

test('only committed records of a source with transactions, and no other setting for it', async () => {
  const [plain, transactional] = [await propertiesOf('plain'), await propertiesOf('transactional')];
  const added = transactional.filter((line) => !plain.includes(line));
  assert.deepEqual(added, ['source.consumer.isolation.level=read_committed']);
  assert.ok(plain.includes('tasks.max=2') && plain.includes('source->target.topics=bench\\\\.one'));
});
