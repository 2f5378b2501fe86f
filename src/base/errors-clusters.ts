// Codes CW-3nnn: connections to brokers and what clusters answer.
import { type ErrorEntry, entry } from './error-entry.ts';

export const clusterErrors = {
  'CW-3001': entry(
    'no broker of the cluster can be reached',
    'None of the bootstrap servers and none of the brokers known from before answered a request for ' +
      'metadata.',
    'Check the addresses in causeway.yaml, the network, and whether the brokers run. It is tried again ' +
      'by itself.',
  ),
  'CW-3002': entry(
    'a broker cannot be connected to',
    'The broker is known by its advertised address, and no connection to that address could be made ready.',
    'Check that the advertised listener of the broker can be reached from this machine: another address ' +
      'than the bootstrap server’s may be advertised. It is tried again by itself.',
  ),
  'CW-3003': entry(
    'connection to a broker lost',
    'The connection ended while requests were under way. Whether the broker has carried them out is unknown.',
    'Nothing, if it happens now and then: it is found out and repeated by itself. If it lasts, look at ' +
      'the broker.',
  ),
  'CW-3004': entry(
    'a broker did not answer in time',
    'A request was not answered before its deadline. The connection is given up, since a late answer ' +
      'could be taken for that of another request.',
    'Look at the load of the broker and at the network between. It is tried again by itself.',
  ),
  'CW-3005': entry(
    'malformed message',
    'Bytes from the network do not have the form that Kafka’s protocol says. The connection is given up.',
    'Check that the address is a Kafka broker’s plain listener, not one with TLS, nor another service.',
  ),
  'CW-3006': entry(
    'no shared protocol version',
    'The broker and this program have no version of a needed request in common.',
    'Causeway speaks with Apache Kafka 3.9 and newer. Look which version the broker runs.',
  ),
  'CW-3007': entry(
    'record batch in a codec that cannot be read here',
    'The records of a batch had to be looked at, and they are compressed with a codec that this program ' +
      'does not unpack. Mirroring needs no unpacking; only control topics and comparisons record by ' +
      'record do.',
    'Let the topic’s writer use no compression, gzip or zstd.',
  ),
  'CW-3008': entry(
    'an administrative request failed',
    'Topics or their settings could not be read or changed: no broker answered in time, or the cluster ' +
      'was busy with an election.',
    'Nothing, if it passes: it is tried again by itself. If it lasts, look at the brokers of the named ' +
      'region.',
  ),
  'CW-3009': entry(
    'the cluster refused an administrative request',
    'A topic could not be created, changed or deleted for the reason that the cluster gave, for example a ' +
      'replication factor larger than the number of brokers, a policy, or delete.topic.enable=false.',
    'Mend what the message names; settings of a mirror’s topic are given under `target` in ' +
      'causeway.yaml. It is tried again by itself.',
  ),
  'CW-3010': entry(
    'not permitted to administer',
    'Causeway’s principal lacks a permission to read or change topics or their settings. The message names ' +
      'the right that is missing and the command that gives it.',
    'Give the named right; `causeway generate acls` writes all of them. If the right is there, a rule that ' +
      'denies stands before it: `kafka-acls.sh --list --topic TOPIC --resource-pattern-type match`. It is ' +
      'tried again by itself.',
  ),
  'CW-3011': entry(
    'TLS could not be agreed on',
    'The broker was reached, and the encrypted connection was not made: its certificate is not trusted, is ' +
      'for another host or has ended, ours was not taken, or one side speaks TLS and the other does not.',
    'Compare security.protocol with the broker’s listener, and ssl.truststore and ssl.keystore with its ' +
      'certificates. It is tried again by itself, with the files as they are then.',
  ),
  'CW-3012': entry(
    'the login was refused',
    'The broker does not take the name and password or the token, or does not offer the mechanism.',
    'Compare sasl.mechanism and sasl.jaas.config with what the broker has. It is tried again, slowly, so ' +
      'that no account is locked by repeats; a restart is needed after the setting was changed.',
  ),
  'CW-3013': entry(
    'certificates or keys cannot be used',
    'A file that ssl.truststore or ssl.keystore names cannot be read, or does not hold what is needed.',
    'Mend what the message names. Files are looked at again before the next connection.',
  ),
  'CW-3014': entry(
    'no token to log in with',
    'The token endpoint did not answer, refused, is not trusted, or sent no token; or the file holds none ' +
      'that is valid. A token that was had before is used until it ends.',
    'Try the endpoint or look at the file that the message names. It is tried again by itself.',
  ),
  'CW-3015': entry(
    'the workers’ group is not to be had',
    'The group’s coordinator answered with an error, or gives no share. A worker goes on with what it ' +
      'runs and asks again; after 30 s without the group it runs every partition.',
    'If it stays: look at the broker’s log, and at whether each partition of __consumer_offsets has a ' +
      'leader. A name of another client in the group causeway.workers is a mistake there. After ' +
      'INVALID_SESSION_TIMEOUT: the brokers must allow a session of 10 s or of 45 s ' +
      '(group.min.session.timeout.ms, group.max.session.timeout.ms).',
  ),
  'CW-3016': entry(
    'the workers’ group is not permitted',
    'Causeway’s principal may not join the group in which the workers of a region share their partitions. ' +
      'This worker runs every partition by itself; with several workers each one does the work of all.',
    'Grant READ on the group causeway.workers in the worker’s own region. It is tried again by itself.',
  ),
  'CW-3017': entry(
    'the coordinator of a transactional id is not to be had',
    'Producer ids come from the broker that coordinates a transactional id. None could be found or ' +
      'reached in time, or it was busy with the id all that time.',
    'If it stays: look at the brokers, and at whether each partition of __transaction_state has a leader. ' +
      'After CONCURRENT_TRANSACTIONS, an earlier transaction of the id waits for a partition without a ' +
      'leader. It is tried again by itself.',
  ),
} as const satisfies Record<string, ErrorEntry>;
