// The running comparison between real clusters: what somebody else wrote into a mirror is found by the worker
// that runs it, and told in status.
import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import { TopicWriter } from '../../test/fixtures/topic-writer.ts';
import { waitUntil } from '../../test/fixtures/wait-until.ts';
import { systemClock } from '../base/clock.ts';
import type { Log, LogFields } from '../base/log.ts';
import { systemRandom } from '../base/random.ts';
import { defaultPace } from '../data-plane/verifier/check-task.ts';
import { encodeBatch } from '../kafka/batch/encode-batch.ts';
import { RegionClusters } from '../server/region-clusters.ts';
import { startServer } from '../server/serve.ts';
import { parseTopology } from '../topology/parse-topology.ts';
import type { Topology } from '../topology/topology.ts';
import { openSite, type Site } from './site-for-tests.ts';

const region = 'us-east';
const topic = 'orders';
const checkPace = {
  ...defaultPace,
  firstOffsets: 20,
  newPauseMs: 200,
  confirmMs: 500,
  doubtPauseMs: 3_600_000,
};
const valueBytes = 1_000;

class Watched {
  readonly errors: { fields: LogFields; message: string }[] = [];
  readonly #site: Site;
  readonly #topology: Topology;
  readonly #clusters: RegionClusters;

  constructor(site: Site, topology: Topology) {
    this.#site = site;
    this.#topology = topology;
    this.#clusters = new RegionClusters({ ...this.#parts, clientId: 'test' }, topology);
  }

  get #parts() {
    const secrets = { readEnv: () => undefined, readFile: () => '' };
    return { secrets, clock: systemClock, random: systemRandom, log: this.#log, version: '0.0.0' };
  }

  get #log(): Log {
    const drop = () => undefined;
    const error = (fields: LogFields, message: string) => void this.errors.push({ fields, message });
    return { debug: drop, info: drop, warn: drop, error };
  }

  serve(name: string) {
    const local = this.#topology;
    const roles = ['controller', 'worker'] as const;
    return startServer({ ...this.#parts, region, name, roles, local, httpPort: 0, checkPace });
  }

  /** The same batch each time it is called with the same text, whoever holds it. */
  async append(where: 'eu-west' | 'us-east', texts: readonly string[]): Promise<void> {
    const records = texts.map((text) => {
      return { timestamp: this.#timestamp, key: undefined, value: Buffer.from(text.padEnd(valueBytes)) };
    });
    using writer = new TopicWriter(this.#clusters.clusterOf(where));
    await writer.append(topic, 0, [encodeBatch(records)]);
  }

  /** The same at both sides, and not so old that retention takes the records away. */
  readonly #timestamp = BigInt(systemClock.wallMs());
  /** What was seen last. */
  text = '';

  async status(): Promise<{ readonly verified: Verified; readonly state: string }> {
    const { stdout, stderr } = await this.#site.run('status', '-o', 'json');
    this.text = stdout;
    const { mirrors } = JSON.parse(stdout) as { mirrors: { verified: Verified; state: string }[] };
    return mirrors[0] ?? assert.fail(stderr);
  }

  /** Until everything that was written has been compared. */
  async comparedAll(): Promise<void> {
    await waitUntil('all to be compared', async () => (await this.status()).verified.part === 1, {
      seen: () => [this.errors, this.text],
      pollMs: 500,
    });
  }

  close(): Promise<void> {
    return this.#clusters.close();
  }
}

interface Verified {
  readonly part: number | null;
  readonly differing: { readonly where: string; readonly ranges: number; readonly first: unknown } | null;
}

async function openWatched(t: TestContext): Promise<{ site: Site; watched: Watched }> {
  const site = await openSite(t);
  const file = join(site.folder, 'causeway.yaml');
  const parsed = parseTopology({ text: await readFile(file, 'utf8'), file });
  assert.ok('topology' in parsed);
  const watched = new Watched(site, parsed.topology);
  t.after(() => watched.close());
  return { site, watched };
}

const named = (from: number, to: number) =>
  Array.from({ length: to - from }, (_, at) => `record ${from + at}`);

test('a foreign record in a mirror is found by its worker and told in status', async (t) => {
  const { site, watched } = await openWatched(t);
  await site.lab.createTopic('eu-west', topic, { partitions: 1 });
  await watched.append('eu-west', named(0, 100));
  assert.equal((await site.run('apply', '--yes')).code, 0);
  const first = await watched.serve('one');
  try {
    await watched.comparedAll();
  } finally {
    await first.stop();
  }
  // Behind the foreign record stands what the source has there: the end of the mirror looks as it should.
  await watched.append('eu-west', ['theirs']);
  await watched.append('us-east', ['foreign']);
  for (const where of ['eu-west', 'us-east'] as const) await watched.append(where, named(101, 105));
  const second = await watched.serve('two');
  t.after(() => second.stop());
  const { verified, state } = await waitUntil(
    'the foreign record to be told',
    async () => {
      const status = await watched.status();
      return status.verified.differing !== null && status;
    },
    { seen: () => [watched.errors, watched.text], pollMs: 2_000 },
  );
  assert.equal(state, 'mirroring', 'the mirror goes on');
  assert.equal(verified.differing?.where, 'orders-0');
  assert.equal(verified.differing.ranges, 1);
  const { kind, firstOffset, endOffset } = verified.differing.first as Record<string, string>;
  assert.deepEqual([kind, firstOffset, endOffset], ['different', '100', '101']);
  const told = watched.errors.filter(({ fields }) => fields['code'] === 'CW-2040');
  assert.equal(told.length, 1, JSON.stringify(watched.errors));
  const text = await site.run('status', '--detailed-exitcode');
  assert.equal(text.code, 10);
  assert.match(text.stdout, /differs !/);
  assert.match(text.stdout, /CW-2040 orders-0: 1 range differs from eu-west, the first different at/);

  const metrics = await (await fetch(`${second.url}/metrics`)).text();
  assert.match(metrics, /^causeway_mirror_differing_ranges\{.*\} 1$/m);
  const [, bytes] = /^causeway_link_verified_bytes_total\{.*\} (\d+)$/m.exec(metrics) ?? [];
  // It went on at offset 100: what was compared before is a hundred kilobytes on each side.
  assert.ok(Number(bytes) > 0 && Number(bytes) < 100 * valueBytes, `${bytes} bytes`);
});
