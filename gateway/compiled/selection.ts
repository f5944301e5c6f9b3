/** What a selection set comes to for one type: fragments spread, directives decided, fields of one name taken together, in the order of the answer. */
import { Kind, type DocumentNode, type FieldNode, type FragmentDefinitionNode, type GraphQLSchema, type SelectionNode, type SelectionSetNode } from 'graphql';

export type Variables = Readonly<Record<string, unknown>>;
/** Values of the variables on which @skip and @include depend. */
export type Conditions = ReadonlyMap<string, boolean>;
export type Fields = ReadonlyMap<string, readonly FieldNode[]>;

export interface Selections {
  /** The fields of these sets for an object type of that name, by the name that they have in the answer. */
  of(sets: readonly SelectionSetNode[], typeName: string): Fields;
}

/** `conditions`: as `compileOperation` takes them. Throws NotCompiled where one of them that counts has no value. */
export function createSelections(schema: GraphQLSchema, document: DocumentNode, conditions: Conditions): Selections {
  const fragments = new Map(
    document.definitions.flatMap((node): [string, FragmentDefinitionNode][] => (node.kind === Kind.FRAGMENT_DEFINITION ? [[node.name.value, node]] : [])),
  );
  const applies = (condition: string | undefined, typeName: string): boolean => {
    if (condition === undefined || condition === typeName) return true;
    const [abstract, concrete] = [schema.getType(condition), schema.getType(typeName)];
    return abstract !== undefined && 'resolveType' in abstract && concrete !== undefined && schema.isSubType(abstract, concrete as never);
  };
  const collect = (set: SelectionSetNode, typeName: string, fields: Map<string, FieldNode[]>, spread: Set<string>): void => {
    for (const selection of set.selections) {
      if (!isIncluded(selection, conditions)) continue;
      if (selection.kind === Kind.FIELD) {
        const key = selection.alias?.value ?? selection.name.value;
        const known = fields.get(key);
        if (known === undefined) fields.set(key, [selection]);
        else known.push(selection);
      } else if (selection.kind === Kind.INLINE_FRAGMENT) {
        if (applies(selection.typeCondition?.name.value, typeName)) collect(selection.selectionSet, typeName, fields, spread);
      } else if (!spread.has(selection.name.value)) {
        spread.add(selection.name.value);
        const fragment = fragments.get(selection.name.value);
        if (fragment !== undefined && applies(fragment.typeCondition.name.value, typeName)) collect(fragment.selectionSet, typeName, fields, spread);
      }
    }
  };
  return {
    of(sets, typeName) {
      const fields = new Map<string, FieldNode[]>();
      const spread = new Set<string>();
      for (const set of sets) collect(set, typeName, fields, spread);
      return fields;
    },
  };
}

/** For GraphQL itself to answer. */
export class NotCompiled extends Error {
  override readonly name = 'NotCompiled';
}

function isIncluded({ directives = [] }: SelectionNode, conditions: Conditions): boolean {
  for (const { name, arguments: given } of directives) {
    const condition = given?.find((one) => one.name.value === 'if')?.value;
    const holds = condition?.kind === Kind.VARIABLE ? conditions.get(condition.name.value) : condition?.kind === Kind.BOOLEAN && condition.value;
    if (holds === undefined) throw new NotCompiled();
    if (name.value === 'skip' && holds) return false;
    if (name.value === 'include' && !holds) return false;
  }
  return true;
}
