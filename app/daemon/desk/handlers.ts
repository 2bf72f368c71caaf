/** One handler for each call of the contract. Input has been checked; what comes back is plain JSON. Paths are made safe where they touch a disk. */
import { mkdir } from 'node:fs/promises';
import { isAbsolute } from 'node:path';
import { makePhrase, parsePhrase } from '../../adapters/account/account.ts';
import { diskFault } from '../../adapters/disk/disk.ts';
import { Fault } from '../../domain/fault.ts';
import { parseDeviceId } from '../../domain/ids.ts';
import type { Engine, VersionLine as EngineVersion } from '../../engine/engine.ts';
import type { NetworkName } from '../../wire/account.ts';
import type { CallIn, Handlers } from '../../wire/contract.ts';
import { wireFault } from '../../wire/fault-form.ts';
import type { RestoreDone, VersionLine } from '../../wire/history.ts';
import type { TreeLine } from '../../wire/space.ts';
import { refuseHome } from '../commands/space.ts';
import type { HomeConfig } from '../config.ts';
import type { Host } from '../host.ts';
import { costHandlers } from './cost-handlers.ts';
import { betweenAndShown } from './between-passes.ts';
import type { DeskState } from './desk.ts';
import { lookIntoFolder } from './folders.ts';
import { keepingHandlers } from './keeping-handlers.ts';
import { leaseHandlers } from './lease-handlers.ts';
import { showShare } from './past-shares.ts';
import { previewLimits } from './previews.ts';
import { proofHandlers } from './proof-handlers.ts';
import { quoteOf } from './quotes.ts';
import { steeringHandlers } from '../steering-handlers.ts';
import { findProblems } from '../checkup.ts';

/** Payments told to a window; the chain has all of them. */
const paymentsMax = 500;
/** Problems told of one restore. */
const problemsMax = 200;
/** Words that prove a phrase was written down: fewer could be guessed. */
const provingWordsMin = 2;

const nothing = {};

export function makeHandlers(desk: DeskState): Handlers {
  const host = (): Promise<Host> => desk.holder.host();
  const engine = async (): Promise<Engine> => (await host()).engine;
  return {
    ...accountHandlers(desk, host),
    ...spaceHandlers(desk, host),
    ...historyHandlers(desk, engine),
    ...moneyHandlers(desk, host),
    ...keepingHandlers(desk, host),
    ...proofHandlers(desk, host),
    ...leaseHandlers(desk, host),
    ...steeringHandlers({
      engine,
      steered: () => desk.steered(),
      between: (work) => betweenAndShown(desk, work),
    }),
    ...costHandlers(desk, host),
    'sync.now': () =>
      done(() => {
        desk.holder.open?.engine.lookForDevices();
        desk.keeper?.wake();
      }),
    'activity.list': async ({ space, only, text, offset, limit }) => {
      await host();
      return desk.activity?.page({ space, only, text }, offset, limit) ?? { revision: 0, total: 0, offset, lines: [] };
    },
    'past.open': async ({ space, at, port, shows }) => {
      const url = await desk.shares.open(await engine(), { space, at, port });
      if (shows) showShare(url);
      return { url };
    },
    'past.close': async ({ url }) => {
      await desk.shares.close(url);
      return nothing;
    },
    'settings.set': (change) => {
      const given = Object.entries(change).filter(([, value]) => value !== undefined);
      const { settings } = desk.record.write({
        settings: { ...desk.record.read().settings, ...Object.fromEntries(given) },
      });
      desk.board.topics.settings.set(settings);
      return Promise.resolve(settings);
    },
    'doctor.run': async (_, signal) => ({
      checkedMs: desk.clock.now(),
      problems: await findProblems(await engine(), signal),
    }),
  };
}

function done(work: () => void): Promise<typeof nothing> {
  work();
  return Promise.resolve(nothing);
}

type Named<K extends keyof Handlers> = Pick<Handlers, K>;

function accountHandlers(
  desk: DeskState,
  host: () => Promise<Host>,
): Named<
  | 'account.create'
  | 'account.phrase'
  | 'account.confirm'
  | 'account.recover'
  | 'account.open'
  | 'device.list'
  | 'device.gone'
