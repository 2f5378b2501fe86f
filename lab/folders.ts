// Where the lab keeps things: jars and logs under `.cache` of the repository, brokers' data in a temporary
// folder.
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

export const repositoryFolder = fileURLToPath(new URL('..', import.meta.url));
export const cacheFolder = join(repositoryFolder, '.cache');
/**
 * One JSON file per lab that runs, or that was killed before it could clean up. Tests of the commands take
 * another folder, so that they never meet the lab that somebody works with.
 */
export const stateFolder = (): string =>
  process.env['CAUSEWAY_LAB_STATE_FOLDER'] ?? join(cacheFolder, 'lab', 'state');
/** One folder per lab: logs, broker settings, topology files. The newest few are kept. */
export const labFoldersFolder = join(cacheFolder, 'lab', 'runs');

/** The brokers' data of one lab; its name holds the lab's id. */
export const dataFolderOf = (labId: string): string => join(tmpdir(), `causeway-lab-${labId}`);
