/**
 * A Move function as the stand-in knows it: a signature written as in Move (with the short names of `world.ts`) and a TypeScript body
 * that keeps the checks of the real one, in their order. `ctx` parameters are left out, as clients leave them out.
 */
import type { Runtime } from './runtime.ts';
import { split } from './types.ts';
import type { MoveType, StructType } from './types.ts';
import type { World } from './world.ts';

export type Ability = 'copy' | 'drop' | 'store' | 'key';

export interface Parameter {
  readonly reference: 'none' | 'shared' | 'mutable';
  readonly type: MoveType;
}

/** What a body may ask about the call: the type arguments, and everything the transaction can touch. */
export interface CallContext {
  readonly runtime: Runtime;
  readonly types: readonly MoveType[];
}

type Body<Arguments extends readonly unknown[]> = (call: CallContext, ...given: Arguments) => readonly unknown[];

/** A function before its signature is bound to a ledger's package ids. */
export interface FunctionDeclaration {
  readonly path: string;
  readonly typeParameters: readonly (readonly Ability[])[];
  readonly parameters: readonly string[];
  readonly returns: readonly string[];
  readonly body: Body<readonly never[]>;
}

export interface MoveFunction {
  readonly address: string;
  readonly module: string;
  readonly name: string;
  readonly typeParameters: readonly (readonly Ability[])[];
  readonly parameters: readonly Parameter[];
  readonly returns: readonly MoveType[];
  readonly body: Body<readonly never[]>;
}

const signature = /^([a-z_0-9]+::[a-z_0-9]+::[a-z_0-9]+)(?:<([^()]*)>)?\(([^()]*)\)(?:: (.*))?$/;

/**
 * Declares `address::module::name<T0: key + store>(&mut System, u64): Storage`. The tuple type says what the body gets for those
 * parameters; the executor has checked each argument against the signature before the body runs.
 */
export function moveFunction<const Arguments extends readonly unknown[]>(
  text: string,
  body: Body<Arguments>,
): FunctionDeclaration {
  const [, path, generics, parameters = '', returns = ''] = signature.exec(text) ?? [];
  if (path === undefined) throw new Error(`not a signature: ${text}`);
  const bare = returns.startsWith('(') ? returns.slice(1, -1) : returns;
  return {
    path,
    typeParameters: (generics === undefined ? [] : split(generics)).map((one) => {
      const abilities = one.split(':')[1]?.split('+') ?? [];
      return abilities.map((ability) => ability.trim()).filter(isAbility);
    }),
    parameters: parameters === '' ? [] : split(parameters),
    returns: bare === '' ? [] : split(bare),
    body: body as unknown as Body<readonly never[]>,
  };
}

function isAbility(text: string): text is Ability {
  return text === 'copy' || text === 'drop' || text === 'store' || text === 'key';
}

export function bindFunction(declaration: FunctionDeclaration, world: World): MoveFunction {
  const [package_ = '', module = '', name = ''] = declaration.path.split('::');
  const { address } = world.type(`${package_}::${module}::X`) as StructType;
  return {
    address,
    module,
    name,
    typeParameters: declaration.typeParameters,
    parameters: declaration.parameters.map((text) => {
      if (text.startsWith('&mut ')) return { reference: 'mutable', type: world.type(text.slice(5)) };
      if (text.startsWith('&')) return { reference: 'shared', type: world.type(text.slice(1)) };
      return { reference: 'none', type: world.type(text) };
    }),
    returns: declaration.returns.map((text) => world.type(text)),
    body: declaration.body,
  };
}
