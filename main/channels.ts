/** Names of the messages between the preload and the shell. All of them are checked for their sender. */
export const channels = {
  /** The page wants a port; it comes back on the same channel, with the nonce. */
  port: 'floe:port',
  /** A call of the shell: its ability and its argument. */
  shell: 'floe:shell',
  /** What the engine process is doing: asked for and told. */
  engine: 'floe:engine',
  /** A place to show. */
  place: 'floe:place',
} as const;

export type ShellCall =
  | { readonly kind: 'pick-folder' | 'starts-at-login' }
  | { readonly kind: 'set-starts-at-login'; readonly starts: boolean }
  | { readonly kind: 'reveal'; readonly path: string }
  | { readonly kind: 'open-link'; readonly url: string };
