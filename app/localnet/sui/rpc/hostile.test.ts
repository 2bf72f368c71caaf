import { bcs } from '@mysten/sui/bcs';
import { GrpcTypes } from '@mysten/sui/grpc';
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { simulateTransaction } from './execution-service.ts';
import { statusOf } from './status.ts';
import { countMoney } from '../ledger/audit.ts';
import { readEnvelope } from '../ledger/envelope.ts';
import { TrialAccount, openTrial, trialBlob, trialEncodedBytes, walType } from '../trial-network.ts';
import type { Trial } from '../trial-network.ts';
import { walrusCalls } from '../move/walrus-calls.ts';

let trial: Trial;
let account: TrialAccount;
let objects: string[];

beforeAll(async () => {
  trial = openTrial();
  account = await TrialAccount.rich(trial);
  const [coin] = await account.coins(walType(trial.ledger));
  await account.succeed((tx) => {
    const { call, system, register, pay } = walrusCalls(tx, trial.ledger);
    const reserve = (bytes: number) =>
      call('system::reserve_space', system(), tx.pure.u64(bytes), tx.pure.u32(3), tx.object(coin?.objectId ?? ''));
    const blob = register(reserve(trialEncodedBytes), trialBlob(1), true, tx.object(coin?.objectId ?? ''));
    const pool = call('system::create_storage_pool_with_storage', system(), reserve(trialEncodedBytes));
    const bag = tx.moveCall({ target: '0x2::bag::new' });
    const wal = pay(coin?.objectId ?? '', 1_000_000n);
    tx.transferObjects([blob, pool, bag, reserve(5), wal], account.address);
  });
  const owned = await trial.client.core.listOwnedObjects({ owner: account.address });
  const { systemObjectId, stakingObjectId, exchangeIds } = trial.ledger.ids;
  objects = [...owned.objects.map(({ objectId }) => objectId), systemObjectId, stakingObjectId, ...exchangeIds];
});
afterAll(() => trial.ledger.close());

const { Argument_ArgumentKind: argumentKinds, Input_InputKind: inputKinds } = GrpcTypes;

const argument: fc.Arbitrary<GrpcTypes.Argument> = fc.oneof(
  fc.constant({ kind: argumentKinds.GAS }),
  fc.nat({ max: 12 }).map((input) => ({ kind: argumentKinds.INPUT, input })),
  fc.nat({ max: 12 }).map((input) => ({ kind: argumentKinds.INPUT, input })),
  fc.nat({ max: 6 }).map((result) => ({ kind: argumentKinds.RESULT, result })),
  fc.tuple(fc.nat({ max: 6 }), fc.nat({ max: 2 })).map(([result, subresult]) => ({ kind: argumentKinds.RESULT, result, subresult })),
);

const pure: fc.Arbitrary<GrpcTypes.Input> = fc
  .oneof(
    fc.uint8Array({ maxLength: 40 }),
    fc.nat({ max: 60 }).map((number) => bcs.u64().serialize(number).toBytes()),
    fc.nat({ max: 60 }).map((number) => bcs.u32().serialize(number).toBytes()),
    fc.nat({ max: 3 }).map((number) => bcs.u256().serialize(trialBlob(number).blobId).toBytes()),
    fc.constant(new Uint8Array(32).fill(7)),
  )
  .map((bytes) => ({ kind: inputKinds.PURE, pure: bytes }));

