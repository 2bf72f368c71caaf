/** Builds what ships into `out/`, each part only when its sources are newer than it. */
import { copyFileSync, existsSync, mkdirSync, readdirSync, statSync, utimesSync } from 'node:fs';
import { join } from 'node:path';
import { bundleMark, bundleNames, bundleOf, bundleSources, type BundleName } from './bundles.ts';

export { bundleNames, type BundleName } from './bundles.ts';

function newestMs(root: string, folder: string): number {
  const path = join(root, folder);
  if (!existsSync(path)) return 0;
  return readdirSync(path, { withFileTypes: true, recursive: true })
    .filter((entry) => entry.isFile() && !entry.name.endsWith('.test.ts'))
    .reduce((newest, entry) => Math.max(newest, statSync(join(entry.parentPath, entry.name)).mtimeMs), 0);
}

export function isStale(root: string, name: BundleName): boolean {
  const mark = join(root, bundleMark[name]);
  if (!existsSync(mark)) return true;
  const builtMs = statSync(mark).mtimeMs;
  return bundleSources[name].some((folder) => newestMs(root, folder) > builtMs);
}

/** The codec for this machine, where the built engine looks for it. */
function copyCodec(root: string): void {
  const place = `prebuilds/${process.platform}-${process.arch}`;
  const built = ['native-workers/build/Release/codec.node', `native-workers/${place}/codec.node`]
    .map((path) => join(root, path))
    .find((path) => existsSync(path));
  if (built === undefined) return;
  const folder = join(root, 'out/engine/native-workers', place);
  mkdirSync(folder, { recursive: true });
  copyFileSync(built, join(folder, 'codec.node'));
}

/** The drawn tray icons, beside the built shell. */
function copyIcons(root: string): void {
  const [from, to] = [join(root, 'build/package/icons'), join(root, 'out/main/icons')];
  mkdirSync(to, { recursive: true });
  for (const name of readdirSync(from).filter((each) => each.endsWith('.png')))
    copyFileSync(join(from, name), join(to, name));
}

/** Builds those of the named parts that are stale (or all of them), and tells which. */
export async function buildParts(
  root: string,
  names: readonly BundleName[] = bundleNames,
  { always = false }: { readonly always?: boolean } = {},
): Promise<readonly BundleName[]> {
  const stale = names.filter((name) => always || isStale(root, name));
  if (stale.length === 0) return [];
  // Loaded when there is something to build: an up-to-date start need not wait for it.
  const { build } = await import('vite');
  for (const name of stale) {
    await build(bundleOf(name, root));
    if (name === 'engine') copyCodec(root);
    if (name === 'main') copyIcons(root);
    const now = new Date();
    utimesSync(join(root, bundleMark[name]), now, now);
  }
  return stale;
}
