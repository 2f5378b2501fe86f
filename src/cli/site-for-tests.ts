// Two regions with a causeway.yaml in a folder of their own, for tests of commands: the set `shop` mirrors
// `orders*` from eu-west to us-east.
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { TestContext } from 'node:test';
import { Producer, stringSerializers } from '@platformatic/kafka';
import type { Lab } from '../../lab/lab.ts';
import { ownLab } from '../../lab/rig.ts';
import { type Finished, runCausewayCommand } from './run-for-tests.ts';

export interface Site {
  readonly lab: Lab;
  readonly folder: string;
  readonly run: (...args: string[]) => Promise<Finished>;
}

export async function openSite(t: TestContext): Promise<Site> {
  const lab = await ownLab(t);
  const folder = await mkdtemp(join(tmpdir(), 'causeway-cli-'));
  t.after(() => rm(folder, { recursive: true, force: true }));
  const names = ['eu-west', 'us-east'];
  const addresses = Object.fromEntries(names.map((name) => [name, lab.bootstrapServers(name)]));
  await writeFile(join(folder, 'causeway.yaml'), topologyText(addresses));
  return { lab, folder, run: (...args) => runCausewayCommand(args, { cwd: folder }) };
}

export function topologyText(addresses: Readonly<Record<string, string>>): string {
  const regions = Object.entries(addresses).map(
    ([name, servers]) => `  ${name}:\n    kafka: { bootstrap.servers: "${servers}" }\n`,
  );
  const mirrors = '  shop: { topics: ["orders*"], home: eu-west, to: [us-east], rpo: 10s }\n';
  return `regions:\n${regions.join('')}mirrors:\n${mirrors}`;
}

export async function produce(
  lab: Lab,
  region: string,
  topic: string,
  from: number,
  count: number,
  partition?: number,
  timestamp?: bigint,
): Promise<void> {
  const producer = new Producer({
    clientId: 'cli-test',
    bootstrapBrokers: lab.bootstrapServers(region).split(','),
    serializers: stringSerializers,
  });
  const messages = Array.from({ length: count }, (_, index) => ({
    topic,
    key: `key ${from + index}`,
    value: `value ${from + index} `.repeat(5),
    ...(partition !== undefined && { partition }),
    ...(timestamp !== undefined && { timestamp }),
  }));
  await producer.send({ messages, acks: -1 });
  await producer.close();
}