/** A call of any known function, with arguments that fit only by luck. */
function command(): fc.Arbitrary<GrpcTypes.Command> {
  const { library, identity, world } = trial.ledger.core;
  const functions = [...Object.values(identity.packages), world.type('Coin<SUI>')].flatMap((one) =>
    library.inPackage(typeof one === 'string' ? one : `0x${'2'.padStart(64, '0')}`).map((found) => ({ package: typeof one === 'string' ? one : found.address, found })),
  );
  const types = ['0x2::sui::SUI', walType(trial.ledger), 'u64', 'vector<u8>', `0x2::coin::Coin<${walType(trial.ledger)}>`, '0x2::bag::Bag'];
  const call = fc.constantFrom(...functions).chain(({ package: id, found }) =>
    fc.record({
      given: fc.array(argument, { minLength: found.parameters.length, maxLength: found.parameters.length }),
      of: fc.array(fc.constantFrom(...types), { minLength: found.typeParameters.length, maxLength: found.typeParameters.length }),
    }).map(({ given, of }): GrpcTypes.Command => ({
      command: {
        oneofKind: 'moveCall',
        moveCall: { package: id, module: found.module, function: found.name, typeArguments: of, arguments: given },
      },
    })),
  );
  const several = fc.array(argument, { minLength: 1, maxLength: 4 });
  return fc.oneof(
    { weight: 6, arbitrary: call },
    fc.tuple(argument, several).map(([coin, amounts]) => ({ command: { oneofKind: 'splitCoins' as const, splitCoins: { coin, amounts } } })),
    fc.tuple(argument, several).map(([coin, coinsToMerge]) => ({ command: { oneofKind: 'mergeCoins' as const, mergeCoins: { coin, coinsToMerge } } })),
    fc.tuple(argument, several).map(([address, given]) => ({ command: { oneofKind: 'transferObjects' as const, transferObjects: { address, objects: given } } })),
    fc.tuple(fc.option(fc.constantFrom(...types), { nil: undefined }), several).map(([elementType, elements]) => ({
      command: { oneofKind: 'makeMoveVector' as const, makeMoveVector: { ...(elementType === undefined ? {} : { elementType }), elements } },
    })),
  );
}

function program(): fc.Arbitrary<GrpcTypes.Transaction> {
  const object = fc.shuffledSubarray(objects).map((ids) => ids.map((objectId): GrpcTypes.Input => ({ objectId })));
  return fc
    .record({ object, pures: fc.array(pure, { maxLength: 8 }), commands: fc.array(command(), { minLength: 1, maxLength: 6 }) })
    .map(({ object: given, pures, commands }) => ({
      sender: account.address,
      kind: { data: { oneofKind: 'programmableTransaction', programmableTransaction: { inputs: [...given, ...pures], commands } } },
    }));
}

const seed = Number(process.env['FLOE_SEED'] ?? '20260102');

describe(`whatever a client sends (seed ${seed})`, () => {
  it('any program ends as a result or a refusal, and changes nothing while it is only simulated', { timeout: 60_000 }, () => {
    const money = countMoney(trial.ledger.core);
    let succeeded = 0;
    fc.assert(
      fc.property(program(), (transaction) => {
        try {
          const { transaction: done } = simulateTransaction(trial.ledger.core, { transaction, doGasSelection: true });
          bcs.TransactionEffects.parse(done?.effects?.bcs?.value ?? new Uint8Array());
          if (done?.effects?.status?.success) succeeded++;
        } catch (error) {
          if (statusOf(error).code === 13) throw error;
        }
      }),
      { numRuns: 1_500, seed },
    );
    expect(countMoney(trial.ledger.core)).toEqual(money);
    expect(succeeded).toBeGreaterThan(0);
  });

  it('a transaction with changed bytes is read strictly or refused', async () => {
    const tx = await account.succeed((one) => {
      const [coin] = one.splitCoins(one.gas, [1]);
      one.transferObjects([coin], account.address);
    });
    const bytes = trial.ledger.core.executed(tx.digest)?.row.transaction ?? new Uint8Array();
    fc.assert(
      fc.property(fc.array(fc.tuple(fc.nat({ max: bytes.length - 1 }), fc.nat({ max: 255 })), { minLength: 1, maxLength: 3 }), (changes) => {
        const changed = Uint8Array.from(bytes);
        for (const [at, byte] of changes) changed[at] = byte;
        try {
          trial.ledger.core.dryRun(readEnvelope(changed));
        } catch (error) {
          if (statusOf(error).code === 13) throw error;
        }
      }),
      { numRuns: 1_500, seed },
    );
  });
});
