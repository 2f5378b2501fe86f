// Codes CW-5nnn: the lab, real brokers on this machine.
import { type ErrorEntry, entry } from './error-entry.ts';

export const labErrors = {
  'CW-5001': entry(
    'Java missing or too old',
    'The lab runs real Kafka brokers, and they need Java 17 or newer.',
    'Debian or Ubuntu: `sudo apt-get install openjdk-17-jdk-headless`. macOS: `brew install ' +
      'openjdk@17`. Or set JAVA_HOME to an installed one.',
  ),
  'CW-5002': entry(
    'Maven missing',
    'The lab fetches Kafka’s jars through Maven, once.',
    'Debian or Ubuntu: `sudo apt-get install maven`. macOS: `brew install maven`. Or unpack a Kafka ' +
      'release and set KAFKA_HOME to its folder; then Maven is not needed.',
  ),
  'CW-5003': entry(
    'Kafka jars could not be fetched',
    'Maven ended with an error. Mostly the network, a proxy or a mirror setting is in the way.',
    'Read Maven’s words in the message; check ~/.m2/settings.xml. Or unpack a Kafka release and set ' +
      'KAFKA_HOME.',
  ),
  'CW-5004': entry(
    'KAFKA_HOME holds no Kafka',
    'KAFKA_HOME is set, and its folder `libs` has no kafka-clients jar of a version that the lab can run.',
    'Set it to the folder of an unpacked Kafka release from 3.9 on, or unset it: then the jars come ' +
      'through Maven.',
  ),
  'CW-5005': entry(
    'not enough memory for the lab',
    'Each broker takes about half a gigabyte. With less free memory the system would end some process at ' +
      'random.',
    'Close other programs, or start fewer brokers: `--brokers 1`, fewer `--regions`.',
  ),
  'CW-5006': entry(
    'not enough disk for the lab',
    'The brokers keep their data in a temporary folder, and its disk is nearly full.',
    'Free some space, or set TMPDIR to a folder on another disk.',
  ),
  'CW-5007': entry(
    'no free port',
    'The lab listens on free ports between 15000 and 32000 and found none.',
    'End programs that listen there: `ss -ltnp` lists them.',
  ),
  'CW-5008': entry(
    'a broker did not start',
    'The broker’s process ended, or did not become ready in time. The last lines of its log are in the ' +
      'message.',
    'Read the named log. Out of memory and ports in use are the usual causes; then start the lab again.',
  ),
  'CW-5009': entry(
    'a lab is running already',
    'One lab per clone of the repository runs at a time, so that commands know which one is meant.',
    'Use it (`causeway lab status`), or stop it: `causeway lab down`.',
  ),
  'CW-5010': entry(
    'no lab is running',
    'The command works on the running lab, and there is none.',
    'Start one: `npm start` in the foreground, or `causeway lab up` in the background.',
  ),
  'CW-5011': entry(
    'unknown region or broker in the lab',
    'The running lab has no region or broker of this name.',
    '`causeway lab status` lists them.',
  ),
  'CW-5012': entry(
    'the lab does not answer',
    'A process holds the lab, and it did not answer on its control socket.',
    'Look at its log in the named folder; `causeway lab down` ends it by force.',
  ),
  'CW-5013': entry(
    'a Kafka tool failed',
    'One of Kafka’s own Java programs ended with an error.',
    'Read its words in the message.',
  ),
  'CW-5014': entry(
    'invalid lab options',
    'The regions, brokers, versions, links or traffic asked for cannot be built.',
    'Correct the value that the message names.',
  ),
  'CW-5015': entry(
    'an emulated link failed',
    'The process that emulates the WAN between regions ended or did not start.',
    'Read its log in the lab’s folder; then start the lab again.',
  ),
  'CW-5016': entry(
    'a cluster of the lab refused a request',
    'The lab asked one of its own brokers for something, and got an error. The broker’s words are in the ' +
      'message.',
    'Look whether the brokers run: `causeway lab status`. Their logs are in the lab’s folder.',
  ),
} as const satisfies Record<string, ErrorEntry>;
