/** oxlint with its type-aware rules over the whole checkout, by `.oxlintrc.json`. A warning is an error: nobody reads warnings. */
import type { Gate } from './gate.ts';
import { runTool } from './run-tool.ts';

interface LintAnswer {
  readonly number_of_files: number;
  readonly diagnostics: readonly {
    readonly code?: string;
    readonly message: string;
    readonly filename: string;
    readonly labels: readonly { readonly span: { readonly line?: number } }[];
  }[];
}

export const lintGate: Gate = {
  name: 'lint',
  filesMin: 350,
  async look(root) {
    const { exitCode, stdout, said } = await runTool(
      'oxlint',
      'oxlint',
      ['--type-aware', '--deny-warnings', '--format', 'json', '.'],
      root,
    );
    const start = stdout.indexOf('{');
    if (start < 0) return { files: 0, problems: [`oxlint ended with ${exitCode}: ${said.trim()}`] };
    const answer = JSON.parse(stdout.slice(start)) as LintAnswer;
    const problems = answer.diagnostics.map(
      ({ filename, labels, code, message }) =>
        `${filename}:${labels[0]?.span.line ?? 1} ${code ?? 'oxlint'}: ${message}`,
    );
    if (exitCode !== 0 && problems.length === 0) problems.push(`oxlint ended with ${exitCode}: ${said.trim()}`);
    return { files: answer.number_of_files, problems };
  },
};
