// One question to the control socket of a running lab, and its answer.
import { connect } from 'node:net';
import { CausewayError, describeError } from '../src/base/errors.ts';
import { type ErrorCode, errorCatalog } from '../src/base/error-catalog.ts';
import type { LabRequest, LabResponse } from './control-messages.ts';
import type { LabStatus } from './lab-types.ts';
import type { LabState } from './state-file.ts';

const quickMsMax = 10_000;
/** A region of nine brokers restarts one by one. */
const slowMsMax = 10 * 60_000;

/** Throws CW-5012 when the lab does not answer, and what the lab answers with. */
export async function askLab(state: LabState, request: LabRequest): Promise<LabStatus> {
  const isQuick = request.command === 'status' || request.command === 'down';
  let line: string;
  try {
    line = await exchange(
      state.controlSocket ?? '',
      JSON.stringify(request),
      isQuick ? quickMsMax : slowMsMax,
    );
  } catch (error) {
    throw new CausewayError(
      'CW-5012',
      `the lab of process ${state.pid} does not answer (${describeError(error)}); its logs are in ` +
        state.folder,
      { pid: state.pid },
      error,
    );
  }
  const response = JSON.parse(line) as LabResponse;
  if (response.ok) return response.status;
  const known = response.code in errorCatalog ? (response.code as ErrorCode) : 'CW-5012';
  throw new CausewayError(known, response.message);
}

function exchange(path: string, line: string, waitMsMax: number): Promise<string> {
  return new Promise((resolve, reject) => {
    const socket = connect(path);
    let text = '';
    socket.setTimeout(waitMsMax, () => socket.destroy(new Error(`no answer within ${waitMsMax / 1000} s`)));
    socket.once('error', reject);
    socket.once('connect', () => socket.write(`${line}\n`));
    socket.setEncoding('utf8').on('data', (piece: string) => {
      text += piece;
    });
    socket.once('close', () => {
      if (text.endsWith('\n')) resolve(text.trimEnd());
      else reject(new Error('it closed the connection without an answer'));
    });
  });
}
