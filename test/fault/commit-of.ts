// Which state of the tree a report is about.
import { execFileSync } from 'node:child_process';

/** The commit of the tree, with `+` where files differ from it. */
export function commitOf(): string {
  const git = (...args: string[]) =>
    execFileSync('git', args, { cwd: import.meta.dirname, encoding: 'utf8', stdio: 'pipe' }).trim();
  try {
    const changed = git('status', '--porcelain', '--untracked-files=no') === '' ? '' : '+';
    return `${git('rev-parse', '--short=12', 'HEAD')}${changed}`;
  } catch {
    return '? (no git)';
  }
}
