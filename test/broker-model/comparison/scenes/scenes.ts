// What random sequences do not reach: retention, the cleaner, expiry of producer ids, quotas. Each scene is
// played once on a real broker and on the model, side by side.
import type { ComparisonLab } from '../comparison-lab.ts';
import { Mismatch } from '../pair.ts';
import type { Totals } from '../totals.ts';
import { cleaner } from './cleaner.ts';
import { expiry } from './expiry.ts';
import { quotas } from './quotas.ts';
import { retention } from './retention.ts';
import { type Scene, Stage } from './stage.ts';

export const scenes: readonly Scene[] = [quotas, expiry, retention, cleaner];

/** Of a lab for scenes: ids expire soon after they may. */
export const sceneSettings = { 'producer.id.expiration.check.interval.ms': '200' };

export interface ScenesParts {
  readonly at: ComparisonLab;
  /** Begins the names of all topics. */
  readonly topic: string;
  readonly nowMs: number;
  readonly totals: Totals;
}

/** The first difference; undefined for none. */
export async function playScenes(parts: ScenesParts): Promise<Mismatch | undefined> {
  for (const [number, { name, config, play }] of scenes.entries()) {
    const stage = await Stage.open({ ...parts, name, config, topic: `${parts.topic}-scene-${number}` });
    try {
      await play(stage);
    } catch (error) {
      if (error instanceof Mismatch) return error;
      throw error;
    }
    await stage.close();
  }
  return undefined;
}
