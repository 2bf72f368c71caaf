import { test } from 'vitest';

test('waits for the wall clock', async () => {
  await new Promise((done) => setTimeout(done, 50));
});
