// Which broker a random request is sent to: mostly the one that it is for, sometimes another.
import { pick, type Random } from '../../../src/base/random.ts';
import type { Standing } from './standing.ts';
import type { Request } from './steps.ts';

export class RandomPlaces {
  readonly #random: Random;
  readonly #standing: Standing;

  constructor(random: Random, standing: Standing) {
    this.#random = random;
    this.#standing = standing;
  }

  brokerFor(request: Request): number {
    const { alive } = this.#standing;
    if (alive.length === 1) return alive[0] as number;
    // What is waited for is told by the coordinator alone.
    const isWaiting = request.kind === 'describeTransaction' && request.settled;
    const isAstray = !isWaiting && this.#random.int(100) < 8;
    if (request.kind === 'writeTxnMarkers') return this.#forMarkers(request, isAstray);
    const right = this.#rightFor(request);
    return right < 0 || isAstray ? pick(this.#random, alive) : right;
  }

  /** The broker that can serve the request; -1 where any can, or none. */
  #rightFor(request: Request): number {
    switch (request.kind) {
      case 'produce':
      case 'listOffsets':
      case 'offsetForLeaderEpoch':
      case 'deleteRecords':
        return this.#standing.leaderOf(request.partition);
      case 'describeProducers':
        return this.#standing.leaderOf(request.partitions[0] ?? -1);
      case 'fetch':
        return this.#standing.leaderOf(request.partitions[0]?.partition ?? -1);
      case 'addPartitionsToTxn':
      case 'endTxn':
      case 'describeTransaction':
        return this.#standing.coordinator;
      case 'initProducerId':
        return request.transactionalId === undefined ? -1 : this.#standing.coordinator;
      case 'findCoordinator':
      case 'metadata':
      case 'writeTxnMarkers':
        return -1;
    }
  }

  /**
   * A broker with replicas of all that is named: where it has none of the last marker's, it never answers
   * (see write-markers.ts).
   */
  #forMarkers({ markers }: Request & { kind: 'writeTxnMarkers' }, isAstray: boolean): number {
    const named = markers.flatMap(({ partitions }) => partitions);
    const leader = this.#standing.leaderOf(named[0] ?? -1);
    const holders = this.#standing.alive.filter((id) => named.every((each) => this.#holds(id, each)));
    if (holders.includes(leader) && !isAstray) return leader;
    return holders.length > 0 ? pick(this.#random, holders) : -1;
  }

  #holds(brokerId: number, partition: number): boolean {
    return this.#standing.replicasOf(partition).includes(brokerId);
  }
}
