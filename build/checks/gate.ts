/**
 * What every gate answers: which problems it found, and how many files it looked at. A gate that looked at fewer files than its floor fails even
 * when it found nothing, because a checker that sees nothing also finds nothing.
 */

export interface GateAnswer {
  /** Files that were really looked at. */
  readonly files: number;
  /** One line each, with file and line where there is one. Empty when the gate is green. */
  readonly problems: readonly string[];
}

export interface Gate {
  readonly name: string;
  /** Fewer files than this mean that the gate is not looking. Raise it as the project grows; it is far below today's count. */
  readonly filesMin: number;
  /** Looks at the checkout in `root`, an absolute folder. */
  readonly look: (root: string) => Promise<GateAnswer>;
}

/** The problems of a gate, its floor included. */
export async function problemsOf(gate: Gate, root: string): Promise<GateAnswer> {
  const answer = await gate.look(root);
  if (answer.files >= gate.filesMin) return answer;
  const shortfall = `${gate.name} looked at ${answer.files} files; it must see at least ${gate.filesMin}`;
  return { files: answer.files, problems: [...answer.problems, shortfall] };
}
