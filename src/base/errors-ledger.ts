// Codes CW-4nnn: the ledger, Causeway's own memory in Kafka topics.
import { type ErrorEntry, entry } from './error-entry.ts';

export const ledgerErrors = {
  'CW-4001': entry(
    'a ledger topic is missing',
    'Causeway keeps its state in the topics causeway.desired, causeway.observed and ' +
      'causeway.generations of each region, and one of them does not exist in this region.',
    'Run `causeway apply`: it creates them. If they existed before, find out who deleted them; without ' +
      'causeway.generations nothing is written to any mirror.',
  ),
  'CW-4002': entry(
    'the ledger cannot be read',
    'The leader of a ledger topic could not be read to its end in time: it is gone, changing, or does ' +
      'not answer.',
    'Look at the brokers of the named region. It is tried again by itself.',
  ),
  'CW-4003': entry(
    'the ledger cannot be written',
    'A record for the ledger was not acknowledged in time. Whether it is written is unknown; writing it ' +
      'again is harmless.',
    'Look at the brokers of the named region: a leader and enough replicas in sync are needed. Then ' +
      'repeat the command.',
  ),
  'CW-4004': entry(
    'the cluster refused a ledger record',
    'The broker refused a record for the ledger for a reason that does not pass by itself, named in the ' +
      'message.',
    'Give the right that the message names (`causeway generate acls` writes all of them), or mend what ' +
      'else it names.',
  ),
  'CW-4005': entry(
    'causeway.generations may forget',
    'The topic of the generations is set to delete or compact its records. A forgotten generation would ' +
      'let two writers into one mirror, so Causeway refuses to work with it.',
    'Set on causeway.generations: cleanup.policy=delete, retention.ms=-1, retention.bytes=-1.',
  ),
  'CW-4006': entry(
    'causeway.generations has lost records',
    'The log of causeway.generations does not begin at offset 0 any more: records were deleted. Which ' +
      'producer ids were handed out is not known for certain, so Causeway refuses to work with it.',
    'Stop all Causeway processes of the region and restore the topic from a backup. Without one, delete ' +
      'the mirrors’ topics at this target and the three ledger topics of the region, then run `causeway ' +
      'apply` to copy again.',
  ),
  'CW-4007': entry(
    'a ledger record is malformed',
    'A record in a ledger topic is not what Causeway writes there. It is left alone; everything else ' +
      'goes on.',
    'Find out who else writes to topics that begin with `causeway.`, and take that permission away.',
  ),
  'CW-4008': entry(
    'a ledger record comes from a newer program',
    'A record in the ledger has a version or a kind that this program does not know. It is left alone.',
    'Bring all Causeway processes and the command line to the same version.',
  ),
  'CW-4009': entry(
    'a ledger topic has the wrong shape',
    'A ledger topic has more than one partition or a cleanup policy that does not fit. Order and history ' +
      'would be lost.',
    'Mend what the message names, or delete the topic while all Causeway processes of the region stand ' +
      'still, and run `causeway apply`.',
  ),
  'CW-4010': entry(
    'generation could not be opened',
    'The producer id of a new generation could not be obtained from the transaction coordinator of the ' +
      'target cluster, or that of an open one not be used, as it must be once a week.',
    'Give the right that the message names, if it names one (`causeway generate acls` writes all of them). ' +
      'Else look at the brokers of the region and at __transaction_state. It is tried again by itself.',
  ),
} as const satisfies Record<string, ErrorEntry>;
