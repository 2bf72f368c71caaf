/**
 * The account of a home as it comes and goes: none yet, opening, open, locked, failed. Holds the host while it is open, and an embedded network that was
 * started before there was an account. Nothing here forgets a phrase, and none is written over another.
 */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Fault, faultOf } from '../../domain/fault.ts';
import type { RecoverReport } from '../../engine/engine.ts';
import type { AccountPhase } from '../../wire/account.ts';
import { setUpHome } from '../commands/account.ts';
import { readConfig, type HomeConfig } from '../config.ts';
import { startEmbeddedNetwork, type EmbeddedNetwork, type NetworkDoor } from '../embedded-network.ts';
import { openHost, type Host, type HostOptions } from '../host.ts';

export interface HolderOptions {
  readonly home: string;
  readonly passphrase: () => Promise<string | undefined>;
  readonly host: Pick<HostOptions, 'log' | 'onPoint' | 'power' | 'isHeld'>;
  /** The network of another home to join, when a local account is made. */
  readonly localnet: string | undefined;
  /** For a home whose account was made without a window. */
  readonly deviceName: string;
  readonly onChange: () => void;
  /** Opened, and not yet ready: what it says of its work can be heard from here on. */
  readonly onHost: (host: Host) => void;
  /** Opened and ready: begin to work. What it throws counts as a failed opening. */
  readonly onOpen: (host: Host) => Promise<void>;
  readonly onClose: () => Promise<void>;
  readonly signal: AbortSignal;
}

/** What an account of a home begins with. */
export interface SetUp {
  readonly config: HomeConfig;
  readonly phrase: string;
  readonly passphrase: string | undefined;
  readonly deviceName: string;
}

export class AccountHolder {
  readonly #options: HolderOptions;
  #phase: AccountPhase = 'none';
  #fault: Fault | undefined;
  #host: Host | undefined;
  #network: Promise<EmbeddedNetwork> | undefined;
  #opening: Promise<void> = Promise.resolve();
  #passphrase: string | undefined;
  #deviceName: string | undefined;

  constructor(options: HolderOptions) {
    this.#options = options;
  }

  get phase(): AccountPhase {
    return this.#phase;
  }
  get fault(): Fault | undefined {
    return this.#fault;
  }
  /** The host, when there is one already. */
  get open(): Host | undefined {
    return this.#host;
  }
  readonly passphrase = async (): Promise<string | undefined> => this.#passphrase ?? (await this.#options.passphrase());

  /** The host, waiting for one that is being opened. */
  async host(): Promise<Host> {
    await this.#opening;
    if (this.#host) return this.#host;
    throw this.#fault ?? new Fault('no-account', 'after-user', 'There is no account in this home yet.');
  }

  /** Opens the home if it has an account. Resolves when it is open, locked or failed. */
  begin(passphrase?: string): Promise<void> {
    if (this.#phase === 'open' || readConfig(this.#options.home) === undefined) return this.#opening;
    if (passphrase !== undefined) this.#passphrase = passphrase;
    return this.#change(async () => {
      await this.#openOwn({});
    });
  }

  /** Keeps the phrase and begins to open; what becomes of that is told by `phase`. */
  async create(setUp: SetUp): Promise<void> {
    await this.#opening;
    await this.#keep(setUp);
    void this.begin();
  }

