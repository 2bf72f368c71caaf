/** Histories that found a bug once, each with a word on it. They are played again and again, so that it stays away. */
export interface KnownSeed {
  readonly seed: number;
  readonly bug: string;
}

export const knownSeeds: readonly KnownSeed[] = [
  {
    seed: 20032,
    bug: 'a folder that joined with the same content under other permissions kept them for ever, and nobody noticed',
  },
];
