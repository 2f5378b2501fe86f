// Seeds of random worlds that broke once, and what that showed. They run in every test run, as long as their
// worlds are drawn as they were: where the drawing changes, they are only some worlds more.

export const keptSeeds: readonly { readonly seed: number; readonly showed: string }[] = [
  { seed: 56, showed: 'a core without any replica that has what was committed: the core was chosen wrongly' },
  { seed: 62, showed: 'a transaction that was ended at a leader which was deposed hangs for ever' },
  { seed: 985, showed: 'a log that will be truncated was held to a beginning that was decided after it' },
  {
    seed: 2112,
    showed: 'a late filler of a worker that was given up was taken for a copy that is not level',
  },
  {
    seed: 100055,
    showed: 'a produce request came once more after ten minutes, when the broker had forgotten its id',
  },
  {
    seed: 101081,
    showed:
      'a prefix that was begun before the topic was compacted was compared like data, and stopped a copy',
  },
  { seed: 101297, showed: 'a follower that was gone for good kept another one out of the replicas in sync' },
  { seed: 419, showed: 'a cleaner that came before the worker was told stopped a copy for good' },
  { seed: 106842, showed: 'a produce request came once more over the expiry of its id' },
  { seed: 100458, showed: 'the source lost more than a copy that is far behind may fill' },
  { seed: 101662, showed: 'three workers that fill the same holes are slow' },
  { seed: 204, showed: 'holes one by one over a slow network take longer than a few minutes' },
];
