// `npm run benchmark:priorities`: three mirror sets on a link of 20 Mbit/s, and what each of them gets while
// the link cannot carry all. Prints a small report and writes the results.
import { kafkaClasspath } from '../../lab/jars.ts';
import { startLab } from '../../lab/lab.ts';
import { type SetShare, CrowdedLink } from '../../test/fixtures/crowded-link.ts';
import { describeMachine } from '../report/machine.ts';
import { writeResults } from '../report/results.ts';
import { tableText } from '../report/table.ts';

const megabit = 125_000;
const MB = 1_000_000;
const linkBytesPerSecond = 20 * megabit;
const rttMs = 80;
/** From a change of the loads until it is measured, and the measuring. */
const settleMs = 5_000;
const settleMsMax = 20_000;
const phaseMs = 15_000;
const sliceMs = 1_000;

const sets = [
  { name: 'first', priority: 1, partitions: 2 },
  { name: 'second', priority: 2, partitions: 2 },
  { name: 'third', priority: 3, partitions: 2 },
  { name: 'history', priority: 1, partitions: 2 },
];

interface Phase {
  readonly name: string;
  readonly shares: readonly SetShare[];
  /** MB/s of every set, second by second. */
  readonly overTime: readonly Readonly<Record<string, number>>[];
}

const say = (line: string) => process.stderr.write(`${line}\n`);

/** The first has caught up with what the phase before has left, unless it never can. */
async function settle(link: CrowdedLink): Promise<void> {
  const isUpToDate = ({ set, ageMs }: SetShare) => set !== 'first' || ageMs < rttMs * 5;
  for (let ms = 0; ms < settleMsMax; ms += settleMs) {
    const shares = await link.measure(settleMs);
    if (shares.every(isUpToDate)) return;
  }
}

async function measure(link: CrowdedLink, name: string): Promise<Phase> {
  say(name);
  await settle(link);
  const slices: SetShare[][] = [];
  for (let ms = 0; ms < phaseMs; ms += sliceMs) slices.push(await link.measure(sliceMs));
  const overTime = slices.map((slice) =>
    Object.fromEntries(slice.map(({ set, bytesPerSecond }) => [set, bytesPerSecond / MB])),
  );
  const shares = sets.map(({ name: set }) => {
    const own = slices.flatMap((slice) => slice.filter((share) => share.set === set));
    const ages = own.map(({ ageMs }) => ageMs).toSorted((a, b) => a - b);
    return {
      set,
      bytesPerSecond: own.reduce((sum, { bytesPerSecond }) => sum + bytesPerSecond, 0) / own.length,
      ageMs: ages[Math.floor(ages.length / 2)] ?? 0,
      ageMsMax: Math.max(...own.map(({ ageMsMax }) => ageMsMax)),
    };
  });
  const phase = { name, shares, overTime };
  process.stdout.write(`\n${phaseText(phase)}\n`);
  return phase;
}

function phaseText({ name, shares }: Phase): string {
  const rows = shares
    .filter(({ bytesPerSecond }) => bytesPerSecond > 0)
    .map(({ set, bytesPerSecond, ageMs, ageMsMax }) => {
      const { priority } = sets.find((each) => each.name === set) ?? {};
      const share = Math.round((bytesPerSecond * 100) / linkBytesPerSecond);
      return [set, priority, bytesPerSecond / MB, `${share} %`, ageText(ageMs), ageText(ageMsMax)];
    });
  const header = ['mirror set', 'priority', 'MB/s', 'of the link', 'behind by', 'at most'];
  return `${name}\n${tableText(header, rows)}`;
}

const ageText = (ms: number): string =>
  ms < 1_000 ? `${Math.round(ms)} ms` : `${(ms / 1_000).toFixed(1)} s`;

async function main(): Promise<void> {
  const at = new Date();
  const links = [{ from: 'eu-west', to: 'us-east', rttMs, bandwidthBytesPerSecond: linkBytesPerSecond }];
  await using lab = await startLab({ links, onProgress: say });
  await using link = await CrowdedLink.open(lab, sets);
  const offer = (rates: Readonly<Record<string, number>>) => {
    for (const [set, load] of link.loads) load.bytesPerSecond = rates[set] ?? 0;
  };
  for (const set of ['first', 'second', 'third']) link.resume(set);
  const phases: Phase[] = [];
  offer({ first: 2.8 * MB, second: 2 * MB, third: 2 * MB });
  phases.push(await measure(link, 'all three have more than the link carries'));
  offer({ first: 0.25 * MB, second: 2 * MB, third: 2 * MB });
  phases.push(await measure(link, 'the first has little'));
  offer({ first: 0.25 * MB });
  await link.loads.get('history')?.history(120 * MB);
  link.resume('history');
  phases.push(await measure(link, 'the first has little, and a history of the same priority is copied'));
  link.limitBytesPerSecond = 8 * megabit;
  link.engine.steerAgain();
  phases.push(await measure(link, 'the same, and the link has a limit of 8 Mbit/s (1 MB/s)'));
  const settings = { linkBytesPerSecond, rttMs, sets, phaseMs };
  const machine = describeMachine(await kafkaClasspath());
  say(`written: ${writeResults('priorities', at, { at, machine, settings, phases })}`);
}

await main();
process.exit();
