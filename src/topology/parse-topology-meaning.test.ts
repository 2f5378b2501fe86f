// What a well-formed causeway.yaml must not say: regions, links, sets, topics and settings that do not fit.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { fileWith, type ProblemCase, region, set, shown, topics, validText } from './file-for-tests.ts';

const cases: readonly ProblemCase[] = [
  { name: 'no regions', text: 'mirrors: {}\n', problems: ['1:1 CW-1005 the file has no ‘regions’'] },
  {
    name: 'no home, no targets, no topics',
    text: fileWith({ s: '{}' }),
    problems: [
      '5:6 CW-1005 mirrors.s has no ‘topics’',
      '5:6 CW-1005 mirrors.s has no ‘home’',
      '5:6 CW-1005 mirrors.s has no ‘to’',
    ],
  },
  {
    name: 'no topics at all',
    text: topics('[]'),
    problems: ['5:46 CW-1005 mirrors.s.topics is an empty list'],
  },
  {
    name: 'no address',
    text: set('').replace('{ bootstrap.servers: "eu:9092" }', '{}'),
    problems: ['2:21 CW-1005 regions.eu-west.kafka has no ‘bootstrap.servers’'],
  },
  {
    name: 'a duration without unit',
    text: set(', rpo: 10'),
    problems: ['5:56 CW-1006 mirrors.s.rpo is ‘10’, which is not a duration'],
  },
  {
    name: 'a duration in weeks',
    text: set(', rpo: 1w'),
    problems: ['5:56 CW-1006 mirrors.s.rpo is ‘1w’, which is not a duration'],
  },
  {
    name: 'a rate that is a size',
    text: `${validText}links: { eu-west->us-east: { limit: 200MB } }\n`,
    problems: ['6:37 CW-1006 links.eu-west->us-east.limit is ‘200MB’, which is not a rate'],
  },
  {
    name: 'a limit of nothing',
    text: `${validText}links: { eu-west->us-east: { limit: 0B/s } }\n`,
    problems: ['6:37 CW-1025 the limit of the link ‘eu-west->us-east’ is 0B/s; the least is 10kB/s'],
  },
  {
    name: 'a limit so small that nothing would move',
    text: `${validText}links: { eu-west->us-east: { limit: 70kbit/s } }\n`,
    problems: ['6:37 CW-1025 the limit of the link ‘eu-west->us-east’ is 70kbit/s; the least is 10kB/s'],
  },
  {
    name: 'an unknown home',
    text: fileWith({ s: '{ home: eu-wst, to: [us-east], topics: [t] }' }),
    problems: [
      '2:3 CW-1012 no mirror set uses the region ‘eu-west’',
      '5:14 CW-1007 mirror set ‘s’ names the unknown region ‘eu-wst’',
    ],
  },
  {
    name: 'an unknown target',
    text: fileWith({ s: '{ home: eu-west, to: [us-east, mars], topics: [t] }' }),
    problems: ['5:37 CW-1007 mirror set ‘s’ names the unknown region ‘mars’'],
  },
  {
    name: 'a link to nowhere',
    text: `${validText}links: { eu-west->mars: {} }\n`,
    problems: ['6:10 CW-1007 the link ‘eu-west->mars’ names the unknown region ‘mars’'],
  },
  {
    name: 'home among the targets',
    text: fileWith({ s: '{ home: eu-west, to: [us-east, eu-west], topics: [t] }' }),
    problems: ['5:37 CW-1008 mirror set ‘s’ has its home ‘eu-west’ among its targets'],
  },
  {
    name: 'a target twice',
    text: fileWith({ s: '{ home: eu-west, to: [us-east, us-east], topics: [t] }' }),
    problems: ['5:37 CW-1008 mirror set ‘s’ names the target ‘us-east’ twice'],
  },
  {
    name: 'one topic in two sets',
    text: fileWith({
      a: '{ home: eu-west, to: [us-east], topics: [t, u, v] }',
      b: '{ home: eu-west, to: [us-east], topics: [w, t, u] }',
    }),
    problems: [
      '6:50 CW-1009 topic t (and 1 more) is in the mirror sets a and b, and both copy it to us-east',
    ],
  },
  {
    name: 'a topic and a pattern',
    text: fileWith({
      a: '{ home: eu-west, to: [us-east], topics: ["pay*"] }',
      b: '{ home: eu-west, to: [us-east], topics: [payments] }',
    }),
    problems: ['6:47 CW-1009 topic payments is in the mirror sets a and b, and both copy it to us-east'],
  },
  {
    name: 'two patterns that meet',
    text: fileWith({
      a: '{ home: eu-west, to: [us-east], topics: ["pay*"] }',
      b: '{ home: eu-west, to: [us-east], topics: ["*.eu"] }',
    }),
    problems: ['6:47 CW-1009 topic pay.eu is in the mirror sets a and b, and both copy it to us-east'],
  },
  {
    name: 'there and back',
    text: fileWith({
      a: '{ home: eu-west, to: [us-east], topics: [t] }',
      b: '{ home: us-east, to: [eu-west], topics: ["*"] }',
    }),
    problems: [
      '6:47 CW-1010 topic t goes in a circle, eu-west → us-east → eu-west, by the mirror sets a and b',
    ],
  },
  {
    name: 'a circle of three',
    text:
      'regions:\n  a: { kafka: { bootstrap.servers: "a:1" } }\n' +
      '  b: { kafka: { bootstrap.servers: "b:1" } }\n' +
      '  c: { kafka: { bootstrap.servers: "c:1" } }\nmirrors:\n  x: { home: a, to: [b], topics: ["t.*"] }\n' +
      '  y: { home: b, to: [c], topics: ["t.*"] }\n  z: { home: c, to: [a], topics: ["t.*"] }\n',
    problems: ['8:35 CW-1010 topic t. goes in a circle, a → b → c → a, by the mirror sets x, y and z'],
  },
  {
    name: 'one cluster as two regions',
    text:
      'regions:\n  a: { kafka: { bootstrap.servers: "k1:9092, k2:9092" } }\n' +
      '  b: { kafka: { bootstrap.servers: "K2:9092" } }\nmirrors:\n  s: { home: a, to: [b], topics: [t] }\n',
    problems: ['3:36 CW-1011 region ‘b’ has the address k2:9092 of region ‘a’'],
  },
  {
    name: 'a region that nobody uses',
    text: validText.replace('regions:\n', 'regions:\n  mars: { kafka: { bootstrap.servers: "m:1" } }\n'),
    problems: ['2:3 CW-1012 no mirror set uses the region ‘mars’'],
  },
  {
    name: 'a link that nobody crosses',
    text: `${validText}links: { us-east->eu-west: {} }\n`,
    problems: ['6:10 CW-1012 no mirror set crosses the link ‘us-east->eu-west’'],
  },
  {
    name: 'what is not there yet',
    text: set(
      ', mode: sync, naming: prefixed, on.gap: fill, ' + 'trim: follow, failover: { automatic: true }',
    ),
    problems: [
      '5:57 CW-1013 mode: sync of mirror set ‘s’ is not supported by this version yet',
      '5:71 CW-1013 naming: prefixed of mirror set ‘s’ is not supported by this version yet',
      '5:132 CW-1013 failover.automatic: true of mirror set ‘s’ is not supported by this version yet',
    ],
  },
  {
    name: 'a timestamp that means another moment elsewhere',
    text: set(', from: "2026-01-01T00:00:00"'),
    problems: ['5:57 CW-1025 from must be earliest, latest or a timestamp, not ‘2026-01-01T00:00:00’'],
  },
  {
    name: 'a prefix of less than nothing',
    text: set(', prefix.max: -1'),
    problems: ['5:63 CW-1025 mirrors.s.prefix.max must be from 0 to 10000000000, not -1'],
  },
  {
    name: 'a bad from',
    text: set(', from: latst'),
    problems: ['5:57 CW-1025 from must be earliest, latest or a timestamp, not ‘latst’'],
  },
  {
    name: 'groups',
    text: set(', groups: ["*"]'),
    problems: ['5:51 CW-1013 groups of mirror set ‘s’: consumer groups are not copied by this version yet'],
  },
  {
    name: 'a password without a keystore',
    text: region(', security.protocol: SSL, ssl.keystore.password: hunter2'),
    problems: [
      '2:90 CW-1029 ssl.keystore.password is a secret in the file itself',
      '2:90 CW-1025 ssl.keystore.password has no effect: there is no ssl.keystore.location',
    ],
  },
  {
    name: 'a JKS store',
    text: region(', security.protocol: SSL, ssl.truststore.type: JKS'),
    problems: ['2:88 CW-1013 a JKS store cannot be read here'],
  },
  {
    name: 'a coordination cluster',
    text: `${validText}coordination: { kafka: { bootstrap.servers: "c:1" } }\n`,
    problems: ['6:1 CW-1013 a coordination cluster is not supported by this version yet'],
  },
  {
    name: 'a merge key',
    text: 'regions: &r\n  a: {}\nmirrors:\n  <<: *r\n',
    problems: ['4:3 CW-1014 merge keys (<<) are not read'],
  },
  {
    name: 'an alias bomb',
    text: 'a: &a [x, x]\nb: &b [*a, *a]\nc: &c [*b, *b]\n',
    problems: ['3:8 CW-1014 the alias ‘*b’ stands for something that holds an alias'],
  },
  {
    name: 'an alias of itself',
    text: 'regions: &r { a: *r }\n',
    problems: ['1:18 CW-1014 the alias ‘*r’ stands for something that holds an alias'],
  },
  {
    name: 'an unquoted pattern',
    text: topics('[*foo]'),
    problems: ['5:47 CW-1014 the alias ‘*foo’ has no anchor before it'],
  },
  {
    name: 'a bad placeholder',
    text: region(', client.id: "${foo:bar}"'),
    problems: [
      '2:43 CW-1013 client.id is not supported by this version yet',
      '2:54 CW-1017 client.id holds ${foo:…, which is no placeholder',
    ],
  },
  {
    name: 'a bad name of a set',
    text: fileWith({ 'a.b': '{ home: eu-west, to: [us-east], topics: [t] }' }),
    problems: ['5:3 CW-1019 a mirror set cannot be named ‘a.b’'],
  },
  {
    name: 'a bad link',
    text: `${validText}links: { eu-west: {} }\n`,
    problems: ['6:10 CW-1019 a link cannot be ‘eu-west’'],
  },
  {
    name: 'a regular expression',
    text: topics('["a.+"]'),
    problems: ['5:47 CW-1020 ‘a.+’ is not a topic name or pattern'],
  },
  {
    name: 'a topic that is a dot',
    text: topics('["."]'),
    problems: ['5:47 CW-1020 ‘.’ is not a topic name or pattern'],
  },
  {
    name: 'an empty topic',
    text: topics('[""]'),
    problems: ['5:47 CW-1020 ‘’ is not a topic name or pattern'],
  },
  {
    name: 'an internal topic',
    text: topics('[__consumer_offsets]'),
    problems: ['5:47 CW-1021 ‘__consumer_offsets’ means internal topics, which are never mirrored'],
  },
  {
    name: 'an internal pattern',
    text: topics('["causeway.rescue.*"]'),
    problems: ['5:47 CW-1021 ‘causeway.rescue.*’ means internal topics, which are never mirrored'],
  },
  {
    name: 'an unknown connection setting',
    text: region(', bootstrap.server: x'),
    problems: ['2:43 CW-1022 regions.a.kafka has the unknown setting ‘bootstrap.server’'],
  },
  {
    name: 'bad addresses',
    text: region('').replace('"a:1"', '"a,b:0,[::1]:9092,"'),
    problems: [
      '2:36 CW-1023 ‘a’ is not a broker address',
      '2:36 CW-1023 ‘b:0’ is not a broker address',
      '2:36 CW-1023 an address is empty',
    ],
  },
  {
    name: 'an unknown topic setting',
    text: set(', target: { retention.m: 1 }'),
    problems: ['5:61 CW-1024 target has the unknown topic setting ‘retention.m’'],
  },
  {
    name: 'target settings that are not free',
    text: set(', target: { compression.type: zstd, cleanup.policy: compact, replication.factor: 0 }'),
    problems: [
      '5:61 CW-1025 compression.type cannot be set on a mirror: ' +
        'Causeway keeps it at producer so that records stay as they are',
      '5:85 CW-1025 cleanup.policy cannot be set on a mirror: ' +
        'it follows the source, or the copy would hold other records',
      '5:130 CW-1025 replication.factor must be a whole number from 1, not ‘0’',
    ],
  },
  {
    name: 'more in sync than there are',
    text: set(', target: { replication.factor: 1, min.insync.replicas: 2 }'),
    problems: [
      '5:105 CW-1025 min.insync.replicas 2 is more than replication.factor 1: no write would succeed',
    ],
  },
  {
    name: 'an unknown choice',
    text: set(', trim: owm'),
    problems: ['5:57 CW-1025 mirrors.s.trim must be ‘own’ or ‘follow’, not ‘owm’'],
  },
  {
    name: 'a priority of 0',
    text: set(', priority: 0'),
    problems: ['5:61 CW-1025 mirrors.s.priority must be from 1 to 1000, not 0'],
  },
  {
    name: 'a location without provider',
    text: validText.replace('{ kafka', '{ location: frankfurt, kafka'),
    problems: ['2:24 CW-1025 regions.eu-west.location cannot be ‘frankfurt’'],
  },
];

for (const { name, text, problems } of cases) {
  test(`${name} is named with its place`, () => assert.deepEqual(shown(text), problems));
}
