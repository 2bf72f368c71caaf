import fc from 'fast-check';
import { GrpcTypes } from '@mysten/sui/grpc';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { dataFrame, readRequest, requestBodyMax, requestBytesMax, trailerFrame } from './framing.ts';
import { suiFetch } from './memory.ts';
import { serveSui } from './loopback.ts';
import type { SuiDoor } from './loopback.ts';
import { openTrial } from '../trial-network.ts';

const trial = openTrial();
let door: SuiDoor;

beforeAll(async () => {
  door = await serveSui(trial.ledger, { host: '127.0.0.1', port: 0 });
});
afterAll(async () => {
  await door.close();
  trial.ledger.close();
});

describe('frames', () => {
  it('carry any message both ways, as bytes and as text', () => {
    fc.assert(
      fc.property(
        fc.uint8Array({ maxLength: 300 }),
        fc.constantFrom('binary' as const, 'text' as const),
        (bytes, format) => {
          expect([...readRequest(dataFrame(bytes, format), format)]).toEqual([...bytes]);
        },
      ),
    );
  });

  it('end with lower-case trailers whose message is percent-encoded', () => {
    const text = Buffer.from(trailerFrame({ code: 5, message: 'not found: é\r\nx' }, 'binary').subarray(5)).toString();
    expect(text).toBe('grpc-status:5\r\ngrpc-message:not%20found%3A%20%C3%A9%0D%0Ax\r\n');
  });
});

const path = '/sui.rpc.v2.LedgerService/GetObject';
const frame = (flag: number, length: number, payload: number[] = []) =>
  Uint8Array.from([flag, length >>> 24, (length >>> 16) & 255, (length >>> 8) & 255, length & 255, ...payload]);

const bad: readonly (readonly [string, Uint8Array, number, RegExp])[] = [
  ['nothing', new Uint8Array(), 3, /cut short/],
  ['half a frame head', Uint8Array.of(0, 0), 3, /cut short/],
  ['a frame longer than its body', frame(0, 9, [1]), 3, /cut short/],
  ['a frame of four gigabytes', frame(0, 0xffff_ffff, [1]), 8, /too large/],
  ['a trailer frame', frame(0x80, 0), 3, /not a data frame/],
  ['a compressed frame', frame(1, 0), 12, /compressed/],
  ['two frames', Uint8Array.from([...frame(0, 0), ...frame(0, 0)]), 3, /bytes follow/],
  ['bytes that are no protobuf', frame(0, 3, [0xff, 0xff, 0xff]), 3, /cannot be decoded/],
  ['a message without its fields', frame(0, 0), 3, /missing field/],
];

async function statusOf(response: Response): Promise<{ code: number; message: string }> {
  const text = Buffer.from(await response.arrayBuffer()).toString('latin1');
  const [, code, message = ''] = /grpc-status:(\d+)(?:\r\ngrpc-message:([^\r]*))?/.exec(text) ?? [];
  return { code: Number(code), message: decodeURIComponent(message) };
}

describe.each([
  ['memory', (target: string, init: RequestInit) => suiFetch(trial.ledger)(`http://ledger.invalid${target}`, init)],
  ['loopback', (target: string, init: RequestInit) => fetch(`${door.url}${target}`, init)],
] as const)('the %s door', (_, send) => {
  const post = (target: string, body: Uint8Array, type = 'application/grpc-web+proto') =>
    send(target, { method: 'POST', headers: { 'content-type': type }, body: Buffer.from(body) });

  it.each(bad)('answers %s with a status', async (_name, body, code, message) => {
    const status = await statusOf(await post(path, body));
    expect(status).toMatchObject({ code, message: expect.stringMatching(message) });
  });

  it('answers text that is not base64 with a status', async () => {
    const response = await post(path, Buffer.from('%%%%'), 'application/grpc-web-text');
    const text = Buffer.from(await response.text(), 'base64').toString('latin1');
    expect(text).toContain('grpc-status:3');
  });

  it('answers an unknown method with UNIMPLEMENTED, and another content type with 415', async () => {
    expect(await statusOf(await post('/sui.rpc.v2.LedgerService/Mint', frame(0, 0)))).toMatchObject({ code: 12 });
    expect((await post(path, frame(0, 0), 'application/json')).status).toBe(415);
  });

  it('refuses a body that is too large', async () => {
    const whole = await post(path, new Uint8Array(requestBodyMax + 1)).then(
      (response) => response.status,
      () => 413, // The server may close while the body is still on its way.
    );
    expect(whole).toBe(413);
    expect(requestBodyMax).toBeGreaterThan(requestBytesMax);
  });

  it('names exactly the content type that clients insist on', async () => {
    const body = dataFrame(GrpcTypes.GetServiceInfoRequest.toBinary({}), 'text');
    const response = await post('/sui.rpc.v2.LedgerService/GetServiceInfo', body, 'application/grpc-web-text');
    expect(response.headers.get('content-type')).toBe('application/grpc-web-text+proto');
  });

  it('survives any bytes on any method', async () => {
    const methods = ['SimulateTransaction', 'ExecuteTransaction'].map(
      (name) => `/sui.rpc.v2.TransactionExecutionService/${name}`,
    );
    await fc.assert(
      fc.asyncProperty(fc.constantFrom(path, ...methods), fc.uint8Array({ maxLength: 60 }), async (target, payload) => {
        const { code } = await statusOf(await post(target, dataFrame(payload, 'binary')));
        expect([0, 3, 5, 12]).toContain(code);
      }),
      { numRuns: 30 },
    );
  });
});
