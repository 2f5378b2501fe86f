// `causeway mirrors lag`: how far each partition is behind.
import { withRegions } from '../access/regions.ts';
import { type ExitCode, exitCode } from '../exit-codes.ts';
import { type Invocation, textOption } from '../invocation.ts';
import { toJson } from '../output/listing.ts';
import { createScreen } from '../output/screen.ts';
import { formatCount, formatDuration, unknown } from '../output/values.ts';
import { lagRows, mustSet } from '../view/mirrors.ts';
import { heldBy, shiftOf } from '../view/partition-notes.ts';
import type { PartitionRow } from '../view/partitions.ts';

export function run(invocation: Invocation): Promise<ExitCode> {
  return withRegions(invocation, async (regions) => {
    const [set] = invocation.args;
    const picture = await regions.look();
    if (set !== undefined) mustSet(picture, set);
    const age = (row: PartitionRow) => {
      const seenAtMs = row.last?.sourceSeenAtMs;
      return formatDuration(seenAtMs === undefined ? undefined : picture.nowMs - seenAtMs);
    };
    await createScreen(invocation).listing<PartitionRow>({
      columns: [
        { title: 'MIRROR SET', text: (row) => row.set },
        { title: 'TARGET', text: (row) => row.target },
        { title: 'PARTITION', text: (row) => `${row.topic}-${row.partition}` },
        { title: 'STATE', text: stateText },
        { title: 'POSITION', align: 'right', text: (row) => row.last?.position?.toString() ?? unknown },
        { title: 'SHIFT', align: 'right', text: (row) => shiftOf(row)?.toString() ?? unknown },
        { title: 'SOURCE END', align: 'right', text: (row) => row.last?.sourceEnd?.toString() ?? unknown },
        { title: 'LAG', align: 'right', text: (row) => formatCount(row.lagRecords) },
        { title: 'RPO', align: 'right', text: (row) => formatDuration(row.rpoMs) },
        { title: 'SEEN', align: 'right', text: age },
      ],
      rows: lagRows(picture, set, textOption(invocation.options, 'topic')),
      name: (row) => `${row.set}/${row.target}/${row.topic}-${row.partition}`,
      data: lagData,
      empty: 'No mirror partition has been reported.',
    });
    return exitCode.fine;
  });
}

const stateText = (row: PartitionRow): string => {
  if (row.state === 'unknown') return unknown;
  return heldBy(row) === undefined ? row.state : `${row.state} (held)`;
};

const lagData = (row: PartitionRow) =>
  toJson({
    set: row.set,
    source: row.source,
    target: row.target,
    topic: row.topic,
    partition: row.partition,
    state: row.state === 'unknown' ? undefined : row.state,
    position: row.last?.position,
    shift: shiftOf(row),
    heldBy: heldBy(row),
    sourceEnd: row.last?.sourceEnd,
    lagRecords: row.lagRecords,
    rpoMs: row.rpoMs,
    sourceSeenAtMs: row.last?.sourceSeenAtMs,
    worker: row.worker,
  });
