// Codes CW-6nnn: the command line and the processes it starts.
import { type ErrorEntry, entry } from './error-entry.ts';

export const cliErrors = {
  'CW-6001': entry(
    'no causeway.yaml found',
    'The command needs to know the regions. It looked at --config, at CAUSEWAY_CONFIG, for a causeway.yaml ' +
      'in this folder and in the folders above it, and for a running lab.',
    'Name the file with --config, or change into its folder. For a first try, run `npm start`: it starts a ' +
      'lab whose topology is then found by itself.',
  ),
  'CW-6002': entry(
    'a confirmation is needed, and nobody can be asked',
    'This command changes something, and standard input is not a terminal (or --no-input was given).',
    'Look at what it would do with `plan`, then repeat the command with --yes.',
  ),
  'CW-6003': entry(
    'not confirmed',
    'The question was not answered with yes. Nothing was changed.',
    'Repeat the command when you are sure, or give --yes.',
  ),
  'CW-6004': entry(
    'timed out waiting',
    'The change was recorded, and its effect was not seen within --timeout. It may still come.',
    'Look at `causeway status`. Wait longer with --timeout 10m, or do not wait and look later.',
  ),
  'CW-6005': entry(
    'partly done',
    'Some regions took the change and some did not. Those that took it act on it already.',
    'Mend what the message names, then repeat the same command: what is done stays done.',
  ),
  'CW-6006': entry(
    'unknown name',
    'No region, mirror set, topic or code has this name in the topology or in the ledger.',
    'Compare the spelling. Regions are those of causeway.yaml; mirror sets and topics are those that were ' +
      'applied, as `causeway mirrors list` shows them.',
  ),
  'CW-6007': entry(
    'nothing has been applied yet',
    'The ledger holds no topology: no `causeway apply` has reached any region of this causeway.yaml.',
    'Run `causeway plan` to see what would happen, then `causeway apply`.',
  ),
  'CW-6008': entry(
    'invalid value',
    'An option or argument has a value that cannot be understood.',
    'Look at the examples of `--help`. Durations are written like 500ms, 10s, 5m; rates like 50MB/s.',
  ),
  'CW-6009': entry(
    'no region can be reached',
    'None of the regions in causeway.yaml answered, so there is no ledger to read.',
    'Check the addresses with --show-origin, the network, and whether the brokers run. In the lab: ' +
      '`causeway lab status`.',
  ),
  'CW-6010': entry(
    'no lab is running',
    'This command acts on a running lab on this machine, and there is none.',
    'Start one with `npm start` (in the foreground) or `causeway lab up` (in the background).',
  ),
  'CW-6011': entry(
    'the HTTP port cannot be opened',
    'Another program listens on the port for metrics and health, or this user may not open it.',
    'Choose another with --http-port, or 0 to let the system choose.',
  ),
  'CW-6012': entry(
    'a part of the process stopped by itself',
    'A role that runs for ever ended without being asked to. The process stops, so that its supervisor ' +
      'starts it anew.',
    'The log line before this one names the cause. If it comes back after a restart, look there.',
  ),
  'CW-6013': entry(
    'a partition cannot be read to its end',
    'A comparison could not finish a partition: its cluster did not answer over many tries, or the log ' +
      'lost records while it was read.',
    'Look at `causeway status` and at the cluster that the message names, then run `causeway verify` again.',
  ),
  'CW-6014': entry(
    'the applied topology comes from a newer program',
    'The ledger holds a topology in a version that this program does not know. Overwriting it could drop ' +
      'what a newer Causeway needs.',
    'Bring the command line to the version of the Causeway processes, and repeat the command.',
  ),
  'CW-6015': entry(
    'not every region can be reached',
    'A change is written to every region that it concerns, and all of them are asked before the first one ' +
      'is written. At least one did not answer, so nothing was changed anywhere.',
    'Mend what the message names and repeat the command. In the lab: `causeway lab status`.',
  ),
  'CW-6016': entry(
    'the whole mirror set is paused',
    'A single topic cannot be resumed while its whole set is paused: the pause of the set counts for all ' +
      'topics.',
    'Resume the set: `causeway mirrors resume SET`. Topics that should stay behind can be paused one by ' +
      'one before.',
  ),
  'CW-6017': entry(
    'the principal is not known',
    'The permissions of a region have to be given to somebody, and the connection settings do not say whom ' +
      'the brokers take Causeway for: a certificate and a token are read by the brokers’ own rules.',
    'Give --principal, as in User:causeway. The brokers’ log names who asks: kafka.authorizer.logger.',
  ),
  'CW-6018': entry(
    'the plan deletes topics',
    'What is to be applied deletes copies at a target, with all their records, and that was not asked for.',
    'Read what `causeway plan` lists. If that is what you want, apply with --allow-delete.',
  ),
  'CW-6019': entry(
    'writing cannot be denied that way',
    'A rule that denies wins over all that allow. This one would be about more than mirrors (ACLs know ' +
      'names and prefixes, and leave nothing out), or about Causeway itself.',
    'Give --deny-write principals of applications. Where a pattern is in the way, name the topics of the ' +
      'mirror set one by one, or take Write away from whoever has it: `causeway mirrors describe SET` ' +
      'names them.',
  ),
} as const satisfies Record<string, ErrorEntry>;
