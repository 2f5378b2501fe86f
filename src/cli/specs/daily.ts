// Declarations of the commands that people type daily, of the process, and of `explain`.
import { type CommandSpec, changeOptions, example, permissionRoleOption, waitOptions } from '../spec.ts';
import { verifySpec } from './mirrors.ts';

const status: CommandSpec = {
  name: 'status',
  summary: 'regions and mirror sets at a glance',
  details:
    'Shows every region and every mirror set with its state, recovery point, lag and rate, as the ledger ' +
    'has it. Reads Kafka itself; no Causeway process needs to be alive.',
  options: [
    { flags: '-w, --watch', help: 'keep looking, until Ctrl-C' },
    { flags: '--interval <duration>', help: 'time between two looks', byDefault: '2s' },
    { flags: '--detailed-exitcode', help: 'exit 10 unless every mirror set is mirroring' },
  ],
  examples: [
    example('causeway status', 'one look'),
    example('causeway status --watch', 'keep looking; Ctrl-C ends it'),
    example('causeway status -o json', 'for programs'),
    example('causeway status --detailed-exitcode', 'for monitoring: exit 10 when something does not mirror'),
  ],
  load: () => import('../commands/status.ts'),
};

const plan: CommandSpec = {
  name: 'plan',
  summary: 'what apply and the controllers would change',
  details: 'Compares causeway.yaml with what stands in the clusters and lists the actions. Changes nothing.',
  options: [{ flags: '--detailed-exitcode', help: 'exit 8 when there is something to change' }],
  examples: [
    example('causeway plan', 'what would change, with the bytes to copy'),
    example('causeway plan --config new.yaml -o json', 'the actions of another file, for programs'),
    example('causeway plan --detailed-exitcode', 'for scripts: exit 8 when there is something to change'),
  ],
  load: () => import('../commands/plan.ts'),
};

const apply: CommandSpec = {
  name: 'apply',
  summary: 'make causeway.yaml the desired state',
  details:
    'Shows the plan, asks, and writes the topology into the ledger of every region. The controllers then ' +
    'do the actions. Ledger topics that are missing are created.',
  options: [
    ...changeOptions,
    { flags: '--allow-delete', help: 'even where the plan deletes copies of topics that were created anew' },
    ...waitOptions,
  ],
  examples: [
    example('causeway apply', 'show the plan, ask, do it'),
    example('causeway apply --yes --reason "ticket 42"', 'without asking, with a reason for the record'),
    example('causeway apply --yes --wait --timeout 10m', 'return when every mirror set is mirroring'),
  ],
  load: () => import('../commands/apply.ts'),
};

const doctor: CommandSpec = {
  name: 'doctor',
  summary: 'what is wrong between here and the clusters, with its cause',
  details:
    'Looks at everything that mirroring needs, in the order in which it breaks: file, secrets, ' +
    'certificates, names, ports, TLS, logins, advertised addresses, protocol versions, clocks, quotas, ' +
    'permissions, topics. What needs something that failed is not run, so one cause is told once. Changes ' +
    'nothing. Exits 10 when there is a problem.',
  options: [
    { flags: '--region <name>', help: 'only this region', repeatable: true },
    permissionRoleOption,
    { flags: '--offline', help: 'only what needs no network: file, secrets, settings, certificates' },
    { flags: '--timeout <duration>', help: 'how long each single check may take', byDefault: '5s' },
  ],
  examples: [
    example('causeway doctor', 'every region and mirror set; what is fine is told in short'),
    example('causeway doctor --offline', 'before anything is reachable: the file and what it names'),
    example('causeway doctor --region eu-west -v', 'one region, each check with its result'),
    example('causeway doctor --config worker.yaml --role worker', 'where roles have logins of their own'),
    example('causeway doctor -o jsonl', 'for programs'),
  ],
  load: () => import('../commands/doctor.ts'),
};

const serve: CommandSpec = {
  name: 'serve',
  summary: 'the long-running process of one region',
  details:
    'Runs the roles of one region until SIGTERM or SIGINT: the controller keeps the target topics as ' +
    'declared, the worker mirrors. All workers of a region share its partitions; ' +
    'one controller per region is enough.',
  options: [
    { flags: '--region <name>', help: 'the region this process stands in', env: 'CAUSEWAY_REGION' },
    {
      flags: '--role <roles>',
      help: 'controller, worker, or both with a comma between',
      byDefault: 'controller,worker',
      env: 'CAUSEWAY_ROLE',
    },
    {
      flags: '--name <name>',
      help: 'name of this process; else host name and process id',
      env: 'CAUSEWAY_NAME',
    },
    {
      flags: '--http-port <port>',
      help: 'for /metrics, /healthz and /readyz; 0 lets the system choose',
      byDefault: '9404',
      env: 'CAUSEWAY_HTTP_PORT',
    },
    {
      flags: '--http-host <address>',
      help: 'address to listen on',
      byDefault: '127.0.0.1',
      env: 'CAUSEWAY_HTTP_HOST',
    },
  ],
  examples: [
    example('causeway serve --region us-east', 'controller and worker of us-east'),
    example('causeway serve --region us-east --role worker --name w2', 'one more worker'),
    example('causeway serve --region us-east --http-port 0', 'metrics on any free port (it is logged)'),
  ],
  load: () => import('../commands/serve.ts'),
};

const explain: CommandSpec = {
  name: 'explain',
  summary: 'what an error code means, and what to do next',
  arguments: [{ name: '[code]', help: 'as in CW-2007; without it, all codes are listed' }],
  examples: [
    example('causeway explain CW-2007', 'meaning and next step'),
    example('causeway explain', 'all codes'),
  ],
  load: () => import('../commands/explain.ts'),
};

export const dailySpecs: readonly CommandSpec[] = [status, plan, apply, doctor, verifySpec, serve, explain];
