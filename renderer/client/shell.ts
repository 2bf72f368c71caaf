/** What the place that the window stands in can do besides showing it. Screens ask `can` and offer nothing that would not work. */
import { createContext, useContext } from 'react';
import type { Desktop, Place, ShellAbility } from '../../app/wire/shell.ts';

export interface Shell {
  readonly can: (ability: ShellAbility) => boolean;
  /** A notification, the tray or a `floe:` link leads somewhere. */
  readonly onPlace: (listener: (place: Place) => void) => void;
  readonly pickFolder: () => Promise<string | undefined>;
  readonly reveal: (path: string) => void;
  readonly startsAtLogin: () => Promise<boolean>;
  readonly setStartsAtLogin: (starts: boolean) => Promise<void>;
}

declare global {
  interface Window {
    /** Put there by the desktop app's preload; a browser has none. */
    readonly desktop?: Desktop;
  }
}

export const browserShell: Shell = {
  onPlace: () => undefined,
  can: () => false,
  pickFolder: async () => undefined,
  reveal: () => undefined,
  startsAtLogin: async () => false,
  setStartsAtLogin: async () => undefined,
};

export const desktopShell = (desktop: Desktop): Shell => ({
  onPlace: (listener) => desktop.onPlace(listener),
  can: (ability) => desktop.can.includes(ability),
  pickFolder: () => desktop.pickFolder(),
  reveal: (path) => void desktop.reveal(path),
  startsAtLogin: () => desktop.startsAtLogin(),
  setStartsAtLogin: (starts) => desktop.setStartsAtLogin(starts),
});

export const ShellContext = createContext<Shell>(browserShell);
export const useShell = (): Shell => useContext(ShellContext);
