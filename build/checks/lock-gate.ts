/**
 * The lock file installs on a fresh machine: it is complete for every platform, and it names no download addresses, so that each machine fetches from
 * its own registry.
 */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { missingFromLock } from '../scripts/check-lock.ts';
import type { Gate } from './gate.ts';

interface Lock {
  readonly lockfileVersion: number;
  readonly packages: Readonly<
    Record<
      string,
      {
        readonly resolved?: string;
        readonly link?: boolean;
        readonly integrity?: string;
        readonly inBundle?: boolean;
        readonly optionalDependencies?: Readonly<Record<string, string>>;
      }
    >
  >;
}

export const lockGate: Gate = {
  name: 'lock',
  /** Locked packages here, not files. */
  filesMin: 350,
  async look(root) {
    const lock = JSON.parse(readFileSync(join(root, 'package-lock.json'), 'utf8')) as Lock;
    const installed = Object.entries(lock.packages).filter(
      ([place, locked]) => place.includes('node_modules/') && locked.link !== true && locked.inBundle !== true,
    );
    return {
      files: installed.length,
      problems: [
        ...missingFromLock(lock).map((each) => `${each}: named in the lock, but not locked; npm ci will refuse it`),
        ...installed.flatMap(([place, { resolved }]) =>
          resolved === undefined ? [] : [`${place}: names a download address (${resolved})`],
        ),
        ...installed.flatMap(([place, { integrity }]) =>
          integrity === undefined ? [`${place}: has no integrity`] : [],
        ),
      ],
    };
  },
};
