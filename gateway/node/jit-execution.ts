/**
 * GraphQL's own execution, compiled by graphql-jit, for queries that our compiled ones (../compiled/) leave to GraphQL. It makes functions of text, which
 * isolates do not allow. Answers that hold an error are GraphQL's to make: a query reads and does nothing else, so executing it twice is no harm.
 */
import { getOperationAST, OperationTypeNode, visit, type DocumentNode, type ExecutionArgs, type ExecutionResult } from 'graphql';
import type { Plugin } from 'graphql-yoga';
import { LRUCache } from 'lru-cache';
import type { Logger } from '../../platform/telemetry/logger.ts';
import { loadedOnce } from '../loaded-once.ts';

export interface JitExecution {
  /** Null: GraphQL itself has to execute it. */
  execute(args: ExecutionArgs): Promise<ExecutionResult | null>;
  /** Resolves once everything is compiled that is to be. */
  compiled(): Promise<void>;
}

/** Of the documents' text; what is compiled of one takes about a hundred times that. */
const CHARACTERS_MAX = 200_000;
/** Compiling takes as long as ten executions or more: what comes once or twice is not worth it. */
const COMPILED_WHEN_SEEN = 3;

type Run = (root: unknown, context: unknown, variables: Readonly<Record<string, unknown>>) => ExecutionResult | Promise<ExecutionResult>;

interface Known {
  seen: number;
  /** Null: not yet, or never. */
  run: Run | null;
}

export interface JitExecutionOptions {
  /** Told of documents that graphql-jit cannot compile; they are executed as before. */
  readonly logger: Logger;
  /** How often a document comes before it is compiled; nobody waits for that. 3 if absent. */
  readonly compiledWhenSeen?: number | undefined;
}

export function useJitExecution(jit: JitExecution): Plugin {
  return {
    onExecute({ executeFn, setExecuteFn }) {
      setExecuteFn(async (args: ExecutionArgs) => (await jit.execute(args)) ?? ((await executeFn(args)) as ExecutionResult));
    },
  };
}

/** For one schema. */
export function createJitExecution({ logger, compiledWhenSeen = COMPILED_WHEN_SEEN }: JitExecutionOptions): JitExecution {
  const known = new LRUCache<DocumentNode, Map<string, Known>>({ maxSize: CHARACTERS_MAX, sizeCalculation: (_known, { loc }) => (loc?.end ?? 0) + 1 });
  let compiling = Promise.resolve();
  const knownOf = ({ document, operationName }: ExecutionArgs): Known => {
    const operations = known.get(document) ?? new Map<string, Known>();
    known.set(document, operations);
    const name = operationName ?? '';
    const found = operations.get(name) ?? { seen: 0, run: null };
    operations.set(name, found);
    return found;
  };
  return {
    async execute(args) {
      const entry = knownOf(args);
      entry.seen += 1;
      if (entry.seen === compiledWhenSeen) {
        compiling = Promise.all([compiling, compile(args, logger)]).then(([, run]) => void (entry.run = run));
      }
      const result = entry.run && (await resultOf(entry.run, args));
      return result?.errors === undefined ? result : null;
    },
    compiled: () => compiling,
  };
}

const load = loadedOnce(async () => import('graphql-jit'));

/** Null where it cannot be compiled: then it is executed as before. */
async function compile({ schema, document, operationName }: ExecutionArgs, logger: Logger): Promise<Run | null> {
  if (!isPlainQuery(document, operationName)) return null;
  try {
    const { compileQuery, isCompiledQuery } = await load();
    const compiled = compileQuery(schema, document, operationName ?? undefined, { disablingCapturingStackErrors: true });
    if (isCompiledQuery(compiled)) return compiled.query;
    logger.warn({ operation: operationName, errors: compiled.errors?.map(String) }, 'a document cannot be compiled by graphql-jit');
  } catch (error) {
    logger.warn({ operation: operationName, error }, 'a document could not be compiled by graphql-jit');
  }
  return null;
}

async function resultOf(run: Run, { rootValue, contextValue, variableValues }: ExecutionArgs): Promise<ExecutionResult | null> {
  try {
    return await run(rootValue, contextValue, variableValues ?? {});
  } catch {
    // GraphQL itself tells what is wrong.
    return null;
  }
}

/** Without directives: graphql-jit joins fields of one name that @skip and @include leave apart, and knows nothing of answers in parts. */
function isPlainQuery(document: DocumentNode, operationName: string | null | undefined): boolean {
  let hasDirectives = false;
  visit(document, { Directive: () => void (hasDirectives = true) });
  return !hasDirectives && getOperationAST(document, operationName)?.operation === OperationTypeNode.QUERY;
}