  /** Looks on chain first: a phrase that has no account there is not kept. */
  async recover(setUp: SetUp, signal: AbortSignal): Promise<RecoverReport> {
    await this.#opening;
    const { phrase } = setUp;
    if (readConfig(this.#options.home) === undefined) {
      await this.#lookFor(setUp, signal);
      await this.#keep(setUp);
    }
    let report: RecoverReport | undefined;
    await this.#change(async () => {
      await this.#close();
      report = await this.#openOwn({
        setsDamageAside: true,
        first: async (host) => {
          if ((await host.vault.phrase()) !== phrase)
            throw new Fault('already-exists', 'after-user', 'This home belongs to another phrase already.');
          return host.engine.recover(signal);
        },
      });
    });
    if (!report) throw this.#fault ?? new Error('an opened home has a report');
    return report;
  }

  /** The embedded network of this home, started when first asked for. */
  async door(): Promise<NetworkDoor | undefined> {
    const config = readConfig(this.#options.home);
    if (config?.localnet !== undefined || (config === undefined && this.#options.localnet !== undefined))
      return undefined;
    this.#network ??= startEmbeddedNetwork({ dir: join(this.#options.home, 'localnet') });
    try {
      return (await this.#network).door;
    } catch (error) {
      this.#network = undefined;
      throw error;
    }
  }

  async close(): Promise<void> {
    await this.#opening;
    await this.#close();
    const network = this.#network;
    this.#network = undefined;
    await (await network?.catch(() => undefined))?.close();
  }

  async #keep({ config, phrase, passphrase, deviceName }: SetUp): Promise<void> {
    if (this.#phase !== 'none')
      throw new Fault(
        'already-exists',
        'after-user',
        'This home has an account already. Choose another home for a second one.',
      );
    this.#passphrase = passphrase;
    this.#deviceName = deviceName;
    const { home, host } = this.#options;
    await setUpHome({ home, passphrase: this.passphrase, isHeld: host.isHeld }, config, phrase);
  }

  #change(work: () => Promise<void>): Promise<void> {
    this.#phase = 'opening';
    this.#fault = undefined;
    this.#options.onChange();
    this.#opening = work()
      .then(
        () => void (this.#phase = 'open'),
        (error: unknown) => {
          const fault = faultOf(error);
          if (!fault) throw error;
          this.#fault = fault;
          const isLocked = fault.code === 'vault-locked' || fault.code === 'vault-refused';
          this.#phase = isLocked ? 'locked' : 'failed';
        },
      )
      .finally(() => this.#options.onChange());
    return this.#opening;
  }

  async #openOwn<T>(options: {
    readonly setsDamageAside?: boolean;
    readonly first?: (host: Host) => Promise<T>;
  }): Promise<T | undefined> {
    const { home, host: given, signal } = this.#options;
    const config = readConfig(home);
    const door = config?.network === 'local' ? await this.door() : undefined;
    const host = await openHost({
      ...given,
      home,
      passphrase: this.passphrase,
      door,
      ...(options.setsDamageAside === undefined ? {} : { setsDamageAside: options.setsDamageAside }),
    });
    try {
      this.#options.onHost(host);
      const first = await options.first?.(host);
      await host.engine.chooseDevice(this.#deviceName ?? this.#options.deviceName, signal);
      if (host.config.network === 'local') await host.engine.fund(signal);
      this.#host = host;
      await this.#options.onOpen(host);
      return first;
    } catch (error) {
      this.#host = undefined;
      await host.close();
      throw error;
    }
  }

  /** Throws 'not-found' when the phrase has no account on the network. The look leaves nothing behind. */
  async #lookFor({ config, phrase }: SetUp, signal: AbortSignal): Promise<void> {
    const home = await mkdtemp(join(tmpdir(), 'floe-look-'));
    try {
      const host = await openHost({
        ...this.#options.host,
        home,
        isHeld: false,
        passphrase: () => Promise.resolve(undefined),
        visitor: { config, phrase },
        door: config.network === 'local' ? await this.door() : undefined,
      });
      try {
        const { devices } = await host.engine.devices(signal);
        if (devices.length === 0)
          throw new Fault(
            'not-found',
            'after-user',
            'This phrase has no Floe account on this network. Check the words and the network.',
          );
      } finally {
        await host.close();
      }
    } finally {
      await rm(home, { recursive: true, force: true });
    }
  }

  async #close(): Promise<void> {
    const host = this.#host;
    this.#host = undefined;
    if (!host) return;
    await this.#options.onClose();
    await host.close();
  }
}
