import { createServer } from 'node:http';
import { once } from 'node:events';
import { expect, test } from 'vitest';
import { faultOf } from '../domain/fault.ts';
import { port } from './command.ts';
import { listenOnLoopback } from './listen.ts';

test('a port that somebody else has is said, and is no defect', async () => {
  const [first, second] = [createServer(), createServer()];
  await listenOnLoopback(first, 0);
  const address = first.address();
  const taken = typeof address === 'object' && address !== null ? address.port : 0;
  await expect(listenOnLoopback(second, taken)).rejects.toMatchObject({ code: 'bad-input' });
  first.close();
  await once(first, 'close');
});

test.each(['99999', '-1', '1.5', 'http', ''])('%j is no port', (text) => {
  let code;
  try {
    port(text);
  } catch (error) {
    code = faultOf(error)?.code;
  }
  expect(code).toBe('bad-input');
  expect(port('7700')).toBe(7700);
});
