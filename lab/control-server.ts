// The control socket of a running lab: takes one JSON line per connection and answers with one.
import { rmSync } from 'node:fs';
import { createServer, type Socket } from 'node:net';
import { CausewayError, describeError } from '../src/base/errors.ts';
import type { LabRequest, LabResponse } from './control-messages.ts';
import type { LabStatus } from './lab-types.ts';

export interface ControlServer {
  /** Takes no more requests; those under way are answered. */
  close(): void;
}

export type AnswerRequest = (request: LabRequest) => Promise<LabStatus>;

const requestCharsMax = 256 * 1024;

/** Resolves when the socket listens. */
export function startControlServer(path: string, answer: AnswerRequest): Promise<ControlServer> {
  rmSync(path, { force: true });
  const server = createServer((socket) => serve(socket, answer));
  return new Promise((resolve, reject) => {
    server.once('error', reject);
    server.listen(path, () => {
      server.removeListener('error', reject);
      resolve({ close: () => server.close() });
    });
  });
}

function serve(socket: Socket, answer: AnswerRequest): void {
  let text = '';
  let asked = false;
  // Whoever asked has gone; what was asked for is done all the same.
  socket.on('error', () => socket.destroy());
  socket.setEncoding('utf8').on('data', (piece: string) => {
    text += piece;
    const end = text.indexOf('\n');
    if (asked || (end < 0 && text.length < requestCharsMax)) return;
    asked = true;
    respond(text.slice(0, end < 0 ? 0 : end), answer).then(
      (response) => socket.end(`${JSON.stringify(response)}\n`),
      (error: unknown) => socket.destroy(error as Error),
    );
  });
}

async function respond(line: string, answer: AnswerRequest): Promise<LabResponse> {
  try {
    return { ok: true, status: await answer(JSON.parse(line) as LabRequest) };
  } catch (error) {
    if (error instanceof CausewayError) return { ok: false, code: error.code, message: error.message };
    return { ok: false, code: 'CW-5012', message: `the lab failed at this: ${describeError(error)}` };
  }
}
