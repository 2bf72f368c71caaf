/**
 * Every optional dependency that the lock names must itself be in the lock, else `npm ci` refuses it on a fresh machine.
 * `npm install` writes such a lock without complaint when a release was published with only part of its platform packages.
 */
import { readFileSync } from 'node:fs';

interface LockedPackage {
  readonly optionalDependencies?: Readonly<Record<string, string>>;
}

/** Names `where -> dependency` of every optional dependency that the lock lacks. */
export function missingFromLock(lock: {
  readonly packages: Readonly<Record<string, LockedPackage>>;
}): readonly string[] {
  const places = new Set(Object.keys(lock.packages));
  const isLocked = (place: string, name: string): boolean => {
    for (let base = place; ; base = base.slice(0, Math.max(0, base.lastIndexOf('node_modules/') - 1))) {
      if (places.has(`${base ? `${base}/` : ''}node_modules/${name}`)) return true;
      if (base === '') return false;
    }
  };
  return Object.entries(lock.packages).flatMap(([place, locked]) =>
    Object.keys(locked.optionalDependencies ?? {})
      .filter((name) => !isLocked(place, name))
      .map((name) => `${place || '.'} -> ${name}`),
  );
}

if (import.meta.main) {
  const missing = missingFromLock(JSON.parse(readFileSync(process.argv[2] ?? 'package-lock.json', 'utf8')));
  console.log(missing.length ? `missing from the lock:\n${missing.join('\n')}` : 'lock: complete');
  process.exitCode = missing.length ? 1 : 0;
}
