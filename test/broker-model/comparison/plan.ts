// When what befalls the cluster of one group: acts in front of each round of sequences.
import { pick, type Random } from '../../../src/base/random.ts';
import type { ClusterAct } from './acts.ts';

type Episode = (random: Random) => readonly (readonly ClusterAct[])[];

/** Rounds between two episodes. */
const quietRounds = 6;

/** Acts before each of `rounds` rounds; all brokers are up again behind the last. */
export function planOf(random: Random, brokers: number, rounds: number): ClusterAct[][] {
  const plan = Array.from({ length: rounds + 1 }, (): ClusterAct[] => []);
  const episodes = brokers === 1 ? alone : together;
  let kind = random.int(episodes.length);
  // The first is early, so that a short run has one.
  for (let at = 1; at <= rounds; kind += 1) {
    const episode = (episodes[kind % episodes.length] as Episode)(random);
    if (at + episode.length - 1 > rounds) break;
    for (const [after, acts] of episode.entries()) plan[at + after]?.push(...acts);
    at += episode.length + random.int(quietRounds * 2);
  }
  return plan;
}

/** Of a cluster with one broker. */
const alone: readonly Episode[] = (['stop', 'kill'] as const).map((kind) => () => [
  [
    { kind, broker: 1 },
    { kind: 'start', broker: 1 },
  ],
]);

const anyOf = (random: Random): number => 1 + random.int(3);

const together: readonly Episode[] = [
  (random) => {
    const broker = anyOf(random);
    return [[{ kind: 'kill', broker }], [{ kind: 'start', broker }]];
  },
  (random) => [[{ kind: 'moveCoordinator', to: anyOf(random) }]],
  (random) => {
    const broker = anyOf(random);
    return [[{ kind: 'stop', broker }], [{ kind: 'start', broker }]];
  },
  (random) => {
    const broker = anyOf(random);
    const dead = pick(
      random,
      [1, 2, 3].filter((id) => id !== broker),
    );
    return [
      [{ kind: 'freeze', broker }],
      [{ kind: 'takeOver', dead, thawed: broker }],
      [{ kind: 'start', broker: dead }],
    ];
  },
];