> {
  const configFor = (network: NetworkName): HomeConfig => ({
    version: 1,
    network,
    localnet: network === 'local' ? desk.options.localnet : undefined,
  });
  const phraseOf = async (): Promise<string> => {
    const phrase = await (await host()).vault.phrase();
    if (phrase === undefined) throw new Fault('no-account', 'after-user', 'No phrase is kept in this home.');
    return phrase;
  };
  const confirmed = (): void => {
    desk.record.write({ phraseConfirmedMs: desk.clock.now() });
    desk.board.showAccount();
    desk.board.refreshSoon();
  };
  return {
    'account.create': async ({ network, deviceName, passphrase }) => {
      const phrase = makePhrase();
      await desk.holder.create({ config: configFor(network), phrase, passphrase, deviceName });
      return { phrase };
    },
    'account.phrase': async () => {
      if (desk.record.read().phraseConfirmedMs !== undefined)
        throw new Fault('bad-input', 'never', 'The phrase was written down; it is not shown again.');
      return { phrase: await phraseOf() };
    },
    'account.confirm': async ({ words }) => {
      const phrase = (await phraseOf()).split(' ');
      const places = new Set(words.map(({ index }) => index));
      const isRight =
        places.size >= provingWordsMin && words.every(({ index, word }) => phrase[index] === word.trim().toLowerCase());
      if (isRight) confirmed();
      return { isRight };
    },
    'account.recover': async ({ network, phrase, deviceName, passphrase }, signal) => {
      const setUp = { config: configFor(network), phrase: parsePhrase(phrase), passphrase, deviceName };
      const { spaces, problems } = await desk.holder.recover(setUp, signal);
      confirmed();
      return {
        spaces: spaces.map(({ space, name, snapshots, packs }) => ({ space, name, snapshots, packs })),
        problems: problems.map(({ space, name, fault }) => ({ space, name, fault: wireFault(fault) })),
      };
    },
    'account.open': async ({ passphrase }) => {
      await desk.holder.begin(passphrase);
      await host();
      return nothing;
    },
    'device.list': async (_, signal) => {
      const { engine } = await host();
      const [own, gone] = [await engine.device(), await engine.goneDevices()];
      const { devices } = await engine.devices(signal);
      return devices.map(({ index, address, record, heads }) => ({
        index,
        address,
        device: record.device,
        name: record.name,
        madeMs: record.madeMs,
        isThis: record.device === own?.id,
        isGone: gone.has(record.device),
        spaces: heads.map(({ space, name, sequence }) => ({ space, name, sequence })),
      }));
    },
    'device.gone': async ({ device, isGone }, signal) => {
      const { engine } = await host();
      await betweenAndShown(desk, () => engine.setGone(parseDeviceId(device), isGone, signal));
      return nothing;
    },
  };
}

function spaceHandlers(
  desk: DeskState,
  host: () => Promise<Host>,
): Named<'folder.look' | 'folder.quote' | 'space.add' | 'space.join' | 'space.leave' | 'space.move' | 'held.release'> {
  const change = async <T>(work: (engine: Engine) => Promise<T>): Promise<T> => {
    const { engine } = await host();
    return betweenAndShown(desk, () => work(engine));
  };
  const add = async (
    folder: string,
    input: Pick<CallIn<'space.add'>, 'mode' | 'name' | 'leaseEpochs'>,
    space: string | undefined,
    signal: AbortSignal,
  ): Promise<{ space: string; name: string }> => {
    if (!isAbsolute(folder)) throw new Fault('bad-input', 'after-user', 'A folder is named by its whole path.');
    await refuseHome(folder, desk.options.home);
    const { mode, name, leaseEpochs } = input;
    const row = await change((engine) => engine.addSpace({ folder, name, mode, leaseEpochs, space }, signal));
    return { space: row.id, name: row.name };
  };
  return {
    'folder.look': ({ path }) => lookIntoFolder(path),
    'folder.quote': (input, signal) => quoteOf(desk, input, signal),
    'space.add': ({ folder, ...input }, signal) => add(folder, input, undefined, signal),
    'space.join': async ({ space, folder }, signal) => add(folder, { mode: 'sync' }, space, signal),
    'space.leave': async ({ space }, signal) => {
      await change((engine) => engine.leaveSpace(space, signal));
      return nothing;
    },
    'space.move': async ({ space, folder: given }, signal) => {
      if (!isAbsolute(given)) throw new Fault('bad-input', 'after-user', 'A folder is named by its whole path.');
      await refuseHome(given, desk.options.home);
      const { folder, isSame } = await change((engine) =>
        engine.moveSpace({ space, folder: given, isDry: false }, signal),
      );
      return { folder, isSame };
    },
    'held.release': async ({ space }) => {
      await change((engine) => engine.release(space));
      return nothing;
    },
  };
}

const msFromNs = (ns: bigint): number => Number(ns / 1_000_000n);
const nameOf = (path: string): string => path.slice(path.lastIndexOf('/') + 1);

function treeLine(line: EngineVersion): TreeLine {
  const { path, kind, bytes, mtimeNs, snapshot, timeMs } = line;
  return { name: nameOf(path), path, kind, bytes, mtimeMs: msFromNs(mtimeNs), snapshot, sinceMs: timeMs };
}

