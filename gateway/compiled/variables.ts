/**
 * Variables as an operation's definitions want them, for values that are plainly as they should be. Whatever else comes (something that does not fit, a
 * single value where a list is wanted) is for GraphQL to take or to refuse in its words. Edge safe.
 */
import {
  isInputObjectType,
  isInputType,
  isLeafType,
  isListType,
  isNonNullType,
  typeFromAST,
  valueFromAST,
  type GraphQLInputObjectType,
  type GraphQLInputType,
  type GraphQLSchema,
  type VariableDefinitionNode,
} from 'graphql';
import type { Variables } from './selection.ts';

/** Null where GraphQL has to look at them. */
export type CoerceVariables = (given: Variables) => Variables | null;

export interface Coercion {
  /** Of a valid operation. */
  of(definitions: readonly VariableDefinitionNode[]): CoerceVariables;
}

/** Stands for a value that does not plainly fit. */
const UNFIT = Symbol('unfit');
type Coerce = (value: unknown) => unknown;

interface Slot {
  readonly name: string;
  readonly coerce: Coerce;
  /** Where nothing is given; undefined: nothing then. */
  readonly fallback: unknown;
  readonly isRequired: boolean;
}

export function createCoercion(schema: GraphQLSchema): Coercion {
  /** Types may hold themselves. */
  const objects = new Map<GraphQLInputObjectType, Coerce>();

  const coercerOf = (type: GraphQLInputType): Coerce => {
    if (isNonNullType(type)) {
      const inner = coercerOf(type.ofType);
      return (value) => (value == null ? UNFIT : inner(value));
    }
    if (isListType(type)) return listOf(coercerOf(type.ofType));
    if (isInputObjectType(type)) return (value) => (objects.get(type) ?? learn(type))(value);
    return isLeafType(type) ? leafOf((value) => type.parseValue(value)) : () => UNFIT;
  };
  const learn = (type: GraphQLInputObjectType): Coerce => {
    const slots = Object.values(type.getFields()).map((field): Slot => ({
      name: field.name,
      coerce: coercerOf(field.type),
      fallback: field.defaultValue,
      isRequired: isNonNullType(field.type),
    }));
    const coerce = type.isOneOf ? () => UNFIT : objectOf(slots);
    objects.set(type, coerce);
    return coerce;
  };
  return {
    of(definitions) {
      const slots = definitions.map(({ variable, type: node, defaultValue }): Slot => {
        const type = typeFromAST(schema, node);
        const isInput = type !== undefined && isInputType(type);
        return {
          name: variable.name.value,
          coerce: isInput ? coercerOf(type) : () => UNFIT,
          fallback: isInput && defaultValue ? valueFromAST(defaultValue, type) : undefined,
          isRequired: isInput && isNonNullType(type),
        };
      });
      // A name that plain objects do not hold like any other.
      if (slots.some(({ name }) => name === '__proto__')) return () => null;
      return (given) => {
        const coerced = filled(slots, given);
        return coerced === UNFIT ? null : (coerced as Variables);
      };
    },
  };
}

function filled(slots: readonly Slot[], given: Readonly<Record<string, unknown>>): unknown {
  const coerced: Record<string, unknown> = {};
  for (const { name, coerce, fallback, isRequired } of slots) {
    const value = Object.hasOwn(given, name) ? given[name] : undefined;
    if (value === undefined) {
      if (fallback !== undefined) coerced[name] = fallback;
      else if (isRequired) return UNFIT;
      continue;
    }
    const known = coerce(value);
    if (known === UNFIT) return UNFIT;
    coerced[name] = known;
  }
  return coerced;
}

function objectOf(slots: readonly Slot[]): Coerce {
  const names = new Set(slots.map(({ name }) => name));
  return (value) => {
    if (value == null) return null;
    if (typeof value !== 'object' || Array.isArray(value)) return UNFIT;
    for (const name in value) if (!names.has(name)) return UNFIT;
    return filled(slots, value as Record<string, unknown>);
  };
}

const listOf =
  (item: Coerce): Coerce =>
  (value) => {
    if (value == null) return null;
    if (!Array.isArray(value)) return UNFIT;
    const coerced = value.map(item);
    return coerced.includes(UNFIT) ? UNFIT : coerced;
  };

/** `parse` throws where the value does not fit, or answers undefined. */
const leafOf =
  (parse: (value: unknown) => unknown): Coerce =>
  (value) => {
    if (value == null) return null;
    try {
      const parsed = parse(value);
      return parsed === undefined ? UNFIT : parsed;
    } catch {
      // GraphQL meets it again, and tells.
      return UNFIT;
    }
  };
