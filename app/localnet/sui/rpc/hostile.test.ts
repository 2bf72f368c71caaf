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
import { typeText } from '../move/types.ts';
import type { MoveType } from '../move/types.ts';
import { suiAddress } from '../move/world.ts';

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
  // Not the SUI coin: it pays.
  const usable = owned.objects.filter(({ type }) => !type.endsWith('::sui::SUI>'));
  objects = [...usable.map(({ objectId }) => objectId), systemObjectId, stakingObjectId, ...exchangeIds];
});
afterAll(() => trial.ledger.close());

const { Argument_ArgumentKind: argumentKinds, Input_InputKind: inputKinds } = GrpcTypes;

const argument: fc.Arbitrary<GrpcTypes.Argument> = fc.oneof(
  fc.constant({ kind: argumentKinds.GAS }),
  fc.nat({ max: 22 }).map((input) => ({ kind: argumentKinds.INPUT, input })),
  fc.nat({ max: 22 }).map((input) => ({ kind: argumentKinds.INPUT, input })),
  fc.nat({ max: 6 }).map((result) => ({ kind: argumentKinds.RESULT, result })),
  fc
    .tuple(fc.nat({ max: 6 }), fc.nat({ max: 2 }))
    .map(([result, subresult]) => ({ kind: argumentKinds.RESULT, result, subresult })),
);

/** Values that programs may pass, by the type they are of; they come first among the inputs. */
const pures: readonly (readonly [type: string, bytes: Uint8Array])[] = [
  ['u64', bcs.u64().serialize(5).toBytes()],
  ['u64', bcs.u64().serialize(trialEncodedBytes).toBytes()],
  ['u32', bcs.u32().serialize(2).toBytes()],
  ['u8', bcs.u8().serialize(1).toBytes()],
  ['bool', Uint8Array.of(1)],
  ['u256', bcs.u256().serialize(trialBlob(2).blobId).toBytes()],
  ['u256', bcs.u256().serialize(trialBlob(2).rootHash).toBytes()],
  ['address', new Uint8Array(32).fill(7)],
  ['String', Uint8Array.of(1, 97)],
  ['vector<u8>', Uint8Array.of(2, 1, 2)],
];

/** An argument for a parameter: mostly one that fits, sometimes any. */
function fittingArgument(type: MoveType): fc.Arbitrary<GrpcTypes.Argument> {
  const { core } = trial.ledger;
  const wanted = typeText(type).split('<')[0];
  const types = [...pures.map(([text]) => core.world.text(text)), ...objects.map((id) => core.object(id)?.type ?? '')];
  const fits = types.flatMap((text, input) => (text.split('<')[0] === wanted ? [input] : []));
  if (fits.length === 0) return argument;
  const fitting = fc.constantFrom(...fits).map((input) => ({ kind: argumentKinds.INPUT, input }));
  return fc.oneof({ weight: 8, arbitrary: fitting }, { weight: 1, arbitrary: argument });
}

/** A call of any known function, with arguments that fit only by luck. */
function command(): fc.Arbitrary<GrpcTypes.Command> {
  const { library, identity } = trial.ledger.core;
  const functions = [suiAddress, ...Object.values(identity.packages)].flatMap((id) =>
    library.inPackage(id).map((found) => ({ package: id, found })),
  );
  const types = [
    '0x2::sui::SUI',
    walType(trial.ledger),
    'u64',
    'vector<u8>',
    `0x2::coin::Coin<${walType(trial.ledger)}>`,
    '0x2::bag::Bag',
  ];
  const call = fc.constantFrom(...functions).chain(({ package: id, found }) =>
    fc
      .record({
        given: fc.tuple(...found.parameters.map(({ type }) => fittingArgument(type))),
        of: fc.array(fc.constantFrom(...types), {
          minLength: found.typeParameters.length,
          maxLength: found.typeParameters.length,
        }),
      })
      .map(({ given, of }): GrpcTypes.Command => ({
        command: {
          oneofKind: 'moveCall',
          moveCall: { package: id, module: found.module, function: found.name, typeArguments: of, arguments: given },
        },
      })),
  );
  const several = fc.array(argument, { minLength: 1, maxLength: 4 });
  return fc.oneof(
    { weight: 6, arbitrary: call },
    fc
      .tuple(argument, several)
      .map(([coin, amounts]) => ({ command: { oneofKind: 'splitCoins' as const, splitCoins: { coin, amounts } } })),
    fc.tuple(argument, several).map(([coin, coinsToMerge]) => ({
      command: { oneofKind: 'mergeCoins' as const, mergeCoins: { coin, coinsToMerge } },
    })),
    fc.tuple(argument, several).map(([address, given]) => ({
      command: { oneofKind: 'transferObjects' as const, transferObjects: { address, objects: given } },
    })),
    fc.tuple(fc.option(fc.constantFrom(...types), { nil: undefined }), several).map(([elementType, elements]) => ({
      command: {
        oneofKind: 'makeMoveVector' as const,
        makeMoveVector: { ...(elementType === undefined ? {} : { elementType }), elements },
      },
    })),
  );
}

function program(): fc.Arbitrary<GrpcTypes.Transaction> {
  const inputs: GrpcTypes.Input[] = [
    ...pures.map(([, bytes]) => ({ kind: inputKinds.PURE, pure: bytes })),
    ...objects.map((objectId) => ({ objectId })),
  ];
  return fc.array(command(), { minLength: 1, maxLength: 4 }).map((commands) => ({
    sender: account.address,
    kind: { data: { oneofKind: 'programmableTransaction', programmableTransaction: { inputs, commands } } },
  }));
}

const seed = Number(process.env['FLOE_SEED'] ?? '20260102');

describe(`whatever a client sends (seed ${seed})`, () => {
  it(
    'any program ends as a result or a refusal, and changes nothing while it is only simulated',
    { timeout: 60_000 },
    () => {
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
        { numRuns: 400, seed },
      );
      expect(countMoney(trial.ledger.core)).toEqual(money);
      expect(succeeded).toBeGreaterThan(10);
    },
  );

  it('a transaction with changed bytes is read strictly or refused', async () => {
    const tx = await account.succeed((one) => {
      const [coin] = one.splitCoins(one.gas, [1]);
      one.transferObjects([coin], account.address);
    });
    const bytes = trial.ledger.core.executed(tx.digest)?.row.transaction ?? new Uint8Array();
    fc.assert(
      fc.property(
        fc.array(fc.tuple(fc.nat({ max: bytes.length - 1 }), fc.nat({ max: 255 })), { minLength: 1, maxLength: 3 }),
        (changes) => {
          const changed = Uint8Array.from(bytes);
          for (const [at, byte] of changes) changed[at] = byte;
          try {
            trial.ledger.core.dryRun(readEnvelope(changed));
          } catch (error) {
            if (statusOf(error).code === 13) throw error;
          }
        },
      ),
      { numRuns: 400, seed },
    );
  });
});
