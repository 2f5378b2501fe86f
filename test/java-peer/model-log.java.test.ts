// The broker model's log against Kafka's own classes (UnifiedLog, Cleaner): what is known of producers and
// transactions, and what two passes of the cleaner leave, byte for byte.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { pick, type Random, seededRandom } from '../../src/base/random.ts';
import { controlBatch } from '../broker-model/control-batch.ts';
import { DirectTransactions } from '../broker-model/direct-transactions.ts';
import { madeBatch } from '../broker-model/made-batch.ts';
import { ModelRig } from '../broker-model/model-rig.ts';
import type { Replica } from '../broker-model/replica.ts';
import type { StoredBatch } from '../broker-model/stored-batch.ts';
import { JavaPeer } from './java-peer.ts';

const logs = 60;
const deleteRetentionMs = 1_000;

/** What Kafka shows of a log before and after a pass. */
interface Shown {
  readonly lastStableOffset: number;
  readonly producers: readonly string[];
  readonly abortedBefore: readonly string[];
  readonly abortedAfter: readonly string[];
}

let peer: JavaPeer;
before(async () => {
  peer = await JavaPeer.start('LogPeer.java');
});
after(() => peer.stop());

/** Random writers at one leader: plain and idempotent data, tombstones, transactions, fillers. */
class Writers {
  readonly #random: Random;
  readonly #transactions = [1n, 2n, 3n].map((id) => new DirectTransactions(id));
  readonly #open = new Set<DirectTransactions>();
  #sequence = 0;
  #fillerEpoch = 0;

  constructor(random: Random) {
    this.#random = random;
  }

