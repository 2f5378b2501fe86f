// `causeway mirrors list`: what is mirrored, topic by topic.
import { withRegions } from '../access/regions.ts';
import { type ExitCode, exitCode } from '../exit-codes.ts';
import type { Invocation } from '../invocation.ts';
import { toJson } from '../output/listing.ts';
import { createScreen } from '../output/screen.ts';
import { unknown } from '../output/values.ts';
import { type TopicRow, topicRows } from '../view/mirrors.ts';

export function run(invocation: Invocation): Promise<ExitCode> {
  return withRegions(invocation, async (regions) => {
    await createScreen(invocation).listing<TopicRow>({
      columns: [
        { title: 'MIRROR SET', text: (row) => row.set },
        { title: 'HOME → TARGET', text: (row) => `${row.home} → ${row.target}` },
        { title: 'TOPIC', text: (row) => row.topic },
        { title: 'PARTITIONS', align: 'right', text: (row) => row.partitions?.toString() ?? unknown },
        { title: 'STATE', text: (row) => (row.state === 'unknown' ? unknown : row.state) },
        {
          title: 'CAUSE',
          text: (row) => (row.cause === undefined ? '' : `${row.cause.code} ${row.cause.message}`),
        },
      ],
      rows: topicRows(await regions.look()),
      name: (row) => `${row.set}/${row.target}/${row.topic}`,
      data: (row) => toJson({ ...row, state: row.state === 'unknown' ? undefined : row.state }),
      empty: 'No topic is mirrored. `causeway mirrors explain TOPIC` says why a topic is not.',
    });
    return exitCode.fine;
  });
}
