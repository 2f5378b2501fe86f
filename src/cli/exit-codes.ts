// What the shell is told. The one table of exit codes, and which error code leads to which of them.
import type { ErrorCode } from '../base/error-catalog.ts';
import { CausewayError } from '../base/errors.ts';

export const exitCode = {
  fine: 0,
  failed: 1,
  usage: 2,
  invalidConfiguration: 3,
  cannotConnect: 4,
  partlyDone: 5,
  refused: 6,
  timedOut: 7,
  difference: 8,
  unhealthy: 10,
  interrupted: 130,
} as const;

export type ExitCode = (typeof exitCode)[keyof typeof exitCode];

/** One sentence for each exit code, for `--help` and the reference page. */
export const exitCodeMeaning: Readonly<Record<ExitCode, string>> = {
  0: 'fine',
  1: 'failed',
  2: 'the command line was wrong',
  3: 'the configuration is invalid',
  4: 'cannot connect, or not allowed',
  5: 'partly done',
  6: 'refused by a precondition',
  7: 'timed out waiting',
  8: 'a difference was found (verify, plan --detailed-exitcode)',
  10: 'unhealthy (doctor, status --detailed-exitcode)',
  130: 'interrupted',
};

/** Codes that do not follow from their thousands. */
const single: Partial<Record<ErrorCode, ExitCode>> = {
  'CW-2017': exitCode.cannotConnect,
  'CW-4001': exitCode.refused,
  'CW-4002': exitCode.cannotConnect,
  'CW-4003': exitCode.cannotConnect,
  'CW-4004': exitCode.cannotConnect,
  'CW-4005': exitCode.refused,
  'CW-4006': exitCode.refused,
  'CW-4008': exitCode.refused,
  'CW-4009': exitCode.refused,
  'CW-5001': exitCode.refused,
  'CW-5002': exitCode.refused,
  'CW-5004': exitCode.refused,
  'CW-5005': exitCode.refused,
  'CW-5006': exitCode.refused,
  'CW-5007': exitCode.refused,
  'CW-5009': exitCode.refused,
  'CW-5010': exitCode.refused,
  'CW-5011': exitCode.usage,
  'CW-5014': exitCode.usage,
  'CW-6001': exitCode.invalidConfiguration,
  'CW-6002': exitCode.usage,
  'CW-6003': exitCode.refused,
  'CW-6004': exitCode.timedOut,
  'CW-6005': exitCode.partlyDone,
  'CW-6006': exitCode.usage,
  'CW-6007': exitCode.refused,
  'CW-6008': exitCode.usage,
  'CW-6009': exitCode.cannotConnect,
  'CW-6010': exitCode.refused,
  'CW-6013': exitCode.cannotConnect,
  'CW-6014': exitCode.refused,
  'CW-6015': exitCode.cannotConnect,
  'CW-6016': exitCode.refused,
  'CW-6017': exitCode.usage,
  'CW-6018': exitCode.refused,
  'CW-6019': exitCode.refused,
};

const byThousands: Readonly<Record<string, ExitCode>> = {
  1: exitCode.invalidConfiguration,
  3: exitCode.cannotConnect,
};

/** The exit code for anything that was thrown. */
export function exitCodeOf(thrown: unknown): ExitCode {
  if (!(thrown instanceof CausewayError)) return exitCode.failed;
  return single[thrown.code] ?? byThousands[thrown.code.charAt('CW-'.length)] ?? exitCode.failed;
}
