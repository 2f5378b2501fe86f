// Asks the topology's own reader which values this version acts on, so that the reference page cannot claim
// more.
import { stringify } from 'yaml';
import { parseTopology } from '../../src/topology/parse-topology.ts';

/** `refused`: an error. `ignored`: accepted with a warning, and without effect. */
export type Support = 'yes' | 'ignored' | 'refused';

const notYet = 'CW-1013';

/** Whether a small valid file with `value` at `path` (as the reference page writes paths) is acted upon. */
export function supportOf(path: string, value: unknown): Support {
  const parsed = parseTopology({ text: stringify(fileWith(path, value)), file: 'causeway.yaml' });
  const found = 'problems' in parsed ? parsed.problems : parsed.warnings;
  const about = found.filter(({ code }) => code === notYet);
  if (about.length === 0) return 'yes';
  return about.some(({ severity }) => severity === 'error') ? 'refused' : 'ignored';
}

function fileWith(path: string, value: unknown): unknown {
  const eu = { kafka: { 'bootstrap.servers': 'eu:9092' } };
  const us = { kafka: { 'bootstrap.servers': 'us:9092' } };
  const file = {
    regions: { 'eu-west': eu, 'us-east': us },
    mirrors: { payments: { home: 'eu-west', to: ['us-east'], topics: ['payments'] } },
  };
  const [top, key] = splitPath(path);
  if (top === 'coordination') return { ...file, coordination: { [key]: value } };
  if (top === 'links') return { ...file, links: { 'eu-west->us-east': { [key]: value } } };
  const nested = key.startsWith('failover.')
    ? { failover: { [key.slice('failover.'.length)]: value } }
    : undefined;
  return { ...file, mirrors: { payments: { ...file.mirrors.payments, ...(nested ?? { [key]: value }) } } };
}

/** `mirrors.SET.on.gap` → `['mirrors', 'on.gap']`, `coordination.kafka` → `['coordination', 'kafka']`. */
function splitPath(path: string): [string, string] {
  const match = /^(coordination|(?:links|mirrors)(?=\.[A-Z>-]+\.))(?:\.[A-Z>-]+)?\.(.+)$/.exec(path);
  if (match === null) throw new Error(`no sample file for ${path}`);
  return [match[1] as string, match[2] as string];
}
