/** What a house rule is: a name, and a function from one file (with a view of all the others) to the places where the file breaks it. */

export interface SourceFile {
  /** Relative to the checkout, with `/`. */
  readonly path: string;
  readonly text: string;
  /** The text with comments, strings and regular expressions blanked; same length. */
  readonly code: string;
}

export interface Breach {
  /** From 1. */
  readonly line: number;
  readonly words: string;
}

export interface Rule {
  readonly name: string;
  readonly breaches: (file: SourceFile, project: Project) => readonly Breach[];
}

export interface Project {
  /** Every file of the checkout, source or not. */
  readonly paths: ReadonlySet<string>;
  /** Branded types and the file that declares each. */
  readonly brands: ReadonlyMap<string, string>;
  /** Absolute folders that must not be named in the project: where this checkout lies, and whose it is. */
  readonly machinePlaces: readonly string[];
}
