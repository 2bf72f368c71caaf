/** A transaction as a message of `sui.rpc.v2`, from its BCS. */
import { GrpcTypes } from '@mysten/sui/grpc';
import { fromBase64 } from '@mysten/sui/utils';
import type { Envelope } from '../ledger/envelope.ts';

type InputBcs = Envelope['inputs'][number];
type CommandBcs = Envelope['commands'][number];
type ArgumentBcs = Extract<CommandBcs, { $kind: 'SplitCoins' }>['SplitCoins']['coin'];

export function transactionMessage(envelope: Envelope): GrpcTypes.Transaction {
  return {
    bcs: { name: 'TransactionData', value: envelope.bytes },
    digest: envelope.digest,
    version: 1,
    kind: {
      kind: GrpcTypes.TransactionKind_Kind.PROGRAMMABLE_TRANSACTION,
      data: {
        oneofKind: 'programmableTransaction',
        programmableTransaction: {
          inputs: envelope.inputs.map(inputMessage),
          commands: envelope.commands.map(commandMessage),
        },
      },
    },
    sender: envelope.sender,
    gasPayment: {
      objects: envelope.gas.payment.map(({ objectId, version, digest }) => ({
        objectId,
        version: BigInt(version),
        digest,
      })),
      owner: envelope.gas.owner,
      price: BigInt(envelope.gas.price),
      budget: BigInt(envelope.gas.budget),
    },
    expiration: expirationMessage(envelope.expiration),
  };
}

function inputMessage(input: InputBcs): GrpcTypes.Input {
  const { Input_InputKind: kinds } = GrpcTypes;
  if (input.$kind === 'Pure') return { kind: kinds.PURE, pure: fromBase64(input.Pure.bytes) };
  if (input.$kind !== 'Object') return { kind: kinds.FUNDS_WITHDRAWAL };
  const { Object: object } = input;
  if (object.$kind === 'SharedObject') {
    const { objectId, initialSharedVersion, mutable } = object.SharedObject;
    return { kind: kinds.SHARED, objectId, version: BigInt(initialSharedVersion), mutable };
  }
  const [kind, { objectId, version, digest }] =
    object.$kind === 'Receiving'
      ? [kinds.RECEIVING, object.Receiving]
      : [kinds.IMMUTABLE_OR_OWNED, object.ImmOrOwnedObject];
  return { kind, objectId, version: BigInt(version), digest };
}

function argumentMessage(argument: ArgumentBcs): GrpcTypes.Argument {
  const { Argument_ArgumentKind: kinds } = GrpcTypes;
  switch (argument.$kind) {
    case 'GasCoin':
      return { kind: kinds.GAS };
    case 'Input':
      return { kind: kinds.INPUT, input: argument.Input };
    case 'Result':
      return { kind: kinds.RESULT, result: argument.Result };
    case 'NestedResult':
      return { kind: kinds.RESULT, result: argument.NestedResult[0], subresult: argument.NestedResult[1] };
  }
}

function commandMessage(command: CommandBcs): GrpcTypes.Command {
  switch (command.$kind) {
    case 'MoveCall': {
      const { arguments: given, package: id, module, function: name, typeArguments } = command.MoveCall;
      const moveCall = { package: id, module, function: name, typeArguments, arguments: given.map(argumentMessage) };
      return { command: { oneofKind: 'moveCall', moveCall } };
    }
    case 'TransferObjects': {
      const { objects, address } = command.TransferObjects;
      const transferObjects = { objects: objects.map(argumentMessage), address: argumentMessage(address) };
      return { command: { oneofKind: 'transferObjects', transferObjects } };
    }
    case 'SplitCoins': {
      const { coin, amounts } = command.SplitCoins;
      const splitCoins = { coin: argumentMessage(coin), amounts: amounts.map(argumentMessage) };
      return { command: { oneofKind: 'splitCoins', splitCoins } };
    }
    case 'MergeCoins': {
      const { destination, sources } = command.MergeCoins;
      const mergeCoins = { coin: argumentMessage(destination), coinsToMerge: sources.map(argumentMessage) };
      return { command: { oneofKind: 'mergeCoins', mergeCoins } };
    }
    case 'MakeMoveVec': {
      const { type, elements } = command.MakeMoveVec;
      const made = { ...(type === null ? {} : { elementType: type }), elements: elements.map(argumentMessage) };
      return { command: { oneofKind: 'makeMoveVector', makeMoveVector: made } };
    }
    case 'Publish': {
      const { modules, dependencies } = command.Publish;
      return {
        command: { oneofKind: 'publish', publish: { modules: modules.map((one) => fromBase64(one)), dependencies } },
      };
    }
    case 'Upgrade': {
      const { modules, dependencies, package: id, ticket } = command.Upgrade;
      const upgrade = {
        modules: modules.map((one) => fromBase64(one)),
        dependencies,
        package: id,
        ticket: argumentMessage(ticket),
      };
      return { command: { oneofKind: 'upgrade', upgrade } };
    }
  }
}

export function milliseconds(at: { readonly seconds: bigint; readonly nanos: number } | undefined): string | null {
  return at ? (at.seconds * 1_000n + BigInt(Math.floor(at.nanos / 1_000_000))).toString() : null;
}

function moment(ms: string | null): { seconds: bigint; nanos: number } | undefined {
  if (ms === null) return undefined;
  const whole = BigInt(ms);
  return { seconds: whole / 1_000n, nanos: Number(whole % 1_000n) * 1_000_000 };
}

function expirationMessage(expiration: Envelope['expiration']): GrpcTypes.TransactionExpiration {
  const { TransactionExpiration_TransactionExpirationKind: kinds } = GrpcTypes;
  if (expiration.$kind === 'None') return { kind: kinds.NONE };
  if (expiration.$kind === 'Epoch') return { kind: kinds.EPOCH, epoch: BigInt(expiration.Epoch) };
  const [kind, window] =
    expiration.$kind === 'ValidDuring'
      ? [kinds.VALID_DURING, expiration.ValidDuring]
      : [kinds.VALIDITY, expiration.Validity];
  const minTimestamp = moment(window.minTimestamp);
  const maxTimestamp = moment(window.maxTimestamp);
  return {
    kind,
    ...(window.minEpoch === null ? {} : { minEpoch: BigInt(window.minEpoch) }),
    ...(window.maxEpoch === null ? {} : { epoch: BigInt(window.maxEpoch) }),
    ...(minTimestamp ? { minTimestamp } : {}),
    ...(maxTimestamp ? { maxTimestamp } : {}),
    chain: window.chain,
    nonce: window.nonce,
  };
}
