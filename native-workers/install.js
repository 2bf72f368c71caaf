// Builds the native codec when a toolchain is there; never fails an install (with --strict, for CI, it does). Plain JavaScript: it also runs on an
// old system Node.
import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const here = dirname(fileURLToPath(import.meta.url));
const require = createRequire(import.meta.url);
const strict = process.argv.includes('--strict');

/** The headers that come with the Node runtime of the lock file; node-gyp would download others. */
function headers() {
  try {
    const system = process.platform === 'win32' ? 'win' : process.platform;
    const folder = dirname(require.resolve(`node-${system}-${process.arch}/package.json`));
    return existsSync(join(folder, 'include', 'node', 'node_api.h')) ? folder : undefined;
  } catch {
    return undefined;
  }
}

function builder() {
  try {
    return require.resolve('node-gyp/bin/node-gyp.js');
  } catch {
    return undefined;
  }
}

function build() {
  const gyp = builder();
  if (gyp === undefined) return 'node-gyp is not installed';
  const nodedir = headers();
  // Not 'rebuild': that deletes a working addon first, under the feet of who uses it.
  const options = [
    'configure',
    'build',
    '-C',
    here,
    '--jobs=max',
    ...(nodedir === undefined ? [] : [`--nodedir=${nodedir}`]),
  ];
  const run = spawnSync(process.execPath, [gyp, ...options], { encoding: 'utf8' });
  if (run.status === 0) return undefined;
  if (strict) console.warn(run.stdout + run.stderr);
  const said = run.stderr ?? run.error?.message ?? '';
  return (/gyp ERR! stack Error: (.*)/.exec(said)?.[1] ?? said.trim().split('\n')[0]) || 'the build failed';
}

const prebuilt = join(here, 'prebuilds', `${process.platform}-${process.arch}`, 'codec.node');
if (strict || !existsSync(prebuilt)) {
  const problem = build();
  if (problem === undefined) console.log('native-workers: native codec built');
  else
    console.warn(
      `native-workers: no native codec (${problem.trim()}); the portable one will be used, many times slower`,
    );
  if (problem !== undefined && strict) process.exitCode = 1;
}
