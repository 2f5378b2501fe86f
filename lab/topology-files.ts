// Writes the causeway.yaml files of a lab. The address of a region depends on where one looks from, so each
// place has its own.
import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { stringify } from 'yaml';
import { exampleMirrors } from './example-topics.ts';
import type { Lab } from './lab.ts';
import type { TopologyFiles } from './lab-types.ts';

export async function writeTopologies(lab: Lab): Promise<TopologyFiles> {
  const operator = join(lab.folder, 'causeway.yaml');
  await writeFile(operator, topologyText(lab));
  const byRegion: Record<string, string> = {};
  for (const { name } of lab.regions) {
    await mkdir(join(lab.folder, name), { recursive: true });
    byRegion[name] = join(lab.folder, name, 'causeway.yaml');
    await writeFile(byRegion[name], topologyText(lab, name));
  }
  return { operator, byRegion };
}

/** As seen from the region `from`; without it, from a terminal: every region by its local address. */
function topologyText(lab: Lab, from?: string): string {
  const names = lab.regions.map(({ name }) => name);
  const [home = '', ...others] = names;
  const regions = lab.regions.map(({ name, plan }) => [
    name,
    {
      ...(plan.location !== undefined && { location: plan.location }),
      kafka: { 'bootstrap.servers': lab.bootstrapServers(name, from ?? name) },
    },
  ]);
  const view =
    from === undefined ? 'a terminal on this machine' : `the region ${from}, others through the emulated WAN`;
  const brokersMin = Math.min(...lab.regions.slice(1).map(({ brokers }) => brokers.length));
  const mirrors = exampleMirrors(home, others, brokersMin);
  const document = { regions: Object.fromEntries(regions), mirrors };
  return `# Written by the lab: its regions as seen from ${view}.\n${stringify(document)}`;
}
