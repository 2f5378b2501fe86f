// Whether topics at the source are written in transactions: their leaders remember who has written. And which
// way the target's holes will be filled then.
import type { Connection } from '../../kafka/client/connection.ts';
import type { Rights } from '../../kafka/admin/broker-questions.ts';
import { type Account, grantCommand } from '../../kafka/acl/right.ts';
import { rightOfRequest } from '../../kafka/acl/request-rights.ts';
import { principalOf } from '../../kafka/security/principal.ts';
import type { DescribedPartition, TopicView } from '../../kafka/wire/messages.ts';
import {
  decodeDescribeProducersResponse,
  encodeDescribeProducersRequest,
} from '../../kafka/wire/describe-producers.ts';
import { kafkaError } from '../../kafka/wire/error-codes.ts';
import type { Role } from '../../permissions/permission-list.ts';
import { ok, type Said, unknown, warning } from '../finding.ts';
import type { RegionSite } from '../region-site.ts';
import { askLeaders, type Led } from './ask-leaders.ts';
import { serversOf } from './local.ts';
import { topicsText } from './topic-names.ts';

export interface FillingSide {
  readonly region: string;
  /** Undefined where the login is not the worker's: the right of somebody else says nothing. */
  readonly onCluster: Rights | undefined;
  readonly account: Account;
}

/** `roles`: what the logins are used for. */
export async function checkTransactions(
  source: RegionSite,
  target: RegionSite,
  topics: readonly TopicView[],
  roles: readonly Role[],
): Promise<Said[]> {
  const { answers, unasked } = await askLeaders(source, topics, (connection, led) =>
    describe(connection, source, led),
  );
  const isWorker = roles.includes('worker');
  const said = judgeProducers(answers, {
    region: target.name,
    onCluster: isWorker ? await (await target.questions()).rightsOnCluster() : undefined,
    account: { principal: principalOf(target.security.settings), servers: serversOf(target).join(',') },
  });
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
export function judgeProducers(partitions: readonly DescribedPartition[], filling: FillingSide): Said[] {
  const transactional = partitions.filter(({ producers }) =>
    producers.some((each) => each.coordinatorEpoch >= 0 || each.currentTransactionStartOffset >= 0n),
  );
  const said: Said[] = [];
  if (transactional.length > 0) said.push(judgeFilling(namesOf(transactional), filling));
  const refused = partitions.filter(({ errorCode }) => errorCode === kafkaError.TOPIC_AUTHORIZATION_FAILED);
  if (refused.length > 0) {
    said.push({ state: 'not-run', what: `Read is not permitted on ${topicsText(namesOf(refused))}` });
  }
  return said.length > 0 ? said : [ok('nobody has written in transactions within the last day', 'none')];
}

const namesOf = (partitions: readonly DescribedPartition[]): string[] => [
  ...new Set(partitions.map(({ topic }) => topic)),
];

/** Markers and aborted records are holes of the source, each filled by a control record at the target. */
function judgeFilling(names: readonly string[], { region, onCluster, account }: FillingSide): Said {
  const what = `${topicsText(names)}: written in transactions within the last day`;
  if (onCluster === undefined) {
    return ok(`${what}; the worker’s rights decide how holes are filled`, 'by the worker’s rights');
  }
  const { operations, error } = onCluster;
  if (operations === undefined) {
    const why = `${region} does not tell what we may do with it (${error})`;
    return unknown(`${what}; how holes will be filled is not known: ${why}`);
  }
  if (operations.has('Alter') || operations.has('ClusterAction')) {
    return ok(`${what}; holes are filled directly`, 'filled directly');
  }
  const right = { ...rightOfRequest.WriteTxnMarkers, resource: '' };
  return warning(`${what}; ${region} lets us fill holes only one by one`, {
    why:
      'Each marker and each aborted record takes a filler at the target. Without Alter on the cluster ' +
      'every filler goes by way of the transaction coordinator: some hundred times slower, and while ' +
      'brokers fail more of them may land than are meant, which shifts the partition’s offsets for a while.',
    next:
      'Nothing, where transactions are few. Else give the right, which permits changing permissions, too: ' +
      `\`${grantCommand(right, account)}\`; then restart the workers.`,
  });
}
