// `causeway generate schema`: the JSON schema of causeway.yaml, so that editors can complete and check it.
import { editorSchema } from '../../topology/editor-schema.ts';
import { type ExitCode, exitCode } from '../exit-codes.ts';
import type { Invocation } from '../invocation.ts';
import { createScreen } from '../output/screen.ts';

export async function run(invocation: Invocation): Promise<ExitCode> {
  createScreen(invocation).data(`${JSON.stringify(editorSchema(), null, 2)}\n`);
  return exitCode.fine;
}
