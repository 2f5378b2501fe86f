// What a command says and asks: data on standard output, everything else on standard error.
import { createInterface } from 'node:readline/promises';
import { CausewayError } from '../../base/errors.ts';
import { flagOption, type Invocation } from '../invocation.ts';
import { type Listing, type Report, renderListing, renderReport } from './listing.ts';
import { type Paint, paintFor } from './style.ts';

export interface Screen {
  /** Paint for data and for everything else. */
  readonly dataPaint: Paint;
  readonly notePaint: Paint;
  data(text: string): void;
  /** A line of progress; silent with --quiet. */
  note(text: string): void;
  /** Replaces the line of progress on a terminal; an empty text removes it. */
  progress(text: string): void;
  /** A line for the curious; only with --verbose. */
  detail(text: string): void;
  listing<Row>(listing: Listing<Row>): Promise<void>;
  report(report: Report): Promise<void>;
  /** Asks before a change. Throws CW-6002 where nobody can be asked, CW-6003 when the answer is not yes. */
  confirm(question: string): Promise<void>;
}

export function createScreen(invocation: Invocation): Screen {
  const { terminal, output, verbosity } = invocation;
  const { stdout, stderr } = terminal;
  const dataPaint = paintFor(stdout, terminal.env);
  return {
    dataPaint,
    notePaint: paintFor(stderr, terminal.env),
    data: (text) => void stdout.write(text),
    note: (text) => void (verbosity !== 'quiet' && stderr.write(`${text}\n`)),
    progress: (text) => void (verbosity !== 'quiet' && stderr.write(`\r\u001B[K${text}`)),
    detail: (text) => void (verbosity === 'verbose' && stderr.write(`${text}\n`)),
    async listing(listing) {
      stdout.write(await renderListing(listing, output, dataPaint));
    },
    async report(report) {
      stdout.write(await renderReport(report, output, dataPaint));
    },
    confirm: (question) => confirm(invocation, question),
  };
}

async function confirm(invocation: Invocation, question: string): Promise<void> {
  const { terminal } = invocation;
  if (flagOption(invocation.options, 'yes')) return;
  if (!invocation.mayAsk) {
    throw new CausewayError(
      'CW-6002',
      `"${question}" cannot be asked here; give --yes to answer it beforehand`,
    );
  }
  const dialogue = createInterface({
    input: terminal.stdin,
    output: terminal.stderr as NodeJS.WritableStream,
  });
  try {
    const answer = await dialogue.question(`${question} [y/N] `, { signal: terminal.signal });
    if (!/^y(es)?$/i.test(answer.trim())) throw new CausewayError('CW-6003', 'nothing was changed');
  } finally {
    dialogue.close();
  }
}
