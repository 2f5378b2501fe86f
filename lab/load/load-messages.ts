// What the lab and the process that produces its traffic say to each other. Types only.
import type { LoadSettings } from './load-settings.ts';

export interface LoadOrder {
  readonly settings: LoadSettings;
  readonly bootstrapServers: string;
}

/** How far it is; told about once a second. */
export interface LoadReport {
  /** Acknowledged. */
  readonly records: number;
  readonly bytes: number;
  readonly recordsPerSecond: number;
  readonly retries: number;
  readonly lastError: string | undefined;
}
