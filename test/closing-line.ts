/**
 * Ends a test run with the one plain line that CI reads. A run that found fewer test files than FLOE_TEST_FILES_MIN fails: tests that were not found
 * do not fail by themselves.
 */
import type { Reporter, TestModule } from 'vitest/node';

export default class ClosingLine implements Reporter {
  onTestRunEnd(modules: readonly TestModule[]): void {
    const count = { passed: 0, failed: 0, skipped: 0, pending: 0 };
    let broken = 0;
    for (const module of modules) {
      const tests = [...module.children.allTests()];
      for (const test of tests) count[test.result().state]++;
      if (module.state() === 'failed' && !tests.some((test) => test.result().state === 'failed')) broken++;
    }
    const filesMin = Number(process.env['FLOE_TEST_FILES_MIN'] ?? 0);
    if (modules.length < filesMin) {
      process.stdout.write(`\nonly ${modules.length} test files were found; at least ${filesMin} are expected\n`);
      broken++;
    }
    if (broken > 0) process.exitCode = 1;
    const { passed, failed, skipped, pending } = count;
    process.stdout.write(`\n${passed} passed, ${failed + broken} failed, ${skipped + pending} skipped\n`);
  }
}
