// Whether topics at the source are written in transactions: their leaders remember who has written.
import type { Connection } from '../../kafka/client/connection.ts';
import type { DescribedPartition, TopicView } from '../../kafka/wire/messages.ts';
import {
  decodeDescribeProducersResponse,
  encodeDescribeProducersRequest,
} from '../../kafka/wire/describe-producers.ts';
import { kafkaError } from '../../kafka/wire/error-codes.ts';
import { ok, problem, type Said } from '../finding.ts';
import type { RegionSite } from '../region-site.ts';
import { askLeaders, type Led } from './ask-leaders.ts';
import { topicsText } from './topic-names.ts';

export async function checkTransactions(site: RegionSite, topics: readonly TopicView[]): Promise<Said[]> {
  const { answers, unasked } = await askLeaders(site, topics, (connection, led) =>
    describe(connection, site, led),
  );
  const said = judgeProducers(answers);
  return unasked.length > 0 ? [...said.filter(({ state }) => state !== 'ok'), ...unasked] : said;
}

function describe(
  connection: Connection,
  site: RegionSite,
  topics: readonly Led[],
): Promise<readonly DescribedPartition[]> {
  return connection.call({
    api: 'describeProducers',
    waitMs: site.limits.requestWaitMs,
    encode: (writer, version) => encodeDescribeProducersRequest(writer, version, { topics }),
    decode: decodeDescribeProducersResponse,
  });
}

/** Pure. A coordinator's epoch is known only of ids whose markers have been written. */
export function judgeProducers(partitions: readonly DescribedPartition[]): Said[] {
  const transactional = partitions.filter(({ producers }) =>
    producers.some((each) => each.coordinatorEpoch >= 0 || each.currentTransactionStartOffset >= 0n),
  );
  const said: Said[] = [];
  if (transactional.length > 0) {
    const names = [...new Set(transactional.map(({ topic }) => topic))];
    said.push(
      problem(`${topicsText(names)}: written in transactions within the last day`, { code: 'CW-2010' }),
    );
  }
  const refused = partitions.filter(({ errorCode }) => errorCode === kafkaError.TOPIC_AUTHORIZATION_FAILED);
  if (refused.length > 0) {
    const names = [...new Set(refused.map(({ topic }) => topic))];
    said.push({ state: 'not-run', what: `Read is not permitted on ${topicsText(names)}` });
  }
  return said.length > 0 ? said : [ok('nobody has written in transactions within the last day', 'none')];
}
