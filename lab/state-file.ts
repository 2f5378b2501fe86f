// One small file per lab that runs, so that the next start finds and ends what a killed one left behind.
import { mkdirSync, readdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { labFoldersFolder, stateFolder } from './folders.ts';
import { killProcessesOfLab, processStart } from './process-table.ts';

export interface LabState {
  readonly id: string;
  /** `lab` for the one that commands talk to, `test` for those of tests. */
  readonly kind: string;
  /** The process that holds the lab, and when that process began. */
  readonly pid: number;
  readonly processStart: string | undefined;
  readonly startedAtMs: number;
  readonly folder: string;
  /** Deleted with the lab. */
  readonly dataFolders: readonly string[];
  /** Socket that takes commands; absent while the lab starts, and for labs of tests. */
  readonly controlSocket?: string;
}

/** The kind of the one that commands talk to. */
export const labKind = 'lab';

const labFoldersKept = 12;
const fileOf = (labId: string) => join(stateFolder(), `${labId}.json`);

export function writeState(state: LabState): void {
  mkdirSync(stateFolder(), { recursive: true });
  // Under another name first: whoever reads it meanwhile finds all of it or nothing.
  const staging = `${fileOf(state.id)}.${process.pid}`;
  writeFileSync(staging, `${JSON.stringify(state, undefined, 2)}\n`);
  renameSync(staging, fileOf(state.id));
}

export function readStates(): LabState[] {
  return fileNames(stateFolder())
    .filter((name) => name.endsWith('.json'))
    .flatMap((name) => {
      const text = textIfThere(join(stateFolder(), name));
      return text === undefined ? [] : [JSON.parse(text) as LabState];
    });
}

/** True while the very process that wrote the state lives. */
export const holderLives = (state: LabState): boolean =>
  state.processStart !== undefined && processStart(state.pid) === state.processStart;

/**
 * Of the labs that commands talk to, the one whose process lives; the oldest, while a second finds out and
 * ends.
 */
export function findRunningLab(): LabState | undefined {
  const running = readStates().filter((state) => state.kind === labKind && holderLives(state));
  return running.sort((a, b) => a.startedAtMs - b.startedAtMs || a.id.localeCompare(b.id))[0];
}

/** Ends every process of the lab, deletes its data and its state file; logs stay. Idempotent. */
export function clearLab(state: Pick<LabState, 'id' | 'dataFolders'>): number[] {
  const killed: number[] = [];
  // Once more until nothing is found: a process may have been under way to its start.
  for (let found = killProcessesOfLab(state.id); found.length > 0; found = killProcessesOfLab(state.id)) {
    killed.push(...found);
  }
  for (const folder of state.dataFolders) rmSync(folder, { recursive: true, force: true });
  rmSync(fileOf(state.id), { force: true });
  return [...new Set(killed)];
}

/** Clears the labs whose holder is gone, and all but the newest folders of logs. Returns what it ended. */
export function clearLeftovers(): { readonly labs: number; readonly processes: number } {
  const left = readStates().filter((state) => !holderLives(state));
  const processes = left.reduce((sum, state) => sum + clearLab(state).length, 0);
  const living = new Set(readStates().map((state) => state.id));
  const old = fileNames(labFoldersFolder)
    .filter((name) => !living.has(name))
    .sort()
    .slice(0, -labFoldersKept);
  for (const name of old) rmSync(join(labFoldersFolder, name), { recursive: true, force: true });
  return { labs: left.length, processes };
}

function fileNames(folder: string): string[] {
  try {
    return readdirSync(folder);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return [];
    throw error;
  }
}

function textIfThere(path: string): string | undefined {
  try {
    const text = readFileSync(path, 'utf8');
    return text === '' ? undefined : text;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
    throw error;
  }
}
