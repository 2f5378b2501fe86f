// Faults of the link between the regions: cut in every way, slow, narrow, stalling.
import { setTimeout as sleep } from 'node:timers/promises';
import type { LinkChange } from '../../../lab/lab-types.ts';
import { CausewayError } from '../../../src/base/errors.ts';
import { calmRttMs, type CampaignWorld } from '../campaign-world.ts';
import { sourceRegion, targetRegion } from '../topic-roles.ts';
import type { FaultKind, OpenFault } from './fault-kind.ts';

const calm: LinkChange = { cut: null, rttMs: calmRttMs, jitterMs: 0, bandwidthBytesPerSecond: null };
const narrowBytesPerSecond = 8_000;
const silentMs = 1_200;

const kindOf = (
  name: string,
  weight: number,
  begin: FaultKind['begin'],
  more: Partial<FaultKind> = {},
): FaultKind => ({ name: `link ${name}`, family: 'network', weight, things: ['link'], begin, ...more });

const heal = ({ lab }: CampaignWorld) => lab.wan.set(sourceRegion, targetRegion, calm);

function wasNotThere(error: unknown): undefined {
  if (!(error instanceof CausewayError)) throw error;
  return undefined;
}

/** How long the source takes to answer from afar; undefined: it did not, for a while, or was not there. */
async function answeredWithinMs(world: CampaignWorld, broker?: number): Promise<number | undefined> {
  const began = performance.now();
  const asked = (async () => {
    if (broker === undefined) await world.sourceFromAfar.metadata([]);
    else (await world.sourceFromAfar.connect(broker)).destroy('asked');
    return performance.now() - began;
  })().catch(wasNotThere);
  return Promise.race([asked, sleep(silentMs, undefined, { ref: false })]);
}

/** Sets the link; took effect where the source is silent, or slow, from then on. */
const changed =
  (text: string, change: LinkChange, seen: (ms: number | undefined) => boolean, from?: string) =>
  async (world: CampaignWorld): Promise<OpenFault> => {
    const { wan } = world.lab;
    if (from === undefined) await wan.set(sourceRegion, targetRegion, change);
    else await wan.set(from, from === sourceRegion ? targetRegion : sourceRegion, change, { oneWay: true });
    const tookEffect = seen(await answeredWithinMs(world));
    return { text, tookEffect: () => tookEffect, mend: () => heal(world) };
  };

const isSilent = (ms: number | undefined): boolean => ms === undefined;

/** `step` again and again, until it is mended. */
async function again(world: CampaignWorld, text: string, step: () => Promise<boolean>): Promise<OpenFault> {
  let [isOver, times] = [false, 0];
  const steps = async () => {
    while (!isOver) if (await step()) times += 1;
  };
  const running = steps();
  return {
    text,
    tookEffect: () => times > 0,
    mend: async () => {
      isOver = true;
      await running;
      await heal(world);
    },
  };
}

export const networkKinds: readonly FaultKind[] = [
  kindOf('cut, a black hole', 4, changed('link cut without a word', { cut: 'hold' }, isSilent)),
  kindOf('cut, refused', 2, changed('link cut with resets', { cut: 'reset' }, isSilent)),
  kindOf('cut one way, requests', 2, changed('no request passes', { cut: 'hold' }, isSilent, targetRegion)),
  kindOf('cut one way, answers', 2, changed('no answer passes', { cut: 'hold' }, isSilent, sourceRegion)),
  kindOf('cut for 43 s', 1, changed('link cut for 43 s', { cut: 'hold' }, isSilent), {
    lastsMs: [43_000, 43_001],
  }),
  kindOf('half cut: data cut, control open', 3, async (world, random) => {
    // Whoever asks the broker that is left is told everything, and leaders elsewhere are out of reach.
    const left = 1 + random.int(3);
    const cut = [1, 2, 3].filter((broker) => broker !== left);
    for (const broker of cut) await world.lab.wan.isolate(sourceRegion, broker);
    const tookEffect = isSilent(await answeredWithinMs(world, cut[0]));
    const mend = async () => {
      for (const broker of cut) await world.lab.wan.join(sourceRegion, broker);
    };
    return { text: `brokers ${cut.join(' and ')} out of reach`, tookEffect: () => tookEffect, mend };
  }),
  kindOf('flapping', 3, (world, random) =>
    again(world, 'link cut and joined again and again', async () => {
      const cut = random.int(2) === 0 ? 'hold' : 'reset';
      await world.lab.wan.set(sourceRegion, targetRegion, { cut });
      await sleep(200 + random.int(1_500));
      await heal(world);
      await sleep(100 + random.int(1_000));
      return true;
    }),
  ),
  kindOf('resets', 4, (world, random) =>
    again(world, 'every connection over the link reset, again and again', async () => {
      await world.lab.wan.set(sourceRegion, targetRegion, { cut: 'reset' });
      await heal(world);
      await sleep(300 + random.int(2_500));
      return true;
    }),
  ),
  kindOf('loss by stall', 3, (world, random) =>
    again(world, 'link stalls as with lost packets', async () => {
      const stallMs = 200 + random.int(1_500);
      await world.lab.wan.set(sourceRegion, targetRegion, { cut: 'hold' });
      const asked = answeredWithinMs(world);
      await sleep(stallMs);
      await heal(world);
      const answeredMs = await asked;
      await sleep(50 + random.int(500));
      return answeredMs === undefined || answeredMs > stallMs / 2;
    }),
  ),
  kindOf('10 to 300 ms', 2, async (world, random) => {
    const rttMs = 10 + random.int(290);
    const isSlow = (ms: number | undefined) => ms === undefined || ms >= rttMs * 0.8;
    return changed(`round trip ${rttMs} ms`, { rttMs, jitterMs: 20 }, isSlow)(world);
  }),
  kindOf('64 kbit/s', 2, async (world) => {
    await world.lab.wan.set(sourceRegion, targetRegion, { bandwidthBytesPerSecond: narrowBytesPerSecond });
    const passed = async () =>
      (await world.lab.wan.status()).find(({ from }) => from === sourceRegion)?.bytes ?? 0;
    const [before, began] = [await passed(), performance.now()];
    let tookEffect = false;
    return {
      text: 'link of 64 kbit/s',
      tookEffect: () => tookEffect,
      mend: async () => {
        const perSecond = ((await passed()) - before) / ((performance.now() - began) / 1_000);
        tookEffect = perSecond > 0 && perSecond < narrowBytesPerSecond * 1.5;
        await heal(world);
      },
    };
  }),
];
