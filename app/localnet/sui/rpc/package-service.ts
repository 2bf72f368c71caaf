/** `MovePackageService`: signatures of the functions that this ledger imitates. */
import { GrpcTypes } from '@mysten/sui/grpc';
import type { LedgerCore } from '../ledger/core.ts';
import { Refusal, invalid } from '../ledger/refusal.ts';
import type { MoveFunction, Parameter } from '../move/function.ts';
import { normalAddress } from '../move/types.ts';
import type { MoveType } from '../move/types.ts';

export function getFunction(core: LedgerCore, request: GrpcTypes.GetFunctionRequest): GrpcTypes.GetFunctionResponse {
  const { packageId, moduleName, name } = request;
  if (packageId === undefined || moduleName === undefined || name === undefined) {
    throw invalid('missing field: package_id, module_name or name');
  }
  const id = normalAddress(packageId);
  if (!core.library.hasPackage(id)) throw new Refusal('NOT_FOUND', `Package ${id} not found`);
  const found = core.library.find(id, moduleName, name);
  if (!found) throw new Refusal('NOT_FOUND', `Function ${moduleName}::${name} not found in package ${id}`);
  return { function: functionMessage(found) };
}

function functionMessage(found: MoveFunction): GrpcTypes.FunctionDescriptor {
  const abilities = {
    copy: GrpcTypes.Ability.COPY,
    drop: GrpcTypes.Ability.DROP,
    store: GrpcTypes.Ability.STORE,
    key: GrpcTypes.Ability.KEY,
  } as const;
  return {
    name: found.name,
    visibility: GrpcTypes.FunctionDescriptor_Visibility.PUBLIC,
    isEntry: false,
    typeParameters: found.typeParameters.map((one) => ({ constraints: one.map((ability) => abilities[ability]) })),
    parameters: found.parameters.map(parameterMessage),
    returns: found.returns.map((type) => ({ body: typeMessage(type) })),
  };
}

function parameterMessage({ reference, type }: Parameter): GrpcTypes.OpenSignature {
  const { OpenSignature_Reference: references } = GrpcTypes;
  const body = typeMessage(type);
  if (reference === 'none') return { body };
  return { reference: reference === 'mutable' ? references.MUTABLE : references.IMMUTABLE, body };
}

function typeMessage(type: MoveType): GrpcTypes.OpenSignatureBody {
  const { OpenSignatureBody_Type: types } = GrpcTypes;
  switch (type.kind) {
    case 'primitive': {
      const named = {
        bool: types.BOOL,
        u8: types.U8,
        u16: types.U16,
        u32: types.U32,
        u64: types.U64,
        u128: types.U128,
        u256: types.U256,
        address: types.ADDRESS,
      } as const;
      return { type: named[type.name], typeParameterInstantiation: [] };
    }
    case 'vector':
      return { type: types.VECTOR, typeParameterInstantiation: [typeMessage(type.of)] };
    case 'parameter':
      return { type: types.TYPE_PARAMETER, typeParameter: type.index, typeParameterInstantiation: [] };
    case 'struct':
      return {
        type: types.DATATYPE,
        typeName: `${type.address}::${type.module}::${type.name}`,
        typeParameterInstantiation: type.parameters.map(typeMessage),
      };
  }
}
