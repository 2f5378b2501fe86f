// Errors of the mirror (CW-2xxx): why a mirror partition waits or has stopped.
import { entry } from './error-entry.ts';

const deleteCopy =
  'delete the topic at the target (`kafka-topics.sh --bootstrap-server … --delete --topic TOPIC`)';
const copyAnew = `${deleteCopy}: it is created again by itself and copied from the first record on`;
const readCopy = '`kafka-console-consumer.sh --bootstrap-server … --topic TOPIC --partition … --offset …`';

export const mirrorErrors = {
  'CW-2001': entry(
    'source topic is missing',
    'The topic of this mirror does not exist at the source any more, or cannot be seen there. Nothing ' +
      'is written until it is back.',
    'The copy keeps what it has. If the topic was deleted on purpose, take it out of the mirror set ' +
      '(`exclude`) and run `causeway apply`. If not, look at the source cluster and at the permissions ' +
      'there; one that is created again is another topic (CW-2003).',
  ),
  'CW-2002': entry(
    'target topic is missing',
    'The mirror’s topic does not exist at the target. The controller creates it; the worker waits for it.',
    'Look whether a controller runs for the target region (`causeway status`) and what it says about ' +
      'this topic (`causeway mirrors explain TOPIC`).',
  ),
  'CW-2003': entry(
    'source topic was re-created',
    'The source topic has another topic id than the one that was mirrored: it was deleted and created ' +
      'again. Its offsets mean other records now.',
    'The copy keeps the records of the former topic: save what is needed of them. To copy the new one, ' +
      `${copyAnew}. on.recreate in causeway.yaml decides in advance.`,
  ),
  'CW-2004': entry(
    'target topic was re-created',
    'The mirror’s topic at the target has another topic id than before: it was deleted and created ' +
      'again. The fence of this generation knows nothing of it.',
    'Find out who deleted it. An empty topic is taken over by the controller and copied from the start; ' +
      'one that holds records is left alone (CW-2028).',
  ),
  'CW-2005': entry(
    'foreign write in the mirror',
    'Records that Causeway did not write stand in the mirror’s log at the target. Offsets cannot be ' +
      'kept from there on.',
    'Find the writer by the offset range and stop it. Then delete the mirror’s topic at the target, so ' +
      'that it is copied again.',
  ),
  'CW-2006': entry(
    'mirror and source differ',
    'The last batch of the mirror is not the batch that the source holds at the same offsets. One of ' +
      'the two logs has lost or replaced records, mostly the source, by an unclean leader election. The ' +
      'message names the offsets from which on they differ, where that could be found out.',
    `What the source lost is at the copy only: save what is needed (${readCopy} at the target, from the ` +
      `first named offset on). Then ${copyAnew}. Before that, ` +
      '`causeway verify SET --topic TOPIC` compares all of it.',
  ),
  'CW-2007': entry(
    'source retention passed our position',
    'The source deleted records before the mirror had them. The exact range is lost to the mirror.',
    'Raise the retention at the source or the bandwidth of the link. To go on behind the range, at the ' +
      'same offsets, set on.gap: fill (and prefix.max to its size); to copy anew what the source still ' +
      'has, delete the topic at the target.',
  ),
  'CW-2008': entry(
    'source ends before the mirror',
    'The source’s log is shorter than the mirror’s: the source lost records that had been committed, ' +
      'mostly by an unclean leader election. What producers write now gets the offsets of the lost ' +
      'records.',
    `The lost records are at the copy only: save what is needed (${readCopy} at the target, the named ` +
      `offsets). Then ${copyAnew}.`,
  ),
  'CW-2009': entry(
    'compacted while its prefix was filled',
    'The offsets before the copy’s first record are being filled with empty records, to be trimmed, and ' +
      'the topic has become compacted meanwhile: it takes no record without a key. No record was copied yet.',
    'Delete the topic at the target: it is made anew, and its prefix is filled as a compacted topic’s is.',
  ),
  'CW-2011': entry(
    'source skips offsets',
    'The source’s log holds nothing at these offsets. In a compacted topic that is normal, and they are ' +
      'filled; but the mirror has not been told that the topic is compacted, or it is not any more.',
    'Nothing, where the topic has just been compacted: the controller sees that within seconds, and the ' +
      'mirror goes on. If it lasts, look whether a controller runs and may read the topic’s settings; ' +
      'for a topic that was compacted in the past, set on.gap: fill.',
  ),
  'CW-2012': entry(
    'more holes than may be filled',
    'The source’s log has offsets without records, and as many of them, or of runs of them, have been ' +
      'filled as the mirror set allows before its copy is level. What was copied stays as it is.',
    'To go on, raise holes.max or runs.max of the set, apply, and `causeway mirrors resume SET TOPIC`. Or ' +
      'copy less: delete the topic at the target, and begin it later with `from:`, in a set that says ' +
      'offsets: shifted.',
  ),
  'CW-2013': entry(
    'old message format',
    'The source log holds records of message format 0 or 1, from before Kafka 0.11. They are not copied.',
    'Rewrite the topic with a current producer.',
  ),
  'CW-2014': entry(
    'target found a batch corrupt',
    'The target refused a batch because its checksum is wrong, twice, fetched anew in between. The ' +
      'record bytes are damaged at the source or on the way.',
    'Dump the batch at the named offset at the source (`kafka-dump-log`), and check the memory and ' +
      'disks of both sides. Then `causeway mirrors resume SET TOPIC`.',
  ),
  'CW-2015': entry(
    'batch is too large for the target',
    'The target refused a batch for its size. The limit of the broker, or of the topic, is below what ' +
      'the source holds.',
    'Raise message.max.bytes on the target’s brokers, and replica.fetch.max.bytes with it.',
  ),
  'CW-2016': entry(
    'target refused a batch',
    'The target’s broker refused a batch as invalid, twice. Its own words are in the message.',
    'Read the broker’s log at the target for this partition. Once it would take the batch, ' +
      '`causeway mirrors resume SET TOPIC`.',
  ),
  'CW-2017': entry(
    'not authorised',
    'A broker does not permit what the mirror has to do on this topic. The message names the right that is ' +
      'missing and the command that gives it.',
    'Give the named right; `causeway generate acls` writes all of them. If the right is there, a rule that ' +
      'denies stands before it: `kafka-acls.sh --list --topic TOPIC --resource-pattern-type match`. It is ' +
      'tried again every minute; `causeway mirrors resume SET TOPIC` does so at once.',
  ),
  'CW-2018': entry(
    'no open generation',
    'The ledger holds no open generation for this mirror set in this region, so nothing may be written.' +
      ' The controller opens it.',
    'Look whether a controller runs for the target region (`causeway status`).',
  ),
  'CW-2020': entry(
    'another worker writes this partition',
    'The fence refused a write because another worker of the region wrote it first. That is harmless; ' +
      'this worker steps back.',
    'Nothing. If it lasts, look whether two workers run with the same partitions.',
  ),
  'CW-2021': entry(
    'no leader',
    'The partition has no leader at one side, or its leader is changing.',
    'Start the brokers that hold its replicas: `kafka-topics.sh --bootstrap-server … --describe --topic ' +
      'TOPIC` names them. Where they are lost for good, `kafka-leader-election.sh --bootstrap-server … ' +
      '--election-type UNCLEAN --topic TOPIC --partition …` has another one lead: at the target that ' +
      'loses nothing, since what it lacks is copied again; at the source it loses records.',
  ),
  'CW-2022': entry(
    'target does not acknowledge',
    'The target’s broker could not commit a write: too few replicas are in sync, or they did not answer' +
      ' in time.',
    'Look at the replicas of this partition at the target.',
  ),
  'CW-2023': entry(
    'target cannot store',
    'The target’s broker has a storage error: its disk is full or broken.',
    'Free or replace the disk of the named broker, and restart it: until then it leaves a disk that has ' +
      'failed alone. The mirror goes on by itself.',
  ),
  'CW-2024': entry(
    'source gave no usable answer',
    'The source’s broker answered a fetch with an error that this mirror does not know how to pass.',
    'Read the broker’s log at the source for this partition. It is tried again every minute.',
  ),
  'CW-2025': entry(
    'worker was paused',
    'The process stood still for longer than it may without looking again. Everything was re-read ' +
      'before the next write.',
    'Nothing. If it happens often, give the machine more CPU or memory.',
  ),
  'CW-2026': entry(
    'worker defect',
    'A broken invariant in the worker stopped this partition. Nothing wrong was written.',
    'Please report the message together with `causeway mirrors describe`.',
  ),
  'CW-2027': entry(
    'target has more partitions than the source',
    'The topic exists at the target with more partitions than the source has. A keyed record would ' +
      'not be where its readers look for it, and Kafka cannot take partitions away.',
    'If the topic at the target is not needed, delete it: it is created again as a mirror. If it is, ' +
      'take the topic out of the mirror set.',
  ),
  'CW-2028': entry(
    'topic at the target is not a mirror',
    'A topic of this name exists at the target, holds records, and was not made by Causeway. Nothing ' +
      'is written into it and its settings are left alone.',
    'If the topic at the target is not needed, delete it: it is created again as a mirror. If it is, ' +
      'take the topic out of the mirror set.',
  ),
  'CW-2030': entry(
    'source topic was re-created, the old copy is kept',
    'The source topic was deleted and created again, and the mirror set says on.recreate: keep; or it says ' +
      'recreate, and the copy was not being mirrored any more. The copy holds the records of the former ' +
      'topic; nothing of the new one is copied.',
    'When the old records are not needed any more, delete the topic at the target: it is created again ' +
      'and the new topic is copied from the start.',
  ),
  'CW-2031': entry(
    'not all brokers know that a topic was re-created',
    'By on.recreate: recreate a copy is deleted once its source topic was created anew. Most brokers of ' +
      'the source must say so and none may say otherwise: one that is cut off tells old things.',
    'Nothing, where brokers are starting: it is tried again every few seconds. If it lasts, look at the ' +
      'source’s brokers: which are away, and which do not follow their controller.',
  ),
  'CW-2032': entry(
    'data id cannot be closed',
    'The mirror of a compacted topic needs another producer id: the epochs of the one it has are used up, ' +
      'or the target’s coordinator has forgotten it. The old id has to be closed in the partition first, ' +
      'and only a filler that is written directly can do so. Nothing was written.',
    'Give the workers Alter on the target’s cluster, restart them, and run `causeway mirrors resume SET ' +
      'TOPIC`.',
  ),
  'CW-2040': entry(
    'copy differs from its source',
    'The running comparison found offsets that hold other records than the source, twice within seconds. ' +
      'The mirror goes on; what differs is looked at again every minute.',
    'Run `causeway verify SET --topic TOPIC` for all ranges. See who may write to the copy (`causeway ' +
      'mirrors describe`). To copy the topic anew: pause the mirror, delete the topic at the target, resume.',
  ),
} as const;
