// Logging as a parameter. The pino logger satisfies this interface; tests and the simulator use `silentLog`.

export type LogFields = Readonly<Record<string, unknown>>;

/** Structured log; the first argument carries fields of telemetry/log-keys, the second a short sentence. */
export interface Log {
  debug(fields: LogFields, message: string): void;
  info(fields: LogFields, message: string): void;
  warn(fields: LogFields, message: string): void;
  error(fields: LogFields, message: string): void;
}

const drop = () => undefined;

export const silentLog: Log = { debug: drop, info: drop, warn: drop, error: drop };
