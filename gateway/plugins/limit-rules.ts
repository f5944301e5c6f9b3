/** Validation rules. Fragments are measured once each: documents whose fragments multiply one another cost no more to check than they are long. */
import { Kind, type ASTVisitor, type SelectionSetNode, type ValidationContext } from 'graphql';
import { tooCostly } from './too-costly.ts';

type Rule = (context: ValidationContext) => ASTVisitor;

/** Fields may lie at most `depthMax` levels below one another. Introspection is bounded by a rule of GraphQL's own. */
export function depthLimitRule(depthMax: number): Rule {
  return function DepthLimit(context) {
    const depthOf = depthMeter(context);
    return {
      OperationDefinition(node) {
        const depth = depthOf(node.selectionSet);
        if (depth > depthMax) context.reportError(tooCostly(`the operation is ${depth} levels deep, and ${depthMax} is the most`, { depth, depthMax }, node));
      },
    };
  };
}

function depthMeter(context: ValidationContext): (set: SelectionSetNode) => number {
  const known = new Map<string, number>();
  function ofFragment(name: string): number {
    const depth = known.get(name);
    if (depth !== undefined) return depth;
    // 0 while it is measured: a fragment within itself is for another rule to report, not for this one to run around in.
    known.set(name, 0);
    const fragment = context.getFragment(name);
    const measured = fragment ? ofSet(fragment.selectionSet) : 0;
    known.set(name, measured);
    return measured;
  }
  function ofSet(set: SelectionSetNode): number {
    let deepest = 0;
    for (const selection of set.selections) {
      if (selection.kind === Kind.FRAGMENT_SPREAD) deepest = Math.max(deepest, ofFragment(selection.name.value));
      else if (selection.kind === Kind.INLINE_FRAGMENT) deepest = Math.max(deepest, ofSet(selection.selectionSet));
      else if (!selection.name.value.startsWith('__')) deepest = Math.max(deepest, 1 + (selection.selectionSet ? ofSet(selection.selectionSet) : 0));
    }
    return deepest;
  }
  return ofSet;
}

/** A document may hold at most `aliasesMax` aliases: they are how one request asks for the same thing many times. */
export function aliasLimitRule(aliasesMax: number): Rule {
  return function AliasLimit(context) {
    let aliases = 0;
    return {
      Field(node) {
        if (node.alias !== undefined) aliases += 1;
        if (node.alias !== undefined && aliases === aliasesMax + 1) {
          context.reportError(tooCostly(`the document has more than ${aliasesMax} aliases`, { aliasesMax }, node));
        }
      },
    };
  };
}
