// Two clusters to measure on: those of a lab of our own with its files in memory, or any that the caller
// names.
import { mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { ClusterAdmin } from './cluster-admin.ts';

export interface LinkSettings {
  readonly rttMs: number;
  /** `null`: no limit. */
  readonly bandwidthBytesPerSecond: number | null;
}

export interface Place {
  readonly region: string;
  /** As seen by the benchmark and by whatever stands in the same region. */
  readonly bootstrapServers: string;
  /** As seen from the other region: through the emulated link, where there is one. */
  readonly bootstrapServersFromAfar: string;
  readonly admin: ClusterAdmin;
}

export interface Rig extends AsyncDisposable {
  readonly source: Place;
  readonly target: Place;
  /** Class path with Kafka's brokers, tools and MirrorMaker 2. */
  readonly classpath: string;
  /** For logs, configurations and payloads. */
  readonly folder: string;
  /** Undefined where the clusters are not ours: then scenarios with a round trip are left out. */
  readonly setLink: ((settings: LinkSettings) => Promise<void>) | undefined;
}

export interface OwnClusters {
  readonly source: string;
  readonly target: string;
  readonly classpath: string;
}

/** Clusters that run already. All their topics but internal ones are deleted. */
export function rigOnClusters(clusters: OwnClusters): Rig {
  const folder = newRunFolder();
  const source = placeAt('source', clusters.source, clusters.source);
  const target = placeAt('target', clusters.target, clusters.target);
  return {
    source,
    target,
    classpath: clusters.classpath,
    folder,
    setLink: undefined,
    [Symbol.asyncDispose]: async () => {
      await source.admin[Symbol.asyncDispose]();
      await target.admin[Symbol.asyncDispose]();
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

export function placeAt(region: string, bootstrapServers: string, bootstrapServersFromAfar: string): Place {
  return { region, bootstrapServers, bootstrapServersFromAfar, admin: new ClusterAdmin(bootstrapServers) };
}

export function newRunFolder(parent: string = tmpdir()): string {
  mkdirSync(parent, { recursive: true });
  return mkdtempSync(join(parent, 'causeway-benchmark-'));
}
