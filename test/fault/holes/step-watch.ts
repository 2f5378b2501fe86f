// A cluster as a worker sees it, watched: at the request that it is told of, everything stops, before the
// request leaves, once it has left, or once it is answered.
import type { BrokerConnection, KafkaCluster } from '../../../src/kafka/client/cluster.ts';
import type {
  InitProducerIdRequest,
  ListOffsetsRequest,
  ProduceRequest,
} from '../../../src/kafka/wire/messages.ts';
import { generationsTopic } from '../../../src/ledger/topic-names.ts';
import type { CallName, Stage, StopOrder } from './steps.ts';

/** What a request is in a run of holes of `topic`; undefined where it is nothing of it. */
type Naming = (request: unknown, topic: string) => CallName | undefined;

const namings: ReadonlyMap<PropertyKey, Naming> = new Map<keyof BrokerConnection, Naming>([
  ['initProducerId', (request) => guardName(request as InitProducerIdRequest)],
  ['describeProducers', (request, topic) => (isAbout(request, topic) ? 'read producers' : undefined)],
  ['writeTxnMarkers', () => 'write fillers'],
  ['listOffsets', (request, topic) => (isAbout(request, topic) ? endName(request) : undefined)],
  ['addPartitionsToTxn', () => 'begin filler'],
  ['endTxn', () => 'end filler'],
  ['describeTransactions', () => 'look at filler'],
  ['produce', (request) => produceName(request as ProduceRequest)],
]);

const guardName = ({ producerId }: InitProducerIdRequest): CallName =>
  producerId < 0n ? 'take guard' : 'raise guard';
const isAbout = (request: unknown, topic: string): boolean =>
  (request as { readonly topics: readonly { readonly topic: string }[] }).topics.some(
    (each) => each.topic === topic,
  );

function endName(request: unknown): CallName | undefined {
  const { replicaId, isolationLevel, topics } = request as ListOffsetsRequest;
  if (topics[0]?.partitions[0]?.timestamp !== -1n) return undefined;
  if (replicaId >= 0) return 'read log end';
  return isolationLevel === 0 ? 'read high watermark' : undefined;
}
const produceName = ({ topics }: ProduceRequest): CallName =>
  topics.some(({ topic }) => topic === generationsTopic) ? 'write ledger' : 'write data';

export interface StepWatchParts {
  readonly topic: string;
  readonly stops: readonly StopOrder[];
  /** Told the index of the order; has the process stand still before it returns. */
  readonly stop: (index: number) => void;
}

export class StepWatch {
  readonly #parts: StepWatchParts;
  #order = 0;
  /** Requests of the order's path that have been made. */
  #made = 0;
  /** Requests of a run of holes, or data, that have not been answered. */
  underWay = 0;

  constructor(parts: StepWatchParts) {
    this.#parts = parts;
  }

  watch(cluster: KafkaCluster): KafkaCluster {
    return {
      account: cluster.account,
      metadata: (topics) => cluster.metadata(topics),
      connect: async (brokerId) => this.#watched(await cluster.connect(brokerId)),
      close: () => cluster.close(),
    };
  }

  #watched(connection: BrokerConnection): BrokerConnection {
    return new Proxy(connection, {
      get: (of, key) => {
        const found: unknown = Reflect.get(of, key, of);
        if (typeof found !== 'function') return found;
        const call = found.bind(of) as (request: unknown) => Promise<unknown>;
        const naming = namings.get(key);
        if (naming === undefined) return call;
        return (request: unknown) => this.#call(naming(request, this.#parts.topic), of, () => call(request));
      },
    });
  }

  #call(name: CallName | undefined, of: BrokerConnection, send: () => Promise<unknown>): Promise<unknown> {
    if (name === undefined) return send();
    const index = this.#order;
    const stage = this.#advance(name);
    this.underWay += 1;
    const over = () => {
      this.underWay -= 1;
    };
    if (stage === 'before') this.#parts.stop(index);
    const answered = send();
    answered.then(over, over);
    if (stage === 'left') return this.#afterLeaving(index, of, answered);
    return stage === 'after' ? this.#afterAnswer(index, answered) : answered;
  }

  async #afterLeaving(index: number, of: BrokerConnection, answered: Promise<unknown>): Promise<unknown> {
    // What is written leaves at the end of this step of the program, before anything is read.
    await new Promise((resolve) => process.nextTick(resolve));
    while (of.unsentBytes > 0) await new Promise((resolve) => setImmediate(resolve));
    this.#parts.stop(index);
    return answered;
  }

  async #afterAnswer(index: number, answered: Promise<unknown>): Promise<unknown> {
    const answer = await answered;
    this.#parts.stop(index);
    return answer;
  }

  /** The stage at which to stop, where this request is the one. */
  #advance(name: CallName): Stage | undefined {
    const order = this.#parts.stops[this.#order];
    if (order === undefined || order.path[this.#made] !== name) return undefined;
    this.#made += 1;
    if (this.#made < order.path.length) return undefined;
    this.#order += 1;
    this.#made = 0;
    return order.stage;
  }
}
