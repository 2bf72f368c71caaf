/**
 * What only a desktop can do for a window: the global `desktop` that the preload puts into the page, and nothing else of Electron. In a
 * browser there is none, and screens ask `can` before they offer anything.
 */
export const shellAbilities = ['pick-folder', 'reveal', 'login-item', 'open-link'] as const;
export type ShellAbility = (typeof shellAbilities)[number];

/** A place of the window that a notification, the tray or a `floe:` link can lead to. */
export type Place =
  | { readonly screen: 'overview' | 'activity' | 'needs' | 'storage' | 'network' | 'devices' | 'settings' }
  | { readonly screen: 'space'; readonly space: string };

export interface Desktop {
  readonly platform: string;
  readonly can: readonly ShellAbility[];
  /**
   * Asks for a link to the engine. A port cannot be handed over directly: it comes as a message event of the window itself with the data
   * `{ floePort: nonce }`, once; a new one is asked for when it closes.
   */
  askPort(nonce: string): void;
  /** The system's own dialog; undefined when nothing was chosen. */
  pickFolder(): Promise<string | undefined>;
  /** Shows a file or folder in the system's file manager. */
  reveal(path: string): Promise<void>;
  /** Whether Floe starts when the user logs in. */
  startsAtLogin(): Promise<boolean>;
  setStartsAtLogin(starts: boolean): Promise<void>;
  /** In the user's browser; https only. */
  openLink(url: string): Promise<void>;
  /** The engine process, for "starting", "gone since" and the next try. Called at once with what is so now. */
  onEngine(listener: (state: EngineProcess) => void): void;
  /** The window is asked to show a place. Called for one that was asked for before the page was there, too. */
  onPlace(listener: (place: Place) => void): void;
}

export type EngineProcess =
  | { readonly kind: 'starting' | 'running' }
  | { readonly kind: 'gone'; readonly sinceMs: number; readonly retryAtMs: number };

/** The message with which a port arrives. */
export interface PortMessage {
  readonly floePort: string;
}