function historyHandlers(
  desk: DeskState,
  engine: () => Promise<Engine>,
): Named<'space.tree' | 'history.log' | 'history.versions' | 'history.restore' | 'preview.open'> {
  /** The listing that is being scrolled through: sorted once, not for every page. */
  let listed: { readonly key: string; readonly snapshot: string; readonly lines: readonly TreeLine[] } | undefined;
  return {
    'space.tree': async ({ space, path, at, offset, limit }) => {
      const { snapshot, timeMs, entries } = await (await engine()).list(space, path, at);
      const key = JSON.stringify([space, path]);
      if (listed?.key !== key || listed.snapshot !== snapshot) {
        const lines = entries
          .map(treeLine)
          .toSorted((a, b) => Number(b.kind === 'folder') - Number(a.kind === 'folder') || compare(a.name, b.name));
        listed = { key, snapshot, lines };
      }
      const { lines } = listed;
      return { snapshot, timeMs, total: lines.length, offset, lines: lines.slice(offset, offset + limit) };
    },
    'history.log': async ({ space }) => (await engine()).log(space),
    'history.versions': async ({ space, path }) => {
      const asked = await engine();
      const times = new Map(
        (await asked.log(space)).flatMap(({ isSide, sequence, timeMs }) =>
          isSide ? [] : [[sequence, timeMs] as const],
        ),
      );
      return (await asked.versions(space, path)).map(
        ({ kind, bytes, mtimeNs, snapshot, timeMs, until, ...version }): VersionLine => ({
          path: version.path,
          kind,
          bytes,
          mtimeMs: msFromNs(mtimeNs),
          snapshot,
          timeMs,
          // Of a side snapshot it is only known that it was there then.
          untilMs: until === undefined ? undefined : (times.get(until) ?? timeMs),
          isCurrent: until === undefined,
        }),
      );
    },
    'history.restore': async (input, signal) => {
      try {
        return await restore(await engine(), input, signal);
      } finally {
        desk.workEnded();
      }
    },
    'preview.open': async ({ space, path, at }, signal) => {
      const asked = await engine();
      const { line, content } = await asked.read(space, path, at, previewLimits.imageBytesMax, signal);
      const offer = content && desk.previews.offer(content);
      return {
        kind: offer?.kind ?? 'none',
        url: offer?.url,
        bytes: line.bytes,
        snapshot: line.snapshot ?? '',
        timeMs: line.timeMs,
      };
    },
  };
}

const collator = new Intl.Collator(undefined, { numeric: true });
const compare = (a: string, b: string): number => collator.compare(a, b) || (a < b ? -1 : Number(a > b));

async function restore(engine: Engine, input: CallIn<'history.restore'>, signal: AbortSignal): Promise<RestoreDone> {
  const { space, paths, at, overwrite } = input;
  const isDry = input.isDry ?? false;
  const known = (await engine.spaces()).find((each) => each.space === space || each.name === space);
  const to = input.to ?? known?.folder;
  if (to === undefined) throw new Fault('bad-input', 'after-user', 'Choose a folder to put the files into.');
  if (!isAbsolute(to)) throw new Fault('bad-input', 'after-user', 'A folder is named by its whole path.');
  if (!isDry) {
    try {
      await mkdir(to, { recursive: true });
    } catch (error) {
      throw diskFault(error, to, 'written');
    }
  }
  const report = await engine.restore({ space, to, paths, at, overwrite, isDry }, signal);
  const { files, bytes, unchanged, fetchedBytes, snapshot, problems } = report;
  return {
    to,
    snapshot,
    files,
    bytes,
    unchanged,
    fetchedBytes,
    problems: problems.slice(0, problemsMax).map(({ path, fault }) => ({ path, fault: wireFault(fault) })),
    problemsTotal: problems.length,
  };
}

function moneyHandlers(desk: DeskState, host: () => Promise<Host>): Named<'money.state' | 'money.fund'> {
  return {
    'money.state': async (_, signal) => {
      const { engine } = await host();
      const status = await engine.status(signal);
      const network = status.chain && (await engine.network(signal));
      const payments = await engine.payments(paymentsMax);
      return {
        isPlayMoney: status.network === 'local',
        address: status.device?.address ?? '',
        balance: status.chain && {
          frost: String(status.chain.balances.frost),
          mist: String(status.chain.balances.mist),
        },
        spent: { frost: String(status.spent.frost), mist: String(status.spent.mist) },
        openPayments: status.openIntents,
        payments: payments.map(({ kind, frost, mist, ...payment }) => ({
          ...payment,
          purpose: kind,
          frost: String(frost),
          mist: String(mist),
        })),
        epochDurationMs: network?.epochDurationMs,
        storagePriceFrost: network && String(network.storagePrice),
        writePriceFrost: network && String(network.writePrice),
      };
    },
    'money.fund': async (_, signal) => {
      await (await host()).engine.fund(signal);
      desk.board.refreshSoon();
      return nothing;
    },
  };
}