  write(leader: Replica): void {
    const random = this.#random;
    const at = random.int(10);
    const keys = Array.from({ length: 1 + random.int(4) }, () => `key ${random.int(9)}`);
    const values = keys.map((key) =>
      random.int(5) === 0 ? null : Buffer.from(`${key} ${random.int(1_000)}`),
    );
    const timestampMs = BigInt(Math.floor(leader.site.wallMs()));
    const batch = { keys: keys.map((key) => Buffer.from(key)), values, timestampMs };
    if (at < 3) leader.append(madeBatch(batch));
    else if (at < 5) {
      leader.append(madeBatch({ ...batch, producerId: 7n, producerEpoch: 0, baseSequence: this.#sequence }));
      this.#sequence += keys.length;
    } else if (at < 8) this.#transaction(leader, keys);
    else this.#filler(leader, timestampMs);
  }

  /** Ends all open transactions: what is open holds the cleaner back. */
  end(leader: Replica): void {
    for (const each of this.#open) each.end(leader, this.#random.int(2) === 0);
    this.#open.clear();
  }

  #transaction(leader: Replica, keys: readonly string[]): void {
    const random = this.#random;
    const writer = pick(random, this.#transactions);
    if (this.#open.has(writer) && random.int(2) === 0) {
      writer.end(leader, random.int(2) === 0, random.int(4) === 0);
      this.#open.delete(writer);
    } else {
      writer.write(leader, keys, keys);
      this.#open.add(writer);
    }
  }

  #filler(leader: Replica, timestampMs: bigint): void {
    const random = this.#random;
    if (random.int(3) === 0) this.#fillerEpoch += 1;
    const producerEpoch = this.#fillerEpoch;
    const committed = random.int(4) === 0;
    leader.append(
      controlBatch({ producerId: 9n, producerEpoch, committed, coordinatorEpoch: 2, timestampMs }),
    );
  }
}

interface Pass {
  readonly closed: Buffer;
  readonly active: Buffer;
  /** Of both logs. */
  readonly end: bigint;
  readonly nowMs: number;
  readonly shown: Shown;
  readonly left: Buffer;
}

const bytesOf = (batches: readonly StoredBatch[]): Buffer => Buffer.concat(batches.map(({ bytes }) => bytes));
const abortedOf = ({ aborted }: Replica): string[] =>
  aborted.all.map(
    ({ producerId, firstOffset, markerOffset }) => `${producerId} ${firstOffset}-${markerOffset}`,
  );

/** `told` is where the peer's log ends. */
function onePass(rig: ModelRig, writers: Writers, random: Random, told: bigint): Pass {
  const leader = rig.leader();
  const writeSome = (most: number): void => {
    for (let left = random.int(most); left > 0; left -= 1) {
      writers.write(leader);
      rig.scheduler.nowMs += random.int(3);
    }
  };
  const since = (offset: bigint) => leader.log.batches.filter(({ baseOffset }) => baseOffset >= offset);
  writeSome(40);
  writers.end(leader);
  const upTo = leader.log.end;
  const closed = bytesOf(since(told));
  writeSome(8);
  const active = bytesOf(since(upTo));
  const { end } = leader.log;
  const producers = leader.producers
    .describe()
    .toSorted((a, b) => Number(a.producerId - b.producerId))
    .map(
      (each) =>
        `${each.producerId}/${each.producerEpoch} ${each.lastSequence} ${each.lastTimestampMs} ` +
        `${each.coordinatorEpoch} ${each.currentTransactionStartOffset}`,
    );
  const abortedBefore = abortedOf(leader);
  const lastStableOffset = Number(leader.lastStableOffset);
  const nowMs = Math.floor(leader.site.wallMs());
  leader.compact({ upTo, deleteRetentionMs: BigInt(deleteRetentionMs) });
  const shown = { lastStableOffset, producers, abortedBefore, abortedAfter: abortedOf(leader) };
  const left = bytesOf(leader.log.batches);
  // What is behind the closed part is closed before the next pass.
  writers.end(leader);
  rig.scheduler.nowMs += pick(random, [1, deleteRetentionMs + 1]);
  return { closed, active, end, nowMs, shown, left };
}

for (const logAppendTime of [false, true]) {
  test(`a log and its cleaner, ${logAppendTime ? 'append time' : 'create time'} (${logs} logs)`, async () => {
    for (let seed = 1; seed <= logs; seed += 1) {
      const random = seededRandom(seed);
      const rig = await ModelRig.started({ brokers: 1, compacted: true, logAppendTime });
      const writers = new Writers(random);
      const passes: Pass[] = [];
      for (let pass = 0; pass < 3; pass += 1) {
        passes.push(onePass(rig, writers, random, passes.at(-1)?.end ?? 0n));
      }
      const told = passes.map(({ closed, active, nowMs }) => ({
        closed: closed.toString('base64'),
        active: active.toString('base64'),
        nowMs,
      }));
      await peer.send(Buffer.from(JSON.stringify({ deleteRetentionMs, passes: told })));
      for (const [at, { shown, left }] of passes.entries()) {
        const answer = await peer.next();
        assert.deepEqual(shown, JSON.parse(answer.text), `seed ${seed}, pass ${at}`);
        assert.equal(left.toString('hex'), answer.bytes.toString('hex'), `seed ${seed}, pass ${at}`);
      }
    }
  });
}

test(`what read-committed fetches are told (${logs} logs)`, async () => {
  for (let seed = 1; seed <= logs; seed += 1) {
    const random = seededRandom(seed);
    const rig = await ModelRig.started({ brokers: 1 });
    const leader = rig.leader();
    const writers = new Writers(random);
    for (let left = random.int(300); left >= 0; left -= 1) writers.write(leader);
    const { log } = leader;
    const reads = Array.from({ length: 40 }, () => ({
      offset: random.int(Number(log.end) + 1),
      bytesMax: random.int(pick(random, [1, 200, 3_000, 30_000])),
      wholeFirst: random.int(2) === 0,
    }));
    const told = { deleteRetentionMs, passes: [], log: bytesOf(log.batches).toString('base64'), reads };
    await peer.send(Buffer.from(JSON.stringify(told)));
    const answered = reads.map(({ offset, bytesMax, wholeFirst }) => {
      const from = BigInt(offset);
      const { bytes, aborted } = leader.readCommitted(from, bytesMax, wholeFirst);
      const listed = aborted.map(({ producerId, firstOffset }) => `${producerId} from ${firstOffset}`);
      return [bytes.length, ...listed].join(' ');
    });
    assert.deepEqual(answered, JSON.parse((await peer.next()).text), `seed ${seed}`);
  }
});

test('a marker is Kafka’s own, byte for byte', async () => {
  const marker = { producerId: 9n, producerEpoch: 4, coordinatorEpoch: 17, timestampMs: 1_700_000_000_123n };
  for (const committed of [true, false]) {
    const made = controlBatch({ ...marker, committed });
    await peer.send(
      Buffer.from(
        JSON.stringify({ marker: { ...marker, committed } }, (_, each: unknown) =>
          typeof each === 'bigint' ? Number(each) : each,
        ),
      ),
    );
    assert.equal(made.toString('hex'), (await peer.next()).bytes.toString('hex'));
  }
});
