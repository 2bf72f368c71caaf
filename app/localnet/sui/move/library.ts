/** Every Move function that a transaction may call here, bound to one ledger's package ids. */
import { blobFunctions } from './modules/blob.ts';
import { coinFunctions } from './modules/coin.ts';
import { exchangeFunctions } from './modules/exchange.ts';
import { frameworkFunctions } from './modules/framework.ts';
import { metadataFunctions } from './modules/attributes.ts';
import { poolFunctions } from './modules/pool.ts';
import { poolReadFunctions } from './modules/pool-reads.ts';
import { stakingNodeFunctions } from './modules/stake.ts';
import { stakingFunctions } from './modules/staking.ts';
import { storageFunctions } from './modules/storage.ts';
import { systemFunctions } from './modules/system.ts';
import { moveAbort } from './failure.ts';
import { bindFunction } from './function.ts';
import type { MoveFunction } from './function.ts';
import { stdAddress, suiAddress } from './world.ts';
import type { World } from './world.ts';

/** Modules that the first Walrus package did not have yet. */
const laterModules: ReadonlySet<string> = new Set(['storage_pool']);

export class Library {
  readonly #functions = new Map<string, MoveFunction>();
  readonly #packages: ReadonlySet<string>;
  readonly #world: World;

  constructor(world: World) {
    this.#world = world;
    const all = [
      coinFunctions,
      frameworkFunctions,
      systemFunctions,
      storageFunctions,
      blobFunctions,
      metadataFunctions,
      poolFunctions,
      poolReadFunctions,
      stakingFunctions,
      stakingNodeFunctions,
      exchangeFunctions,
    ].flat();
    for (const declaration of all) {
      const bound = bindFunction(declaration, world);
      this.#functions.set(`${bound.address}::${bound.module}::${bound.name}`, bound);
    }
    this.#packages = new Set([stdAddress, suiAddress, ...Object.values(world.packages)]);
  }

  hasPackage(id: string): boolean {
    return this.#packages.has(id);
  }

  /** The functions of a package, for listings. */
  inPackage(id: string): readonly MoveFunction[] {
    const { walrusCall, walrusType } = this.#world.packages;
    const address = id === walrusCall ? walrusType : id;
    return [...this.#functions.values()].filter((one) => one.address === address);
  }

  find(package_: string, module: string, name: string): MoveFunction | undefined {
    const { walrusCall, walrusType } = this.#world.packages;
    if (package_ === walrusType && laterModules.has(module)) return undefined;
    return this.#functions.get(`${package_ === walrusCall ? walrusType : package_}::${module}::${name}`);
  }

  /** The first Walrus package is still on chain, but refuses a state that a newer one migrated; so does the real one. */
  assertCurrent(package_: string, found: MoveFunction): void {
    if (package_ !== this.#world.packages.walrusType) return;
    if (found.module === 'system' || found.module === 'staking') {
      moveAbort(package_, `${found.module}::inner`, 'EWrongVersion');
    }
  }
}
