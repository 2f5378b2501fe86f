// Declarations of `causeway generate …`.
import { shells } from '../shells.ts';
import { type CommandSpec, example, permissionRoleOption } from '../spec.ts';

const acls: CommandSpec = {
  name: 'acls',
  summary: 'what Causeway has to be permitted, as commands of kafka-acls.sh',
  details:
    'Writes a shell script for the administrators of the clusters: for each region the exact rights of ' +
    'Causeway’s principal, and what protects mirrors from other writers. Asks no cluster. Patterns become ' +
    'names and prefixes; where ACLs cannot say the same, the script says what is permitted instead.',
  options: [
    { flags: '--principal <principal>', help: 'as in User:causeway; else as the settings of each region' },
    { flags: '--region <name>', help: 'this region only' },
    permissionRoleOption,
    {
      flags: '--deny-write <principal>',
      help: 'deny this principal to write into mirrors; several times for several',
      repeatable: true,
    },
  ],
  examples: [
    example('causeway generate acls > acls.sh', 'for all regions, one login for everything'),
    example('causeway generate acls --role worker --principal User:workers', 'for processes with own logins'),
    example('causeway generate acls -o json', 'the list with the reasons, for programs'),
  ],
  load: () => import('../commands/generate-acls.ts'),
};

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
  summary: 'files for shells, editors and administrators',
  examples: [example('source <(causeway generate completion bash)', 'completion for this shell')],
  commands: [acls, completion, schema],
};
