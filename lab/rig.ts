// The lab as tests use it: one shared by most files of a run, or an own one for tests that break things.
import { randomBytes } from 'node:crypto';
import { after, type TestContext } from 'node:test';
import { type Lab, startLab } from './lab.ts';
import type { LabOptions } from './lab-options.ts';
import { createTopic, deleteTopic, type TopicShape } from './region-admin.ts';

/** Set by `rig-host.ts` for the tests of one run. */
export const rigEnvironmentName = 'CAUSEWAY_TEST_LAB';

/** What a shared lab offers: addresses and topics, and no faults, since others use it at the same time. */
export interface SharedLab {
  readonly regions: readonly string[];
  readonly logsFolder: string;
  /** As a client inside of the region sees it, or as one in the region `from` does. */
  bootstrapServers(region: string, from?: string): string;
  createTopic(region: string, topic: string, shape?: TopicShape): Promise<void>;
  deleteTopic(region: string, topic: string): Promise<void>;
  /** Of the region's first broker. */
  dataFolder(region: string): string;
}

/** How the shared lab is described to the processes of a run. */
export interface RigDescription {
  readonly logsFolder: string;
  /** Viewed region → viewing region → addresses. */
  readonly addresses: Readonly<Record<string, Readonly<Record<string, string>>>>;
  /** Region → where its first broker keeps its logs. */
  readonly dataFolders: Readonly<Record<string, string>>;
}

export function describeRig(lab: Lab): RigDescription {
  const names = lab.regions.map((region) => region.name);
  const seenFrom = (name: string) =>
    Object.fromEntries(names.map((from) => [from, lab.bootstrapServers(name, from)]));
  return {
    logsFolder: lab.logsFolder,
    addresses: Object.fromEntries(names.map((name) => [name, seenFrom(name)])),
    dataFolders: Object.fromEntries(
      lab.regions.map(({ name, brokers }) => [name, brokers[0]?.plan.dataFolder ?? '']),
    ),
  };
}

/** How it is started. */
export const sharedLabOptions: LabOptions = {
  // Tests that wait for a cleaner would wait for its pause, of 15 s, most of the time.
  brokerSettings: { 'log.cleaner.backoff.ms': '250' },
};

let shared: Promise<SharedLab> | undefined;

/**
 * The lab that this run's test files share: regions `eu-west` and `us-east`, one broker each. Outside of a
 * run of `rig-host.ts` this file starts its own and ends it after the file's last test. Take topic names
 * from `uniqueTopic`.
 */
export function sharedLab(): Promise<SharedLab> {
  shared ??= openShared();
  return shared;
}

async function openShared(): Promise<SharedLab> {
  const described = process.env[rigEnvironmentName];
  if (described) return sharedFrom(JSON.parse(described) as RigDescription);
  const lab = await startLab(sharedLabOptions);
  after(() => lab.close());
  return sharedFrom(describeRig(lab));
}

function sharedFrom({ addresses, dataFolders, logsFolder }: RigDescription): SharedLab {
  const there = (found: string | undefined, what: string): string => {
    if (found === undefined) throw new Error(`the shared lab has no ${what}`);
    return found;
  };
  const bootstrapServers = (region: string, from: string = region) =>
    there(addresses[region]?.[from], `region ${region} as seen from ${from}`);
  return {
    regions: Object.keys(addresses),
    logsFolder,
    bootstrapServers,
    createTopic: (region, topic, shape) => createTopic(bootstrapServers(region), topic, shape),
    deleteTopic: (region, topic) => deleteTopic(bootstrapServers(region), topic),
    dataFolder: (region) => there(dataFolders[region], `region ${region}`),
  };
}

/** A lab for one test, ended with it; on failure the folder of its logs is printed. */
export async function ownLab(t: TestContext, options: LabOptions = {}): Promise<Lab> {
  const lab = await startLab(options);
  t.after(async () => {
    await lab.close();
    if (!hasPassed(t)) t.diagnostic(`logs of the brokers: ${lab.logsFolder}`);
  });
  return lab;
}

// Node has it since 21.7; its type package does not know it yet.
const hasPassed = (t: TestContext): boolean => (t as { passed?: boolean }).passed === true;

/** A topic name that no other test uses. */
export const uniqueTopic = (prefix: string): string => `${prefix}-${randomBytes(6).toString('hex')}`;
