/**
 * How the parts that ship are bundled, each as settings for Vite: the window's page, the shell, its preload, and the engine process. The engine keeps
 * its folders, since it starts workers and finds native modules beside its files; packages stay outside of it.
 */
import { builtinModules } from 'node:module';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import react from '@vitejs/plugin-react';
import type { InlineConfig, Plugin } from 'vite';

/** The oldest that Electron and the page have to run on. */
const chromeTarget = 'chrome146';
const nodeTarget = 'node24';

export const bundleNames = ['renderer', 'main', 'preload', 'engine'] as const;
export type BundleName = (typeof bundleNames)[number];

/** Folders whose change makes a bundle stale. */
export const bundleSources: Readonly<Record<BundleName, readonly string[]>> = {
  renderer: ['renderer', 'app/wire', 'app/link', 'app/domain', 'build/bundle'],
  main: ['main', 'app', 'build/bundle'],
  preload: ['main', 'app/wire', 'build/bundle'],
  engine: ['main/engine', 'app', 'native-workers', 'build/bundle'],
};

/** A file that is there when the bundle is. */
export const bundleMark: Readonly<Record<BundleName, string>> = {
  renderer: 'out/renderer/index.html',
  main: 'out/main/main.js',
  preload: 'out/main/preload.cjs',
  engine: 'out/engine/main/engine/entry.js',
};

/** Programs that the engine starts by their address, beside its own entry. */
const enginePrograms = [
  'main/engine/entry',
  'app/daemon/bin',
  'app/adapters/catalog/catalog-worker',
  'app/adapters/disk/disk-worker',
  'app/adapters/watcher/watch-process',
  'app/localnet/network/verify-worker',
  'native-workers/pool/worker',
];

function outside(root: string): (string | RegExp)[] {
  const { dependencies } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')) as {
    readonly dependencies: Readonly<Record<string, string>>;
  };
  const packages = Object.keys(dependencies).map((name) => new RegExp(`^${name}(/|$)`));
  return ['electron', /^electron\//, /^node:/, ...builtinModules, ...packages];
}

/** Addresses of programs are written with the ending that source has; what ships has another one. */
const builtAddresses: Plugin = {
  name: 'built-addresses',
  transform: {
    filter: { id: /\.ts$/ },
    handler: (code) =>
      code.replaceAll(/new URL\((['"]\.[^'"]+)\.ts(['"]), import\.meta\.url\)/g, 'new URL($1.js$2, import.meta.url)'),
  },
};

/** What is not in `external` is bundled, so that the packed app needs no package that only building needs. */
const quiet = { configFile: false, logLevel: 'warn', envDir: false, ssr: { noExternal: true } } as const;

export function bundleOf(name: BundleName, root: string): InlineConfig {
  switch (name) {
    case 'renderer':
      return {
        ...quiet,
        root: join(root, 'renderer'),
        base: './',
        plugins: [react()],
        build: {
          outDir: join(root, 'out/renderer'),
          emptyOutDir: true,
          target: chromeTarget,
          // The page's policy takes files of its own origin and nothing written into the page.
          assetsInlineLimit: 0,
          // It comes from this computer: one file is as good as ten.
          chunkSizeWarningLimit: 2_000,
          modulePreload: { polyfill: false },
          reportCompressedSize: false,
        },
      };
    case 'main':
      return {
        ...quiet,
        root,
        build: {
          ssr: true,
          target: nodeTarget,
          outDir: 'out/main',
          emptyOutDir: false,
          minify: false,
          rolldownOptions: {
            input: { main: join(root, 'main/main.ts') },
            external: outside(root),
            // One file: it finds everything else by where it lies.
            output: { format: 'es', entryFileNames: '[name].js', codeSplitting: false },
          },
        },
      };
    case 'preload':
      return {
        ...quiet,
        root,
        build: {
          ssr: true,
          target: chromeTarget,
          outDir: 'out/main',
          emptyOutDir: false,
          minify: false,
          rolldownOptions: {
            input: { preload: join(root, 'main/preload/preload.ts') },
            external: ['electron'],
            // A sandboxed preload is one CommonJS file that requires nothing but 'electron'.
            output: { format: 'cjs', entryFileNames: '[name].cjs', codeSplitting: false },
          },
        },
      };
    case 'engine':
      return {
        ...quiet,
        root,
        plugins: [builtAddresses],
        build: {
          ssr: true,
          target: nodeTarget,
          outDir: 'out/engine',
          emptyOutDir: true,
          minify: false,
          rolldownOptions: {
            input: Object.fromEntries(enginePrograms.map((path) => [path, join(root, `${path}.ts`)])),
            external: outside(root),
            output: {
              format: 'es',
              preserveModules: true,
              preserveModulesRoot: root,
              entryFileNames: '[name].js',
            },
          },
        },
      };
  }
}
