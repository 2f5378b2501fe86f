// Codes CW-1nnn: causeway.yaml and the settings in it.
import { type ErrorEntry, entry } from './error-entry.ts';

export const topologyErrors = {
  'CW-1001': entry(
    'not valid YAML',
    'The file cannot be read as YAML, so nothing in it could be checked any further than this.',
    'Look at the named line and the one before it: indentation is made of spaces, brackets and quotes ' +
      'are closed, and a text that begins with a special character (* & @ % ! { [) stands in quotes.',
  ),
  'CW-1002': entry(
    'key given twice',
    'A mapping holds the same key more than once. Which of the values was meant cannot be known.',
    'Keep one of them. The message names the line of the first.',
  ),
  'CW-1003': entry(
    'unknown key',
    'The key is not part of causeway.yaml. Unknown keys are errors, so that a spelling mistake never ' +
      'passes in silence.',
    'Compare with docs/reference/configuration.md, or let the editor complete it with ' +
      'docs/reference/causeway.schema.json.',
  ),
  'CW-1004': entry(
    'value of the wrong kind',
    'A text, number, list or mapping stands where another kind of value is expected.',
    'Write the value in the form that the message names.',
  ),
  'CW-1005': entry(
    'key missing',
    'A key that has no default is not given.',
    'Add it. docs/reference/configuration.md has an example of each.',
  ),
  'CW-1006': entry(
    'invalid duration, size or rate',
    'The value has no unit, an unknown unit, or is out of range.',
    'Write durations like 500ms, 10s, 5m, 1h or 1d; sizes like 64KiB or 200MB; rates like 200MB/s or ' +
      '50Mbit/s.',
  ),
  'CW-1007': entry(
    'unknown region',
    'A mirror set or a link names a region that is not declared under `regions`.',
    'Declare the region, or correct the name.',
  ),
  'CW-1008': entry(
    'home region among the targets',
    'A mirror set lists its own home region in `to`, or lists a target twice. A region cannot mirror ' +
      'from itself.',
    'Take the region out of `to`.',
  ),
  'CW-1009': entry(
    'topic in two mirror sets',
    'Two mirror sets copy the same topic into the same region. Two mirrors would write into one log.',
    'Narrow the `topics` of one set, or name the topic in its `exclude`.',
  ),
  'CW-1010': entry(
    'topic mirrored in a circle',
    'Mirror sets copy one topic from a region, over others, back to where it came from. Each record ' +
      'would be copied for ever.',
    'Give the topic one home: take it out of one of the named sets.',
  ),
  'CW-1011': entry(
    'one cluster given as two regions',
    'Two regions name the same broker address, so they are one cluster. A cluster cannot be mirrored ' +
      'into itself.',
    'Correct `bootstrap.servers` of one of them.',
  ),
  'CW-1012': entry(
    'defined and never used',
    'A region that no mirror set uses, or a link that no mirror set crosses. That is mostly a name with ' +
      'a mistake in it.',
    'Use it in a mirror set, or remove it.',
  ),
  'CW-1013': entry(
    'not supported by this version yet',
    'The value is part of the design and this version does not act on it. It is refused, so that nobody ' +
      'relies on it.',
    'Use the value that the message names, or wait for a version that supports it.',
  ),
  'CW-1014': entry(
    'YAML alias or merge key refused',
    'A few plain aliases (`*name`) are fine. Merge keys (`<<`), aliases inside of aliases and large ' +
      'numbers of them are refused: a small file could grow without limit.',
    'Write the values out.',
  ),
  'CW-1015': entry(
    'file too large',
    'causeway.yaml is larger than this program reads, or is nested too deeply.',
    'Use patterns in `topics` in place of long lists.',
  ),
  'CW-1016': entry(
    'not a mapping of regions and mirrors',
    'The file is empty, holds several documents, or its outermost value is not a mapping.',
    'Start with `regions:` and `mirrors:`; examples/causeway.yaml shows a complete one.',
  ),
  'CW-1017': entry(
    'invalid placeholder',
    'A `${…}` in a Kafka setting is not one of the known forms.',
    'Write ${env:NAME}, ${file:PATH:KEY} (a properties file) or ${file:PATH} (the whole file).',
  ),
  'CW-1018': entry(
    'placeholder without a value',
    'The environment variable, file or key that a placeholder names does not exist where this process ' +
      'runs, or cannot be read.',
    'Set it for the user and the environment in which Causeway runs. Its value is never printed.',
  ),
  'CW-1019': entry(
    'invalid name',
    'Names of regions and mirror sets become part of transactional ids and metrics, so they are restricted.',
    'Use letters, digits, - and _, at most 63 of them, beginning with a letter or digit. A link is ' +
      'written A->B.',
  ),
  'CW-1020': entry(
    'invalid topic name or pattern',
    'Kafka would not accept a topic of this name. A pattern is a topic name in which * stands for any ' +
      'characters.',
    'Use letters, digits, ., - and _, at most 249 of them; * anywhere. Regular expressions are not ' +
      'understood.',
  ),
  'CW-1021': entry(
    'internal topics cannot be mirrored',
    'Topics that begin with __ or causeway. belong to Kafka and to Causeway itself; each cluster has its ' +
      'own.',
    'Take the name out of `topics`. Patterns never match such topics anyway.',
  ),
  'CW-1022': entry(
    'unknown Kafka connection setting',
    'Under `kafka` stand Kafka’s own client settings, verbatim, and this name is none of them.',
    'Compare with the Kafka documentation, “Admin Configs”.',
  ),
  'CW-1023': entry(
    'invalid broker address',
    '`bootstrap.servers` is a list of host:port, separated by commas. IPv6 addresses stand in brackets: ' +
      '[::1]:9092.',
    'Correct the named address.',
  ),
  'CW-1024': entry(
    'unknown topic setting',
    'Under `target` stand Kafka’s topic settings for the mirrored topics, and this name is none of them.',
    'Compare with the Kafka documentation, “Topic Configs”; replication.factor is allowed besides.',
  ),
  'CW-1025': entry(
    'value not allowed',
    'The value is outside of what is allowed here, or contradicts another value.',
    'Use one of the values that the message names.',
  ),
  'CW-1026': entry(
    'too many problems to list',
    'The file has more problems than are worth printing.',
    'Mend those that are listed, then look again.',
  ),
  'CW-1027': entry(
    'causeway.yaml is not valid',
    'The topology was not used at all, because of the problems listed with the message.',
    'Mend the listed problems. Nothing has been changed anywhere.',
  ),
  'CW-1028': entry(
    'connection settings that do not fit together',
    'With the secrets of this machine in their places, the connection settings of a region contradict ' +
      'each other or lack something.',
    'Mend what the message names, in causeway.yaml or in what the placeholder stands for.',
  ),
  'CW-1029': entry(
    'a secret stands in causeway.yaml itself',
    '`apply` writes the file as it is into the ledger of every region, where whoever may read the ledger ' +
      'could read the secret, of the other regions too.',
    'Write ${env:NAME}, ${file:PATH:KEY} or ${file:PATH} in its place. It is read where a process runs, ' +
      'and goes nowhere.',
  ),
  'CW-1030': entry(
    'a region that only the applied topology names wants secrets of this machine',
    'Connection settings with placeholders or files are taken from the causeway.yaml of this machine ' +
      'alone. Otherwise whoever may write the ledger could have its secrets sent to a place of his own.',
    'Add the region to the causeway.yaml that this process reads, and start it again.',
  ),
} as const satisfies Record<string, ErrorEntry>;
