// What a lab is made of, in words that cross process borders: options, settings of links, status. Types only.

/** A region to start: one Kafka cluster with `brokers` nodes, each broker and controller at once. */
export interface RegionOptions {
  readonly name: string;
  /** 1 unless given; with 3 or more, replication factor 3 and `min.insync.replicas` 2 for internal topics. */
  readonly brokers?: number;
  /** `provider/region`, as in `aws/eu-west-1`; gives the round trips. Known names have one by default. */
  readonly location?: string;
  /** As in `4.3.1`; the lab's own unless given. */
  readonly kafkaVersion?: string;
}

export const cutModes = ['hold', 'reset'] as const;
/**
 * `hold`: nothing passes and nobody is told, as on a black hole. `reset`: connections are reset and refused.
 */
export type CutMode = (typeof cutModes)[number];

/** One direction of a link, as it is now. */
export interface PathSettings {
  readonly oneWayDelayMs: number;
  /** Up to this much is added at random to the delay of each piece; order is kept. */
  readonly jitterMs: number;
  /** `null`: no limit. */
  readonly bandwidthBytesPerSecond: number | null;
  readonly cut: CutMode | null;
}

/** A change of a link; what is absent stays as it is. */
export interface LinkChange {
  readonly rttMs?: number;
  readonly jitterMs?: number;
  /** `null`: no limit. */
  readonly bandwidthBytesPerSecond?: number | null;
  /** `null` joins again. */
  readonly cut?: CutMode | null;
}

export const faultKinds = ['kill', 'pause', 'isolate', 'heal', 'restart'] as const;
export type FaultKind = (typeof faultKinds)[number];

export const codecs = ['none', 'gzip', 'snappy', 'lz4', 'zstd'] as const;
export type Codec = (typeof codecs)[number];

/** What a load generator produces. */
export interface LoadOptions {
  readonly region: string;
  readonly topics: readonly string[];
  /** Over all topics together. Exactly one of the two rates is given. */
  readonly recordsPerSecond?: number;
  readonly bytesPerSecond?: number;
  readonly recordBytes?: number;
  readonly codec?: Codec;
  /** Number of different keys; 0: records without key. */
  readonly keys?: number;
  /** Headers per record. */
  readonly headers?: number;
  readonly acks?: 'all' | '1' | '0';
  readonly lingerMs?: number;
}

export interface LoadStatus {
  readonly running: boolean;
  readonly region: string;
  readonly topics: readonly string[];
  readonly records: number;
  readonly bytes: number;
  /** Over the last seconds. */
  readonly recordsPerSecond: number;
  /** Sends that failed and were tried again. */
  readonly retries: number;
  readonly lastError: string | undefined;
}

export const brokerStates = ['running', 'paused', 'dead', 'starting'] as const;
export type BrokerState = (typeof brokerStates)[number];

export interface BrokerStatus {
  /** 1, 2, 3 … within the region; also Kafka's node id. */
  readonly number: number;
  readonly state: BrokerState;
  readonly pid: number | undefined;
  /** `host:port` as seen from inside of the region. */
  readonly address: string;
  readonly logFile: string;
  readonly kafkaVersion: string;
}

export interface RegionStatus {
  readonly name: string;
  readonly location: string | undefined;
  readonly isolated: boolean;
  /** As seen from inside of the region. */
  readonly bootstrapServers: string;
  readonly brokers: readonly BrokerStatus[];
}

export interface LinkStatus extends PathSettings {
  readonly from: string;
  readonly to: string;
  /** Bytes that have passed in this direction since the start. */
  readonly bytes: number;
}

export interface LabStatus {
  readonly id: string;
  /** Of the process that holds the lab. */
  readonly pid: number;
  readonly startedAtMs: number;
  /** Of all brokers; several with commas between. */
  readonly kafkaVersion: string;
  /** Logs, data and topology files. */
  readonly folder: string;
  readonly regions: readonly RegionStatus[];
  readonly links: readonly LinkStatus[];
  readonly load: readonly LoadStatus[];
  readonly topologies: TopologyFiles | undefined;
}

/** The address of a region depends on where one looks from, so there is one topology file per place. */
export interface TopologyFiles {
  /** For a terminal: every region by its local address, without the emulated delay. */
  readonly operator: string;
  /** By viewing region: the others through the emulated WAN. */
  readonly byRegion: Readonly<Record<string, string>>;
}

/** Called with one short sentence per step, and a share from 0 to 1 where it is known. */
export type OnProgress = (message: string, share?: number) => void;

/** How a lab is started that commands talk to. */
export interface StartOptions {
  readonly regions?: readonly RegionOptions[];
  /** Live traffic on the example topics; true unless given. */
  readonly load?: boolean;
  readonly onProgress?: OnProgress;
  /** Ends the start early, with nothing left running; then it rejects with the signal's reason. */
  readonly signal?: AbortSignal;
}
