/** knip: files nobody imports, exports nobody uses, packages that are unused or used without being named. */
import { relative } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Gate } from './gate.ts';
import { linesOf, runTool } from './run-tool.ts';

interface KnipAnswer {
  readonly files: number;
  readonly found: readonly {
    readonly kind: string;
    readonly path: string;
    readonly line: number;
    readonly symbol: string;
  }[];
}

export const deadCodeGate: Gate = {
  name: 'dead code',
  filesMin: 350,
  async look(root) {
    const reporter = fileURLToPath(new URL('./knip-count.ts', import.meta.url));
    const { exitCode, stdout, said } = await runTool('knip', 'knip', ['--no-progress', '--reporter', reporter], root);
    const last = linesOf(stdout).at(-1);
    if (!last?.startsWith('{')) return { files: 0, problems: [`knip ended with ${exitCode}: ${said.trim()}`] };
    const { files, found } = JSON.parse(last) as KnipAnswer;
    const problems = found.map(({ kind, path, line, symbol }) =>
      kind === 'files'
        ? `${relative(root, path)}: nobody imports this file`
        : `${relative(root, path)}:${line} ${kind}: ${symbol}`,
    );
    if (exitCode !== 0 && problems.length === 0) problems.push(`knip ended with ${exitCode}: ${said.trim()}`);
    return { files, problems };
  },
};
