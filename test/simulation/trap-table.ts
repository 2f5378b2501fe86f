// The traps that broke earlier designs (docs/design/traps.md is made from here): which scenarios show that
// the mirror does not fall into them, and which planted bugs show that it would without the remedy.

export interface Trap {
  readonly name: string;
  /** What happens without the remedy. */
  readonly harm: string;
  readonly remedy: string;
  /** Tests whose names begin so, by file. */
  readonly scenarios: readonly { readonly file: string; readonly test: string }[];
  /** The remedy taken out. */
  readonly bugs: readonly string[];
}

const simulated = (file: string, ...tests: readonly string[]) =>
  tests.map((test) => ({ file: `test/simulation/${file}.test.ts`, test }));

export const traps: readonly Trap[] = [
  {
    name: 'visible-end',
    harm:
      'The position is read from the high watermark, the sequence at the log’s end: an append that is ' +
      'not visible yet is written twice.',
    remedy: 'The sequence, then the log’s end, then wait until it is committed.',
    scenarios: simulated('traps', 'visible-end: an append that is not yet visible'),
    bugs: [
      'the position is read from the high watermark, whatever the sequence',
      'high watermark not waited for',
      'log end read before the sequence',
    ],
  },
  {
    name: 'marker-again',
    harm:
      'The end of one transaction leaves several control records, some of them seconds later, behind ' +
      'new data.',
    remedy: 'The log’s end counts; the copy is shifted, which the ledger knows, until the next holes.',
    scenarios: simulated('hole-traps', 'marker-again: a marker comes twice'),
    bugs: [
      'data that a late filler moved is not looked for',
      'more fillers than holes are taken for data of ours',
      'a shift is made without the ledger',
    ],
  },
  {
    name: 'marker-never',
    harm: 'A transaction ends while the partition has no leader: success, and no control record ever.',
    remedy: 'A filler counts once the log’s end has moved.',
    scenarios: simulated('guard-traps', 'marker-never: a transaction ends while there is no leader'),
    bugs: ['an ended transaction is taken for a filler'],
  },
  {
    name: 'unknown-pipelined',
    harm: 'The target does not know the id; the first request fails, and the second lands in its place.',
    remedy: 'One request in flight until one was acknowledged where it was expected.',
    scenarios: simulated('traps', 'unknown-pipelined: while the id is unknown'),
    bugs: ['an unknown id is pipelined'],
  },
  {
    name: 'forgotten-number',
    harm: 'An id is forgotten between two workers, and a stale write of the first fits by its number.',
    remedy: 'Under an id that is not known the first sequence is random.',
    scenarios: simulated('small-orders', 'two workers, one batch, an id that the target does not know'),
    bugs: ['a new id begins at 0'],
  },
  {
    name: 'soft-hole',
    harm:
      'A worker stood still with records that the cleaner has taken since; they fit by sequence behind ' +
      'its successor’s fillers.',
    remedy: 'Where holes are soft, data goes under the guard’s id, which each run of fillers raises.',
    scenarios: simulated(
      'paused-compacted',
      'soft-hole: it has seen records that its successor does not see',
    ),
    bugs: ['data goes under the generation’s id where holes are soft'],
  },
  {
    name: 'sleeper',
    harm:
      'A machine that slept for more than a day wakes in an old generation, and the broker has ' +
      'forgotten the fence.',
    remedy: 'The generation is read again after a pause, before anything is written.',
    scenarios: simulated('traps', 'sleeper: a machine that slept until its id was forgotten'),
    bugs: ['a process that stood still writes on'],
  },
  {
    name: 'open-guard',
    harm: 'The transaction of a worker that died ends by itself 15 minutes later, with a record.',
    remedy: 'Whoever fills takes the guard, which ends what is open; what lands otherwise is a shift.',
    scenarios: simulated('guard-traps', 'open-guard: a worker dies at each step of a run'),
    bugs: [
      'holes that another worker has filled meanwhile are filled again',
      'more fillers than holes are taken for data of ours',
    ],
  },
  {
    name: 'regrown',
    harm: 'The source loses records and grows past the position again between two fetches.',
    remedy: 'Leader epochs in every fetch, and the tail check.',
    scenarios: [
      ...simulated(
        'traps',
        'regrown: a source that lost records and grew past the position',
        'regrown: nor where it grew while the worker stood still',
      ),
      ...simulated('regrown-unseen', 'regrown-unseen: a source that lost records while the queue was full'),
    ],
    bugs: ['leader epoch ignored', 'leader epoch ignored in the fetch loop', 'tail check skipped'],
  },
  {
    name: 'recreated-target',
    harm: 'The target topic is made anew: there is no fence in it, and nothing of what was written.',
    remedy: 'Topic ids, and a new generation.',
    scenarios: simulated(
      'traps',
      'recreated-target: a topic that was made anew',
      'recreated-target, where Kafka before 4.1',
      'recreated-source: a topic that was made anew',
    ),
    bugs: ['a topic that was made anew is taken for the one that was mirrored'],
  },
  {
    name: 'two-fillers',
    harm: 'Two workers fill the prefix at the same time.',
    remedy: 'The generation’s id, batches that both cut alike, trimmed before there is data.',
    scenarios: simulated('prefix', 'two workers that begin at the same time fill one prefix'),
    bugs: ['the first batch of a prefix has a random sequence', 'a prefix is not trimmed'],
  },
  {
    name: 'trailing-holes',
    harm: 'A source that ends with holes is never copied to its exact end.',
    remedy: 'Holes at the end are filled, too.',
    scenarios: simulated('hole-traps', 'trailing-holes: a source that ends with nothing but holes'),
    bugs: ['holes at the end are left'],
  },
  {
    name: 'paused-leader',
    harm: 'A leader that was deposed while it stood still answers with what it knew.',
    remedy: 'Leader epochs in every question, and all replicas in sync acknowledge.',
    scenarios: simulated('traps', 'paused-leader: a deposed leader'),
    bugs: ['acknowledged by the leader alone', 'leader epoch ignored'],
  },
  {
    name: 'queue-neighbour',
    harm: 'The slow acknowledgement of one partition holds up the others on the connection.',
    remedy: 'Short waits, and a connection of its own for what is slow.',
    scenarios: simulated('hole-traps', 'queue-neighbour: a partition whose follower stands still'),
    bugs: ['a slow partition keeps its place in the queue'],
  },
  {
    name: 'extra-then-crash',
    harm: 'Fillers too many stand at the end, and the worker dies before anybody is told.',
    remedy: 'The tail check counts them, and reads on where the source is.',
    scenarios: simulated('hole-traps', 'extra-then-crash: fillers too many at the end'),
    bugs: ['more fillers than holes are taken for data of ours'],
  },
  {
    name: 'older-view-wins',
    harm: 'The former holder saw holes where its successor sees records; its filler lands among those.',
    remedy: 'Every run of soft holes begins at a new epoch.',
    scenarios: simulated('paused-compacted', 'older-view-wins: it has seen holes where its successor sees'),
    bugs: [
      'a run of a soft partition goes on at the epoch that was held',
      'a start behind fillers writes at once',
    ],
  },
  {
    name: 'other-guard',
    harm: 'The guard’s transactional id is forgotten: two ids for one partition.',
    remedy: 'The id that data is under is recorded, and closed at a hole before another one is used.',
    scenarios: [
      ...simulated('hole-traps', 'other-guard: the guard’s id is forgotten between two runs'),
      ...simulated('paused-compacted', 'other-guard: a data id is changed where its successor sees'),
    ],
    bugs: ['a new data id is used before the old one is closed'],
  },
  {
    name: 'coordinator-epoch',
    harm: 'A marker of a coordinator that has moved locks the direct way out.',
    remedy: 'The coordinator’s epoch that the partition has last seen.',
    scenarios: simulated('hole-traps', 'coordinator-epoch: a coordinator that has moved filled last'),
    bugs: ['fillers go out with a coordinator’s epoch of our own'],
  },
  {
    name: 'prefill-swap',
    harm:
      'A batch of records and one of a prefix share a range of sequences: answered as fine, and the ' +
      'records are not there.',
    remedy: 'Where a copy begins is decided once, in the ledger.',
    scenarios: simulated('prefix', 'two workers that would begin elsewhere begin where the ledger was told'),
    bugs: ['the last decision in the ledger wins', 'a worker acts on its own decision'],
  },
];
