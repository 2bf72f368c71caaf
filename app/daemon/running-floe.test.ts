import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, test } from 'vitest';
import { addressFileName, askRunning } from './running-floe.ts';

const home = mkdtempSync(join(tmpdir(), 'floe-running-'));
afterAll(() => rmSync(home, { recursive: true, force: true }));

test('a home without an address has no running Floe', async () => {
  expect(await askRunning(home)).toBeUndefined();
});

test.each([
  'no address',
  'http://localhost:1/#key',
  'http://example.org:80/#key',
  'https://127.0.0.1:1/#key',
  'http://127.0.0.1.example.org/#key',
])('%s is no address of this computer: nobody is asked', async (text) => {
  writeFileSync(join(home, addressFileName), `${text}\n`);
  expect(await askRunning(home)).toBeUndefined();
});

test('an address of an earlier start, where something else listens or nothing does, is no running Floe', async () => {
  const server = createServer((_, response) => response.writeHead(403).end());
  server.on('upgrade', (_, socket) => socket.end('HTTP/1.1 403 Forbidden\r\nconnection: close\r\n\r\n'));
  await new Promise<void>((done) => server.listen(0, '127.0.0.1', done));
  const address = server.address();
  const port = typeof address === 'object' && address !== null ? address.port : 0;
  writeFileSync(join(home, addressFileName), `http://127.0.0.1:${port}/#key\n`);
  expect(await askRunning(home)).toBeUndefined();
  server.closeAllConnections();
  await new Promise<void>((done) => server.close(() => done()));
  expect(await askRunning(home)).toBeUndefined();
});
