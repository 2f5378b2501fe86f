// Writes the causeway.yaml files of a lab. The address of a region depends on where one looks from, so each
// place has its own.
import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { stringify } from 'yaml';
import { exampleMirrors } from './example-topics.ts';
import type { Lab } from './lab.ts';
import type { TopologyFiles } from './lab-types.ts';

/** `mirrors`: the example sets unless given, in the form of causeway.yaml. */
export async function writeTopologies(
  lab: Lab,
  mirrors: object = exampleMirrorsOf(lab),
): Promise<TopologyFiles> {
  const operator = join(lab.folder, 'causeway.yaml');
  await writeFile(operator, topologyText(lab, mirrors));
  const byRegion: Record<string, string> = {};
  for (const { name } of lab.regions) {
    await mkdir(join(lab.folder, name), { recursive: true });
    byRegion[name] = join(lab.folder, name, 'causeway.yaml');
    await writeFile(byRegion[name], topologyText(lab, mirrors, name));
  }
  return { operator, byRegion };
}

function exampleMirrorsOf({ regions }: Lab): object {
  const [home = '', ...others] = regions.map(({ name }) => name);
  const brokersMin = Math.min(...regions.slice(1).map(({ brokers }) => brokers.length));
  return exampleMirrors(home, others, brokersMin);
}

/** As seen from the region `from`; without it, from a terminal: every region by its local address. */
function topologyText(lab: Lab, mirrors: object, from?: string): string {
  const regions = lab.regions.map(({ name, plan }) => [
    name,
    {
      ...(plan.location !== undefined && { location: plan.location }),
      kafka: { 'bootstrap.servers': lab.bootstrapServers(name, from ?? name) },
    },
  ]);
  const view =
    from === undefined ? 'a terminal on this machine' : `the region ${from}, others through the emulated WAN`;
  const document = { regions: Object.fromEntries(regions), mirrors };
  return `# Written by the lab: its regions as seen from ${view}.\n${stringify(document)}`;
}
