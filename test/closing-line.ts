/**
 * Ends a test run with the one plain line that CI reads. A run that found fewer test files than FLOE_TEST_FILES_MIN fails: tests that were not found
 * do not fail by themselves; nor do those whose process ended before they did. What failed is added to the file FLOE_FAILED_TESTS, a line for each test: project, file, name and the first line of the
 * error, between tabs.
 */
import { appendFileSync } from 'node:fs';
import { relative } from 'node:path';
import type { Reporter, TestCase, TestModule } from 'vitest/node';

/** Of a line that tells of a failure. */
const messageCharsMax = 400;

export default class ClosingLine implements Reporter {
  onTestRunEnd(modules: readonly TestModule[], errors: readonly { readonly message: string }[]): void {
    const count = { passed: 0, failed: 0, skipped: 0, pending: 0 };
    let broken = 0;
    for (const module of modules) {
      const tests = [...module.children.allTests()];
      for (const test of tests) count[test.result().state]++;
      const failed = tests.filter((test) => test.result().state === 'failed');
      for (const test of failed) note(module, test.fullName, errorOf(test));
      if (module.state() === 'failed' && failed.length === 0) {
        broken++;
        note(module, 'the file as a whole', module.errors()[0]?.message ?? '');
      }
      const isCutShort = module.state() === 'queued' || module.state() === 'pending';
      if (isCutShort || tests.some((test) => test.result().state === 'pending')) {
        broken++;
        note(module, 'did not come to its end', errors[0]?.message ?? '');
      }
    }
    const filesMin = Number(process.env['FLOE_TEST_FILES_MIN'] ?? 0);
    if (modules.length < filesMin) {
      process.stdout.write(`\nonly ${modules.length} test files were found; at least ${filesMin} are expected\n`);
      broken++;
    }
    if (broken > 0) process.exitCode = 1;
    const { passed, failed, skipped } = count;
    process.stdout.write(`\n${passed} passed, ${failed + broken} failed, ${skipped} skipped\n`);
  }
}

const errorOf = (test: TestCase): string => test.result().errors?.[0]?.message ?? '';

function note(module: TestModule, name: string, message: string): void {
  const list = process.env['FLOE_FAILED_TESTS'];
  if (list === undefined) return;
  const file = relative(process.cwd(), module.moduleId);
  const line = [module.project.name, file, name, message.slice(0, messageCharsMax)].map((part) =>
    part.replaceAll(/\s+/g, ' '),
  );
  appendFileSync(list, `${line.join('\t')}\n`);
}
