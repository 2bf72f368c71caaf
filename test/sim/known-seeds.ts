/** Histories that found a bug once, each with a word on it. They are played again and again, so that it stays away. */
export interface KnownSeed {
  readonly seed: number;
  readonly bug: string;
}

export const knownSeeds: readonly KnownSeed[] = [];
