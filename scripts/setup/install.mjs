// npm packages exactly as in package-lock.json: installed when the lockfile differs from the one that the
// stamp in node_modules names. `npm ci` begins by removing node_modules, so an interrupted run leaves no
// stamp behind.
import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import process from 'node:process';

const nodeMajorWanted = 24;

/** Runs `npm ci` unless these packages are installed already. @param {string} root */
export function installPackages(root) {
  const wanted = wantedStamp(root);
  const stampPath = path.join(root, 'node_modules', '.causeway-setup');
  if (existsSync(stampPath) && readFileSync(stampPath, 'utf8') === wanted) return;
  process.stderr.write('• dependencies: npm ci, about a minute the first time\n');
  const [program, ...first] = npmCommand();
  const done = spawnSync(
    program,
    [...first, 'ci', '--include=dev', '--include=optional', '--no-audit', '--no-fund', '--loglevel=error'],
    { cwd: root, stdio: ['ignore', 2, 2], env: outsideNpm() },
  );
  if (done.error !== undefined) throw new Error(`npm cannot be started: ${done.error.message}`);
  if (done.status !== 0) {
    throw new Error(
      '`npm ci` failed; its reason stands above. Behind a proxy or with a mirror of the registry, look ' +
        'at `npm config list`.',
    );
  }
  mustRunNode24(root);
  writeFileSync(`${stampPath}.new`, wanted);
  renameSync(`${stampPath}.new`, stampPath);
  process.stderr.write('✔ dependencies\n');
}

/** The Node that runs the project’s TypeScript. @param {string} root */
export function projectNode(root) {
  const own = path.join(root, 'node_modules', '.bin', 'node');
  return existsSync(own) ? own : process.execPath;
}

function wantedStamp(root) {
  const lock = createHash('sha256')
    .update(readFileSync(path.join(root, 'package-lock.json')))
    .digest('hex');
  return `${lock} ${process.platform} ${process.arch}\n`;
}

/** npm with the Node that runs it: the one in node_modules/.bin is removed while `npm ci` works. */
function npmCommand() {
  const { npm_execpath: npm, npm_node_execpath: node } = process.env;
  return npm && node && existsSync(node) && npm.endsWith('.js') ? [node, npm] : ['npm'];
}

/**
 * Without what the outer npm tells its scripts: `npm test -- --only unit` must not become a setting of `npm
 * ci`.
 */
function outsideNpm() {
  const kept = Object.entries(process.env).filter(
    ([name]) =>
      !/^npm_(?!config_)/i.test(name) && !/^npm_config_(only|omit|include|production|dry_run)$/i.test(name),
  );
  return { ...Object.fromEntries(kept), NODE_ENV: '' };
}

function mustRunNode24(root) {
  const node = projectNode(root);
  const shown = spawnSync(node, ['--version'], { encoding: 'utf8' });
  const major = Number(/^v(\d+)\./.exec(shown.stdout ?? '')?.[1] ?? 0);
  if (major >= nodeMajorWanted) return;
  throw new Error(
    `Causeway runs on Node ${nodeMajorWanted}, an npm package for Linux (x64, arm64) and macOS (x64).\n` +
      `  On ${process.platform}-${process.arch} it did not come (the Node here is ${process.version}).\n` +
      `  Install Node ${nodeMajorWanted} or newer on this machine, then start the same command again.`,
  );
}
