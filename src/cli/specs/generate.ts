// Declarations of `causeway generate …`.
import { shells } from '../shells.ts';
import { type CommandSpec, example } from '../spec.ts';

const completion: CommandSpec = {
  name: 'completion',
  summary: 'shell completion',
  arguments: [{ name: '<shell>', help: shells.join(', ') }],
  examples: [
    example('source <(causeway generate completion bash)', 'for this shell'),
    example('causeway generate completion fish > ~/.config/fish/completions/causeway.fish', 'for good'),
  ],
  load: () => import('../commands/generate-completion.ts'),
};

const schema: CommandSpec = {
  name: 'schema',
  summary: 'JSON schema of causeway.yaml, for editors',
  examples: [
    example('causeway generate schema > causeway.schema.json', 'then name it in the first line of the file'),
  ],
  load: () => import('../commands/generate-schema.ts'),
};

export const generateSpec: CommandSpec = {
  name: 'generate',
  summary: 'files for shells and editors',
  examples: [example('source <(causeway generate completion bash)', 'completion for this shell')],
  commands: [completion, schema],
};
