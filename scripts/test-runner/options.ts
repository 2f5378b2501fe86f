// What a person may write behind `npm test --`: phases by --only, paths or parts of paths, --list.
import { type PhaseName, phases } from './phases.ts';

export interface TestOptions {
  readonly only: readonly PhaseName[];
  readonly filters: readonly string[];
  readonly list: boolean;
  readonly name: string | undefined;
}

export const usage = `npm test                          everything
npm test -- --only unit,brokers   these phases: ${phases.map(({ name }) => name).join(', ')}
npm test -- src/kafka cursor      only test files whose path contains one of these
npm test -- --name "tail check"   only tests whose name matches
npm test -- --list                the files of each phase, without running them`;

/** Reads the arguments; throws an Error with a text for people on anything unknown. */
export function readOptions(args: readonly string[]): TestOptions {
  const only: PhaseName[] = [];
  const filters: string[] = [];
  let list = false;
  let name: string | undefined;
  for (let index = 0; index < args.length; index += 1) {
    const arg = args[index] as string;
    if (arg === '--list') list = true;
    else if (arg === '--only') only.push(...phaseNames(args[++index]));
    else if (arg.startsWith('--only=')) only.push(...phaseNames(arg.slice('--only='.length)));
    else if (arg === '--name') name = mustValue(args[++index], '--name');
    else if (arg.startsWith('-')) throw new Error(`unknown option ${arg}\n\n${usage}`);
    else filters.push(arg.replace(/^\.\//, ''));
  }
  return { only, filters, list, name };
}

function phaseNames(text: string | undefined): PhaseName[] {
  return mustValue(text, '--only')
    .split(',')
    .map((wanted) => {
      const found = phases.find(({ name }) => name === wanted.trim());
      if (found === undefined) throw new Error(`there is no phase ${wanted}\n\n${usage}`);
      return found.name;
    });
}

function mustValue(text: string | undefined, option: string): string {
  if (text === undefined || text === '') throw new Error(`${option} needs a value\n\n${usage}`);
  return text;
}
