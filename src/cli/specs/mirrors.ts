// Declarations of `causeway mirrors …`, and of `verify`, its short form.
import { type CommandSpec, changeOptions, example, waitOptions } from '../spec.ts';

export const verifySpec: CommandSpec = {
  name: 'verify',
  summary: 'compare both sides of a mirror set',
  details:
    'Reads source and target from the first to the last offset and compares every batch, record by record ' +
    'where batches do not align, and key by key where a cleaner runs. What a read-committed consumer does ' +
    'not see at the source has no place at the target. Prints the ranges that differ and exits 8 if there ' +
    'are any, or 5 if not everything could be compared. --sample and --since compare less, and say so.',
  arguments: [{ name: '[set]', help: 'the mirror set' }],
  options: [
    { flags: '--all', help: 'every mirror set' },
    { flags: '--topic <name>', help: 'only this topic' },
    { flags: '--target <region>', help: 'only this target region' },
    { flags: '--rate <rate>', help: 'read at most this much per second and side, as in 20MB/s' },
    { flags: '--since <when>', help: 'only records from then on, as in 2h or 2026-01-31T10:00Z' },
    {
      flags: '--sample <amount>',
      help: 'only random ranges: a share of each partition, as in 1%, or a number of its offsets',
    },
    { flags: '--seed <number>', help: 'the ranges of an earlier sample; it prints its seed' },
  ],
  examples: [
    example('causeway verify payments', 'every record of the set'),
    example('causeway verify --all --since 1d', 'what came since yesterday'),
    example('causeway verify payments --sample 1%', 'a hundredth of each partition, chosen at random'),
    example('causeway verify --all --rate 20MB/s', 'everything, gently'),
    example('causeway verify payments --topic ledger -o json', 'one topic, for programs'),
  ],
  load: () => import('../commands/verify.ts'),
};

const list: CommandSpec = {
  name: 'list',
  summary: 'mirror sets with their topics',
  examples: [example('causeway mirrors list', 'one line per set, target and topic')],
  load: () => import('../commands/mirrors-list.ts'),
};

const describe: CommandSpec = {
  name: 'describe',
  summary: 'everything known about one mirror set',
  arguments: [{ name: '<set>', help: 'the mirror set' }],
  examples: [example('causeway mirrors describe payments', 'settings, generation, topics and partitions')],
  load: () => import('../commands/mirrors-describe.ts'),
};

const pause: CommandSpec = {
  name: 'pause',
  summary: 'stop copying a set or one topic, in order',
  arguments: [
    { name: '<set>', help: 'the mirror set' },
    { name: '[topic]', help: 'only this topic' },
  ],
  options: [...changeOptions, ...waitOptions],
  examples: [
    example('causeway mirrors pause payments', 'the whole set'),
    example('causeway mirrors pause payments ledger --yes --wait', 'one topic, and wait until it stands'),
  ],
  load: () => import('../commands/mirrors-pause.ts'),
};

const resume: CommandSpec = {
  name: 'resume',
  summary: 'go on after a pause or a stop',
  details:
    'Ends the pauses of the set or topic. Partitions that have stopped or wait start again from what both ' +
    'sides hold. Mend the cause of a stop first (`causeway explain CODE`): while it is there, the ' +
    'partition stops again.',
  arguments: [
    { name: '<set>', help: 'the mirror set' },
    { name: '[topic]', help: 'only this topic' },
  ],
  options: [...changeOptions, ...waitOptions],
  examples: [
    example('causeway mirrors resume payments --yes --wait', 'and wait until it mirrors again'),
    example('causeway mirrors resume payments ledger', 'one topic, after the cause of its stop is gone'),
  ],
  load: () => import('../commands/mirrors-resume.ts'),
};

const lag: CommandSpec = {
  name: 'lag',
  summary: 'how far each partition is behind',
  arguments: [{ name: '[set]', help: 'only this mirror set' }],
  options: [{ flags: '--topic <name>', help: 'only this topic' }],
  examples: [
    example('causeway mirrors lag', 'every mirror partition, the furthest behind first'),
    example('causeway mirrors lag payments -o jsonl', 'one set, for programs'),
  ],
  load: () => import('../commands/mirrors-lag.ts'),
};

const explain: CommandSpec = {
  name: 'explain',
  summary: 'why is this topic not mirrored?',
  details:
    'Goes through everything that must hold for a topic to be mirrored, in order, and says where it ends: ' +
    'patterns, exclusions, internal names, refusals, generation, workers and partitions.',
  arguments: [{ name: '<topic>', help: 'a topic name' }],
  examples: [example('causeway mirrors explain orders', 'each condition with its answer')],
  load: () => import('../commands/mirrors-explain.ts'),
};

export const mirrorsSpec: CommandSpec = {
  name: 'mirrors',
  summary: 'look at mirror sets, pause them, ask why',
  examples: [
    example('causeway mirrors list', 'what is mirrored'),
    example('causeway mirrors explain orders', 'why is this topic not mirrored?'),
  ],
  commands: [list, describe, lag, explain, pause, resume, verifySpec],
};
