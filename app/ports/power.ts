/** What the computer runs on, and whether its line is paid by the byte. Told by a desktop, read from the system by a headless host. */
export interface PowerState {
  /** Undefined: nobody can tell. */
  readonly isOnBattery: boolean | undefined;
  readonly isMetered: boolean | undefined;
}

export interface Power {
  now(): Promise<PowerState>;
}
