/** The parts that hold a network together: sizes, genesis, lock, byte budget. */
import { mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { faultOf } from '../../domain/fault.ts';
import { createByteBudget } from './byte-budget.ts';
import { genesisOptions, nodeKeysOf, openGenesis, openPorts, rememberPorts } from './genesis.ts';
import { lockNetwork } from './network-lock.ts';
import { parseNetworkSize, spreadShards } from './shard-plan.ts';
import { seededDice } from './testing/fake-chain.ts';

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'floe-network-'));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

function codeOfRefusal(run: () => unknown): string | undefined {
  try {
    run();
  } catch (error) {
    return faultOf(error)?.code ?? String(error);
  }
  return undefined;
}

describe('the size of a network', () => {
  it('is 12 nodes, 100 shards and a day when nothing is said', () => {
    expect(parseNetworkSize({})).toEqual({ nodes: 12, shards: 100, epochSeconds: 86_400 });
  });

  it('is refused beyond its bounds', () => {
    const wrong = [
      { nodes: 3 },
      { nodes: 101 },
      { shards: 3, nodes: 4 },
      { shards: 1001 },
      { nodes: 12, shards: 11 },
      { nodes: 4.5 },
      { nodes: NaN },
      { epochSeconds: 0 },
    ];
    for (const size of wrong)
      expect(
        codeOfRefusal(() => parseNetworkSize(size)),
        JSON.stringify(size),
      ).toBe('bad-input');
    for (const size of [
      { nodes: 4, shards: 4 },
      { nodes: 100, shards: 1000 },
    ])
      expect(parseNetworkSize(size)).toMatchObject(size);
  });

  it('spreads shards as equally as they go', () => {
    expect(spreadShards(12, 100)).toEqual([9, 9, 9, 9, 8, 8, 8, 8, 8, 8, 8, 8]);
    expect(spreadShards(4, 4)).toEqual([1, 1, 1, 1]);
  });
});

describe('genesis', () => {
  it('is kept for this user only and stays what it was', () => {
    const first = openGenesis(folder, { nodes: 5, shards: 10 }, seededDice(1));
    expect(statSync(join(folder, 'genesis.json')).mode & 0o777).toBe(0o600);
    const second = openGenesis(folder, {}, seededDice(2));
    expect(second).toEqual(first);
    expect(nodeKeysOf(second, 3)).toEqual(nodeKeysOf(first, 3));
    expect(nodeKeysOf(first, 3).publicKey).not.toEqual(nodeKeysOf(first, 4).publicKey);
    expect(codeOfRefusal(() => openGenesis(folder, { shards: 11 }, seededDice(2)))).toBe('bad-input');
  });

  it('gives every node keys of the form on chain', () => {
    const genesis = openGenesis(folder, { nodes: 4, shards: 10 }, seededDice(1));
    const { nodes } = genesisOptions(genesis, ['a:1', 'b:2', 'c:3', 'd:4']);
    expect(nodes.map((node) => [node.name, node.networkAddress, node.shards])).toEqual([
      ['node-0', 'a:1', 3],
      ['node-1', 'b:2', 3],
      ['node-2', 'c:3', 2],
      ['node-3', 'd:4', 2],
    ]);
    for (const node of nodes) expect([node.publicKey.length, node.networkPublicKey.length]).toEqual([96, 33]);
  });

  it('is refused when damaged or newer', () => {
    openGenesis(folder, {}, seededDice(1));
    const file = join(folder, 'genesis.json');
    const text = readFileSync(file, 'utf8');
    writeFileSync(file, text.slice(0, 20));
    expect(codeOfRefusal(() => openGenesis(folder, {}, seededDice(1)))).toBe('catalog-damaged');
    writeFileSync(file, text.replace('"version":1', '"version":2'));
    expect(codeOfRefusal(() => openGenesis(folder, {}, seededDice(1)))).toBe('home-newer');
    writeFileSync(file, '{"version":1}');
    expect(codeOfRefusal(() => openGenesis(folder, {}, seededDice(1)))).toBe('catalog-damaged');
  });

  it('remembers ports, and counts from the first one when it is given', () => {
    const portsOf = (first: number) => {
      const { sui, control, aggregator, nodes } = openPorts(folder, first);
      return { sui, control, aggregator, nodes: [nodes(0), nodes(1)] };
    };
    expect(portsOf(0)).toEqual({ sui: 0, control: 0, aggregator: 0, nodes: [0, 0] });
    const nodes = new Map([
      [0, 1002],
      [1, 1003],
    ]);
    rememberPorts(folder, { sui: 1000, control: 1001, aggregator: 1004, nodes });
    expect(portsOf(0)).toEqual({ sui: 1000, control: 1001, aggregator: 1004, nodes: [1002, 1003] });
    expect(portsOf(2000)).toEqual({ sui: 2000, control: 2001, aggregator: 2102, nodes: [2002, 2003] });
    writeFileSync(join(folder, 'ports.json'), '{"sui":"x","control":70000,"nodes":[1.5]}');
    expect(portsOf(0)).toEqual({ sui: 0, control: 0, aggregator: 0, nodes: [0, 0] });
  });
});

it('lets one process at a time run a folder', () => {
  const lock = lockNetwork(folder);
  expect(codeOfRefusal(() => lockNetwork(folder))).toBe('home-busy');
  lock.release();
  lockNetwork(folder).release();
});

it('holds no more bytes than its budget, in order, and lets one oversized request in alone', async () => {
  const budget = createByteBudget(100);
  const order: string[] = [];
  const take = async (name: string, bytes: number) => {
    const release = await budget.take(bytes);
    order.push(name);
    return release;
  };
  const first = await take('first', 60);
  const second = take('second', 60);
  const third = take('third', 500);
  await Promise.resolve();
  expect(order).toEqual(['first']);
  first();
  first();
  (await second)();
  (await third)();
  expect(order).toEqual(['first', 'second', 'third']);
});
