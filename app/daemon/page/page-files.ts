/**
 * The files of the built window, listed once: what is not in the list is not served, so no path can lead out of it. Without a build there is one plain
 * page that says how to make one.
 */
import { existsSync, readdirSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { extname, join, relative, sep } from 'node:path';

export interface PageFile {
  readonly type: string;
  read(): Promise<Uint8Array>;
}

const types: Readonly<Record<string, string>> = {
  '.css': 'text/css; charset=utf-8',
  '.html': 'text/html; charset=utf-8',
  '.js': 'text/javascript; charset=utf-8',
  '.json': 'application/json',
  '.png': 'image/png',
  '.svg': 'image/svg+xml',
  '.woff2': 'font/woff2',
};

const notBuilt = `<!doctype html><html lang="en"><meta charset="utf-8"><title>Floe</title>
<h1>Floe is running</h1><p>Its window has not been built yet. Stop Floe, run <code>npm run build</code>, and start it again.</p></html>`;

/** By path, such as '/index.html'; '/' is the page itself. */
export function listPageFiles(dir: string): ReadonlyMap<string, PageFile> {
  if (!existsSync(join(dir, 'index.html')))
    return new Map([['/', { type: 'text/html; charset=utf-8', read: () => Promise.resolve(Buffer.from(notBuilt)) }]]);
  const files = new Map<string, PageFile>();
  for (const entry of readdirSync(dir, { withFileTypes: true, recursive: true })) {
    const path = join(entry.parentPath, entry.name);
    const type = types[extname(entry.name)];
    if (!entry.isFile() || type === undefined) continue;
    const file = { type, read: () => readFile(path) };
    const address = `/${relative(dir, path).split(sep).join('/')}`;
    files.set(address, file);
    if (address === '/index.html') files.set('/', file);
  }
  return files;
}
