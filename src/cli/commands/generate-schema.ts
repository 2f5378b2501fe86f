// `causeway generate schema`: the JSON schema of causeway.yaml, so that editors can complete and check it.
import { topologySchema } from '../../topology/schema.ts';
import { type ExitCode, exitCode } from '../exit-codes.ts';
import type { Invocation } from '../invocation.ts';
import { createScreen } from '../output/screen.ts';

export async function run(invocation: Invocation): Promise<ExitCode> {
  const draft = { $schema: 'https://json-schema.org/draft/2020-12/schema', title: 'causeway.yaml' };
  createScreen(invocation).data(`${JSON.stringify({ ...draft, ...topologySchema }, null, 2)}\n`);
  return exitCode.fine;
}
