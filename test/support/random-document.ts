/** Random queries over a schema: aliases, fragments of all kinds, directives, arguments as literals and variables. Most of them are valid. */
import {
  getNamedType,
  isAbstractType,
  isCompositeType,
  isEnumType,
  isInputObjectType,
  isListType,
  isNonNullType,
  isObjectType,
  type GraphQLArgument,
  type GraphQLCompositeType,
  type GraphQLInputType,
  type GraphQLSchema,
} from 'graphql';

export interface RandomOperation {
  readonly query: string;
  readonly variables: Record<string, unknown>;
}

export interface RandomDocumentOptions {
  readonly schema: GraphQLSchema;
  /** Root fields that may be asked for. */
  readonly roots: readonly string[];
  /** Texts for arguments of a scalar type, by the argument's or the type's name; as they stand in a document. */
  readonly literals: Readonly<Record<string, readonly string[]>>;
}

const DEPTH_MAX = 6;

/** `next`: from 0 to below 1. */
export function randomOperation({ schema, roots, literals }: RandomDocumentOptions, next: () => number): RandomOperation {
  const variables: Record<string, unknown> = {};
  const definitions: string[] = [];
  const fragments: string[] = [];
  const chance = (share: number): boolean => next() < share;
  const oneOf = <T>(items: readonly T[]): T => items[Math.floor(next() * items.length)] as T;

  const declare = (type: string, value: unknown): string => {
    const name = `v${definitions.length}`;
    definitions.push(`$${name}: ${type}`);
    variables[name] = value;
    return `$${name}`;
  };
  const literal = (name: string, type: GraphQLInputType): string => {
    if (isNonNullType(type)) return literal(name, type.ofType);
    if (isListType(type)) return `[${literal(name, type.ofType)}]`;
    if (isEnumType(type)) return oneOf(type.getValues()).name;
    if (isInputObjectType(type)) {
      const fields = Object.values(type.getFields()).filter(() => chance(0.2));
      return `{ ${fields.map((field) => `${field.name}: ${literal(field.name, field.type)}`).join(', ')} }`;
    }
    return oneOf(literals[name] ?? literals[getNamedType(type).name] ?? ['null']);
  };
  const argument = ({ name, type }: GraphQLArgument): string => {
    const text = literal(name, type);
    const isPlain = /^(".*"|-?\d+(\.\d+)?|null|true|false)$/.test(text);
    return `${name}: ${isPlain && chance(0.5) ? declare(String(type), JSON.parse(text)) : text}`;
  };
  const argumentsOf = (args: readonly GraphQLArgument[]): string => {
    const given = args.filter(({ type }) => isNonNullType(type) || chance(0.4)).map(argument);
    return given.length === 0 ? '' : `(${given.join(', ')})`;
  };
  const directive = (): string => {
    if (chance(0.85)) return '';
    const value = chance(0.5);
    return ` @${oneOf(['skip', 'include'])}(if: ${chance(0.5) ? declare('Boolean!', value) : value})`;
  };
  const typesWithin = (type: GraphQLCompositeType): string[] => (isAbstractType(type) ? schema.getPossibleTypes(type).map(({ name }) => name) : [type.name]);
  const field = (type: GraphQLCompositeType, name: string, depth: number): string => {
    if (isAbstractType(type) && !('getFields' in type)) return '__typename';
    const { args, type: result } = type.getFields()[name] ?? { args: [], type: undefined };
    const named = result && getNamedType(result);
    const alias = chance(0.15) ? `${oneOf(['a', 'b', name])}: ` : '';
    return `${alias}${name}${argumentsOf(args)}${directive()}${named && isCompositeType(named) ? ` ${selection(named, depth + 1)}` : ''}`;
  };
  const selection = (type: GraphQLCompositeType, depth: number): string => {
    const names = 'getFields' in type ? Object.keys(type.getFields()) : [];
    const isDeep = (name: string): boolean => {
      const inner = 'getFields' in type ? type.getFields()[name]?.type : undefined;
      return inner !== undefined && isCompositeType(getNamedType(inner));
    };
    const usable = depth >= DEPTH_MAX ? names.filter((name) => !isDeep(name)) : names;
    const parts = Array.from({ length: 1 + Math.floor(next() * 4) }, () => {
      if (usable.length === 0 || chance(0.1)) return '__typename';
      const name = oneOf(usable);
      if (chance(0.8) || depth >= DEPTH_MAX) return field(type, name, depth);
      const within = chance(0.3) ? '' : ` on ${oneOf(typesWithin(type))}`;
      if (chance(0.5)) return `...${within}${directive()} { ${field(type, name, depth)} }`;
      const fragment = `F${fragments.length}`;
      fragments.push('');
      fragments[Number(fragment.slice(1))] = `fragment ${fragment} on ${oneOf(typesWithin(type))} ${selection(type, depth + 1)}`;
      return `...${fragment}${directive()}`;
    });
    return `{ ${parts.join(' ')} }`;
  };
  const query = schema.getQueryType();
  if (!query || !isObjectType(query)) throw new Error('the schema has no queries');
  const fields = Array.from({ length: 1 + Math.floor(next() * 2) }, () => field(query, oneOf(roots), 0));
  const declared = definitions.length === 0 ? '' : `(${definitions.join(', ')})`;
  return { query: `query Q${declared} { ${fields.join(' ')} }\n${fragments.join('\n')}`, variables };
}
