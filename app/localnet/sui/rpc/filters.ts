/** Filters of listings and subscriptions: terms joined by "or", literals within a term by "and", each perhaps negated. */
import type { GrpcTypes } from '@mysten/sui/grpc';
import type { Executed } from '../ledger/core.ts';
import type { EventRow } from '../ledger/database.ts';
import { readEnvelope } from '../ledger/envelope.ts';
import { Refusal, invalid } from '../ledger/refusal.ts';
import { normalAddress, parseType, typeText } from '../move/types.ts';

/** Clients send one term with one literal; this leaves room. */
const literalsMax = 100;

type Test<Item> = (item: Item) => boolean;
type Literal = { readonly negated: boolean; readonly predicate: object };

export function transactionFilter(filter: GrpcTypes.TransactionFilter | undefined): Test<Executed> {
  return anyTerm(filter?.terms, ({ predicate }: GrpcTypes.TransactionLiteral): Test<Executed> => {
    switch (predicate.oneofKind) {
      case 'sender': {
        const sender = addressOf(predicate.sender.address);
        return ({ row }) => row.sender === sender;
      }
      case 'affectedAddress': {
        const address = addressOf(predicate.affectedAddress.address);
        return ({ row, details }) =>
          row.sender === address || details.balanceChanges.some((change) => change.address === address);
      }
      case 'affectedObject': {
        const id = addressOf(predicate.affectedObject.objectId);
        return ({ details }) => Object.hasOwn(details.types, id);
      }
      case 'moveCall': {
        const called = pathTest(predicate.moveCall.function);
        return ({ row }) =>
          readEnvelope(row.transaction).commands.some(
            (command) =>
              command.$kind === 'MoveCall' &&
              called(`${command.MoveCall.package}::${command.MoveCall.module}::${command.MoveCall.function}`),
          );
      }
      case 'emitModule':
      case 'eventType': {
        const test = eventTest(predicate);
        return ({ events }) => events.some(test);
      }
      default:
        throw new Refusal('UNIMPLEMENTED', 'this filter is not imitated');
    }
  });
}

export function eventFilter(filter: GrpcTypes.EventFilter | undefined): Test<Omit<EventRow, 'sequence'>> {
  return anyTerm(filter?.terms, ({ predicate }: GrpcTypes.EventLiteral): Test<Omit<EventRow, 'sequence'>> => {
    if (predicate.oneofKind === 'sender') {
      const sender = addressOf(predicate.sender.address);
      return (event) => event.sender === sender;
    }
    if (predicate.oneofKind !== 'emitModule' && predicate.oneofKind !== 'eventType') {
      throw new Refusal('UNIMPLEMENTED', 'this filter is not imitated');
    }
    return eventTest(predicate);
  });
}

type EventPredicate = Extract<GrpcTypes.EventLiteral['predicate'], { oneofKind: 'emitModule' | 'eventType' }>;

function eventTest(predicate: EventPredicate): Test<Omit<EventRow, 'sequence'>> {
  if (predicate.oneofKind === 'emitModule') {
    const emitted = pathTest(predicate.emitModule.module);
    return (event) => emitted(`${event.package}::${event.module}`);
  }
  const text = predicate.eventType.eventType ?? '';
  const fits = text.includes('<') ? exactType(text) : pathTest(text);
  return (event) => fits(event.type);
}

function exactType(text: string): Test<string> {
  const wanted = typeText(parseType(text));
  return (type) => type === wanted;
}

/** A package, a module or a whole path: shorter ones match everything below them. */
function pathTest(text: string | undefined): Test<string> {
  const [address = '', ...rest] = (text ?? '').split('::');
  const wanted = [normalAddress(address), ...rest].join('::');
  return (path) => path === wanted || path.startsWith(`${wanted}::`) || path.startsWith(`${wanted}<`);
}

function addressOf(text: string | undefined): string {
  if (text === undefined) throw invalid('a filter lacks its value');
  return normalAddress(text);
}

function anyTerm<One extends Literal, Item>(
  terms: readonly { readonly literals: readonly One[] }[] | undefined,
  testOf: (literal: One) => Test<Item>,
): Test<Item> {
  if (!terms || terms.length === 0) return () => true;
  if (terms.reduce((sum, term) => sum + term.literals.length, 0) > literalsMax) throw invalid('the filter is too long');
  const tests = terms.map(({ literals }) =>
    literals.map((literal): Test<Item> => {
      const test = testOf(literal);
      return literal.negated ? (item) => !test(item) : test;
    }),
  );
  return (item) => tests.some((all) => all.every((test) => test(item)));
}
