/** A field's arguments, as far as they can be known before anybody asks. Edge safe. */
import { getArgumentValues, isNonNullType, Kind, visit, type ArgumentNode, type FieldNode, type GraphQLArgument, type GraphQLField } from 'graphql';
import { NotCompiled, type Variables } from './selection.ts';

export interface Arguments {
  readonly areConstant: boolean;
  /** `variables`: coerced. Throws where one is missing that an argument needs. */
  of(variables: Variables): Record<string, unknown>;
}

/** Throws a GraphQLError for arguments that do not fit. */
export function argumentsOf(field: GraphQLField<unknown, unknown>, node: FieldNode): Arguments {
  const given = node.arguments ?? [];
  const varying = given.filter(mentionsVariables);
  if (varying.length === 0) {
    const constant = getArgumentValues(field, node);
    return { areConstant: true, of: () => constant };
  }
  if (varying.some(({ value }) => value.kind !== Kind.VARIABLE)) {
    return { areConstant: false, of: lastOf((variables) => getArgumentValues(field, node, variables)) };
  }
  const places = field.args.flatMap((argument) => placeOf(argument, given, field));
  return { areConstant: false, of: lastOf((variables) => filled(places, variables)) };
}

/** Where an argument's value comes from: a variable, or from before. */
interface Place {
  readonly name: string;
  readonly variable: string | null;
  /** Of the argument itself, or its default; undefined: none. */
  readonly value: unknown;
  readonly isRequired: boolean;
}

function placeOf({ name, type, defaultValue }: GraphQLArgument, given: readonly ArgumentNode[], field: GraphQLField<unknown, unknown>): Place[] {
  const node = given.find((one) => one.name.value === name);
  const isRequired = isNonNullType(type);
  if (node?.value.kind === Kind.VARIABLE) return [{ name, variable: node.value.name.value, value: defaultValue, isRequired }];
  const argument = field.args.filter((one) => one.name === name);
  const constant = getArgumentValues(
    { ...field, args: argument },
    { kind: Kind.FIELD, name: { kind: Kind.NAME, value: field.name }, arguments: node === undefined ? [] : [node] },
  );
  return name in constant ? [{ name, variable: null, value: constant[name], isRequired }] : [];
}

function filled(places: readonly Place[], variables: Variables): Record<string, unknown> {
  const values: Record<string, unknown> = {};
  for (const { name, variable, value, isRequired } of places) {
    const known = variable !== null && Object.hasOwn(variables, variable) ? variables[variable] : value;
    // GraphQL says which one.
    if (known == null && isRequired) throw new NotCompiled();
    if (known !== undefined) values[name] = known;
  }
  return values;
}

/** The same question comes with the same variables, in fields of a list even many times over. */
function lastOf<Key, Value>(make: (key: Key) => Value): (key: Key) => Value {
  let last: { readonly key: Key; readonly value: Value } | undefined;
  return (key) => {
    if (last?.key !== key) last = { key, value: make(key) };
    return last.value;
  };
}

/** True where a variable is anywhere in the value. */
export function mentionsVariables(argument: ArgumentNode): boolean {
  let found = false;
  visit(argument, { Variable: () => void (found = true) });
  return found;
}
