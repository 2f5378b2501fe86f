// The running lab as a person sees it: brokers, links, traffic, files.
import type { BrokerStatus, LabStatus, LinkStatus, LoadStatus } from '../../../lab/lab-types.ts';
import { toJson } from '../output/listing.ts';
import type { Screen } from '../output/screen.ts';
import type { Paint } from '../output/style.ts';
import { tableLines } from '../output/table.ts';
import { formatBytes, formatCount, formatRate } from '../output/values.ts';

export async function showLab(screen: Screen, lab: LabStatus): Promise<void> {
  await screen.report({
    text: (paint) => labText(lab, paint),
    data: toJson(lab),
    names: lab.regions.map((region) => region.name),
  });
}

export function labText(lab: LabStatus, paint: Paint): string {
  const brokers = lab.regions.flatMap((region) =>
    region.brokers.map((broker) => [
      region.name,
      broker.number.toString(),
      brokerState(broker, region.isolated, paint),
      broker.address,
      broker.pid?.toString() ?? '-',
      broker.kafkaVersion,
    ]),
  );
  const lines = [
    `Kafka ${lab.kafkaVersion} in ${lab.folder} (process ${lab.pid})`,
    '',
    ...tableLines(
      ['REGION', 'BROKER', 'STATE', 'ADDRESS', 'PID', 'KAFKA'].map((title) => ({ title })),
      brokers,
    ),
  ];
  if (lab.links.length > 0) lines.push('', ...linkLines(lab.links));
  for (const load of lab.load) lines.push('', loadLine(load));
  if (lab.topologies !== undefined) lines.push('', `Topology: ${lab.topologies.operator}`);
  return lines.join('\n');
}

function brokerState(broker: BrokerStatus, isolated: boolean, paint: Paint): string {
  const colour = broker.state === 'running' && !isolated ? 'green' : 'yellow';
  return paint(colour, isolated ? `${broker.state}, isolated` : broker.state);
}

function linkLines(links: readonly LinkStatus[]): string[] {
  const rows = links.map((link) => [
    `${link.from} → ${link.to}`,
    link.cut === null ? 'open' : `cut (${link.cut})`,
    `${link.oneWayDelayMs} ms`,
    `${link.jitterMs} ms`,
    link.bandwidthBytesPerSecond === null ? 'unlimited' : formatRate(link.bandwidthBytesPerSecond),
    formatBytes(link.bytes),
  ]);
  return tableLines(
    [
      { title: 'LINK' },
      { title: 'STATE' },
      { title: 'ONE WAY', align: 'right' },
      { title: 'JITTER', align: 'right' },
      { title: 'BANDWIDTH', align: 'right' },
      { title: 'PASSED', align: 'right' },
    ],
    rows,
  );
}

function loadLine(load: LoadStatus): string {
  if (!load.running) return `Traffic: none (${formatCount(load.records)} records were produced)`;
  const trouble = load.lastError === undefined ? '' : `; last error: ${load.lastError}`;
  const rate = `${formatCount(load.recordsPerSecond)} records/s`;
  return `Traffic: ${rate} to ${load.topics.join(', ')} in ${load.region}${trouble}`;
}
