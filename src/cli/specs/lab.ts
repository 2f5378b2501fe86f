// Declarations of `causeway lab …`: real brokers on this machine, with an emulated WAN between regions.
import { type CommandSpec, type OptionSpec, example } from '../spec.ts';

const shapeOptions: readonly OptionSpec[] = [
  {
    flags: '--regions <names>',
    help: 'regions, with commas between; a named cloud region brings its round trips',
    byDefault: 'eu-west,us-east',
  },
  { flags: '--brokers <count>', help: 'brokers per region, or as in eu-west=1,us-east=3', byDefault: '1' },
  {
    flags: '--kafka-version <version>',
    env: 'CAUSEWAY_KAFKA_VERSION',
    help: 'another version of Kafka, 3.9 or newer, or as in eu-west=3.9.2,us-east=4.3.1',
  },
];

const run: CommandSpec = {
  name: 'run',
  summary: 'the whole lab in the foreground: brokers, Causeway, live traffic',
  details:
    'What `npm start` runs. Starts real Kafka brokers, the emulated WAN, one Causeway process per region ' +
    'and live traffic, and waits until everything mirrors. Ctrl-C leaves nothing running.',
  options: [
    ...shapeOptions,
    { flags: '--no-load', help: 'without live traffic' },
    { flags: '--for <duration>', help: 'end by itself after this time, as in 10m' },
  ],
  examples: [
    example('npm start', 'two regions with one broker each'),
    example(
      'npm start -- --brokers eu-west=1,us-east=3',
      'three brokers, replication factor 3, in the target region',
    ),
    example('causeway lab run --regions eu-west,us-east,ap-south', 'three regions'),
    example('causeway lab run --kafka-version eu-west=3.9.2', 'an older version at one end'),
  ],
  load: () => import('../commands/lab-run.ts'),
};

const up: CommandSpec = {
  name: 'up',
  summary: 'start brokers and WAN in the background',
  options: [...shapeOptions, { flags: '--load', help: 'with live traffic on the example topics' }],
  examples: [
    example('causeway lab up', 'two regions with one broker each'),
    example('causeway lab up --brokers 3', 'three brokers in each region'),
  ],
  load: () => import('../commands/lab-up.ts'),
};

const down: CommandSpec = {
  name: 'down',
  summary: 'stop the lab and delete its data',
  examples: [example('causeway lab down', 'nothing is left running')],
  load: () => import('../commands/lab-down.ts'),
};

const status: CommandSpec = {
  name: 'status',
  summary: 'brokers, addresses and links of the running lab',
  examples: [example('causeway lab status', 'what runs where')],
  load: () => import('../commands/lab-status.ts'),
};

const wanSet: CommandSpec = {
  name: 'set',
  summary: 'change the link between two regions, while it runs',
  arguments: [
    { name: '<from>', help: 'a region' },
    { name: '<to>', help: 'another region' },
  ],
  options: [
    { flags: '--rtt <duration>', help: 'round trip, as in 80ms' },
    { flags: '--jitter <duration>', help: 'random extra delay, as in 5ms' },
    { flags: '--bandwidth <rate>', help: 'as in 50Mbit/s or 10MB/s, or none' },
    {
      flags: '--cut [mode]',
      help: 'let nothing through: hold (nobody is told) or reset',
      choices: ['hold', 'reset'],
    },
    { flags: '--join', help: 'end a cut' },
    { flags: '--one-way', help: 'only this direction; else both' },
  ],
  examples: [
    example('causeway lab wan set eu-west us-east --rtt 80ms --bandwidth 50Mbit/s', 'a slow link'),
    example('causeway lab wan set eu-west us-east --cut', 'no link'),
    example('causeway lab wan set eu-west us-east --join', 'the link is back'),
  ],
  load: () => import('../commands/lab-wan-set.ts'),
};

const wan: CommandSpec = {
  name: 'wan',
  summary: 'the emulated network between regions',
  examples: [example('causeway lab wan set eu-west us-east --rtt 80ms', 'a longer round trip')],
  commands: [wanSet],
};

const faultSummaries = {
  kill: 'kill -9, as a power cut does',
  pause: 'freeze (SIGSTOP), as a stalled machine does',
  isolate: 'cut a region from every other',
  heal: 'undo pause and isolate, start what was killed',
  restart: 'stop in order and start again',
} as const;

const faultOf = (name: keyof typeof faultSummaries): CommandSpec => ({
  name,
  summary: faultSummaries[name],
  arguments: [{ name: '<region>', help: 'the region' }],
  options:
    name === 'isolate' ? [] : [{ flags: '--broker <number>', help: 'one broker; else all of the region' }],
  examples: [example(`causeway lab fault ${name} us-east`, faultSummaries[name])],
  load: () => import('../commands/lab-fault.ts'),
});

const fault: CommandSpec = {
  name: 'fault',
  summary: 'break brokers and links, and heal them',
  examples: [
    example('causeway lab fault kill us-east', 'and look at `causeway status`'),
    example('causeway lab fault heal us-east', 'and watch it catch up'),
  ],
  commands: [faultOf('kill'), faultOf('pause'), faultOf('isolate'), faultOf('heal'), faultOf('restart')],
};

const loadStart: CommandSpec = {
  name: 'start',
  summary: 'produce live traffic to a topic',
  options: [
    { flags: '--region <name>', help: 'where to produce; else the first region' },
    { flags: '--topic <name>', help: 'the topic; else the example topics', repeatable: true },
    { flags: '--rate <rate>', help: 'records or bytes per second, as in 500/s or 5MB/s; else 200/s' },
    { flags: '--record-size <bytes>', help: 'size of a value' },
    {
      flags: '--codec <name>',
      help: 'compression',
      choices: ['none', 'gzip', 'snappy', 'lz4', 'zstd'],
    },
    { flags: '--keys <count>', help: 'different keys; 0 for none' },
    { flags: '--acks <acks>', help: 'acknowledgements', choices: ['all', '1', '0'] },
  ],
  examples: [
    example('causeway lab load start', 'the example topics again'),
    example('causeway lab load start --topic orders --rate 5MB/s --codec lz4', 'one topic, faster'),
  ],
  load: () => import('../commands/lab-load-start.ts'),
};

const loadStop: CommandSpec = {
  name: 'stop',
  summary: 'end the live traffic',
  examples: [example('causeway lab load stop', 'the mirrors drain')],
  load: () => import('../commands/lab-load-stop.ts'),
};

const load: CommandSpec = {
  name: 'load',
  summary: 'live traffic in the running lab',
  examples: [example('causeway lab load start --rate 5MB/s', 'more traffic')],
  commands: [loadStart, loadStop],
};

export const labSpec: CommandSpec = {
  name: 'lab',
  summary: 'real Kafka on this machine: regions, WAN, faults, traffic',
  examples: [
    example('causeway lab run', 'everything in the foreground (npm start)'),
    example('causeway lab wan set eu-west us-east --rtt 80ms', 'a longer round trip'),
    example('causeway lab fault kill us-east', 'a power cut'),
  ],
  commands: [run, up, down, status, wan, fault, load],
};
