// What the operator declares, checked and frozen. Durations are milliseconds, sizes bytes, rates bytes per
// second.

/** A checked `causeway.yaml`. Secrets are still placeholders (`${env:…}`, `${file:…}`); see secrets.ts. */
export interface Topology {
  readonly regions: ReadonlyMap<string, RegionSpec>;
  readonly coordination: { readonly kafka: KafkaSettings } | undefined;
  /** Key `a->b`. */
  readonly links: ReadonlyMap<string, LinkSpec>;
  readonly mirrors: ReadonlyMap<string, MirrorSetSpec>;
}
/** Kafka's own setting names, verbatim, values as text. */
export type KafkaSettings = ReadonlyMap<string, string>;
export interface RegionSpec {
  readonly name: string;
  /** `provider/region`, as in `aws/eu-west-1`. */
  readonly location: string | undefined;
  readonly kafka: KafkaSettings;
}
export interface LinkSpec {
  readonly source: string;
  readonly target: string;
  readonly limitBytesPerSecond: number | undefined;
  /** What may be fetched twice to wait less for a long round trip; undefined: the worker's own limit. */
  readonly earlyFetchBytesPerSecond: number | undefined;
  /** What the running comparison may read of both sides together; undefined: `verifyBytesPerSecond` says. */
  readonly verifyBytesPerSecond: number | undefined;
}
export interface MirrorSetSpec {
  readonly name: string;
  readonly topics: readonly string[];
  readonly exclude: readonly string[];
  readonly from: 'earliest' | 'latest' | { readonly timestampMs: number };
  readonly home: string;
  readonly to: readonly string[];
  readonly groups: readonly string[];
  readonly mode: 'async';
  readonly rpoMs: number | undefined;
  readonly priority: number;
  readonly naming: 'identical' | 'prefixed';
  readonly offsets: 'identical' | 'shifted';
  /** Offsets of a partition before its first one that are filled at most. */
  readonly prefixMax: number;
  /** Holes, and runs of them, that are filled at most before a copy is level with its source. */
  readonly holesMax: number;
  readonly runsMax: number;
  /**
   * Topic settings of the mirror that do not follow the source, by Kafka's names (`replication.factor` too).
   */
  readonly target: ReadonlyMap<string, string>;
  readonly onGap: 'stop' | 'fill';
  readonly onRecreate: 'stop' | 'recreate' | 'keep';
  readonly trim: 'own' | 'follow';
  readonly failover: { readonly automatic: boolean; readonly windowMs: number };
}
