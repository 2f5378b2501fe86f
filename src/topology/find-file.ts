// Finds a file in a folder or the nearest one above it. The file system is a parameter.
import { dirname, join } from 'node:path';

/** The path of the nearest `name` from `folder` (absolute) upward; undefined where there is none. */
export function findFileUpward(
  name: string,
  folder: string,
  exists: (path: string) => boolean,
): string | undefined {
  for (let at = folder; ; at = dirname(at)) {
    const path = join(at, name);
    if (exists(path)) return path;
    if (dirname(at) === at) return undefined;
  }
}
