// What the operator is told of a trouble, with what differs from run to run replaced.
import assert from 'node:assert/strict';
import { waitUntil } from '../fixtures/wait-until.ts';
import type { Trouble } from './trouble.ts';
import type { TroubleWorld } from './trouble-world.ts';

/** What `causeway mirrors explain` prints once it says all that it should. */
export async function explained(world: TroubleWorld, { topic, says, code }: Trouble): Promise<string> {
  let said = '';
  const missing = () => says.filter((pattern) => !pattern.test(unwrapped(said)));
  await waitUntil(
    `mirrors explain ${topic} to say it`,
    async () => {
      said = await world.mustCauseway('mirrors', 'explain', topic);
      return missing().length === 0;
    },
    { giveUpMs: 30_000, seen: () => ({ said, missing: missing().map(String) }) },
  );
  if (code !== undefined) assert.match(unwrapped(said), new RegExp(`what to do \\(${code}, `));
  return masked(said);
}

/** One paragraph per line. */
const unwrapped = (text: string): string => text.replaceAll(/\n {4}(?! )/g, ' ');

const shownIds = ['5L6g3nShT-eMCtK--X86sw', 'aQ0_zLxvSIyO1m2pJtYk7g'];

const masked = (text: string): string => {
  const ids = new Map<string, string>();
  const idOf = (id: string) => {
    const known = ids.get(id) ?? shownIds[ids.size] ?? id;
    ids.set(id, known);
    return known;
  };
  return text
    .replaceAll(/(?<=heard |stopped )[\d.]+\w+ ago/g, '0.5s ago')
    .replaceAll(/\n +verified: .*/g, '')
    .replaceAll(/(?<=topic id\s+|where\s+)[\w-]{22}(?=\s)/g, idOf)
    .replaceAll(/broker \d/g, 'broker 1')
    .trimEnd();
};
