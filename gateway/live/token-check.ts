/** A token that was good when a subscription began may be withdrawn before it expires: its key is taken away. So open ones are looked at again, as each request's is. */
import { TokenError, type TokenVerifier } from '../../platform/auth/token-verifier.ts';
import type { Logger } from '../../platform/telemetry/logger.ts';
import type { ApiErrorCode } from '../../resolvers/errors.ts';

/** Who showed a token when it began. */
export interface TokenHolder {
  readonly token: string;
  readonly isEnded: boolean;
  end(reason: 'withdrawn', problem: TokenProblem): void;
}

/** What is wrong with a token, for whoever showed it. */
export interface TokenProblem {
  readonly message: string;
  readonly extensions: { readonly code: ApiErrorCode };
}

/** Checked one behind the other, with a breath in between: ten thousand tokens take more than a second. */
const TOKENS_AT_A_TIME = 50;

/** What looks at the tokens of all members again; while it is still at it, another call is none. */
export function createTokenCheck(verifier: TokenVerifier, logger: Logger): (members: () => readonly TokenHolder[]) => void {
  let isChecking = false;
  return (members) => {
    if (isChecking) return;
    isChecking = true;
    endWithdrawn(verifier, members(), logger)
      .catch((error: unknown) => logger.error({ err: error }, 'the tokens of subscribers could not be looked at again'))
      .finally(() => void (isChecking = false));
  };
}

/** Ends the members whose tokens are no good any more. Where that cannot be known, they stay. */
async function endWithdrawn(verifier: TokenVerifier, members: readonly TokenHolder[], logger: Logger): Promise<void> {
  const byToken = Map.groupBy(
    members.filter((member) => !member.isEnded),
    ({ token }) => token,
  );
  const tokens = [...byToken.keys()];
  for (let from = 0; from < tokens.length; from += TOKENS_AT_A_TIME) {
    for (const token of tokens.slice(from, from + TOKENS_AT_A_TIME)) {
      const problem = await problemWith(verifier, token, logger);
      if (problem === null) continue;
      for (const member of byToken.get(token) ?? []) member.end('withdrawn', { message: problem, extensions: { code: 'UNAUTHENTICATED' } });
    }
    await new Promise((resolve) => void setTimeout(resolve));
  }
}

async function problemWith(verifier: TokenVerifier, token: string, logger: Logger): Promise<string | null> {
  try {
    await verifier.verify(token);
    return null;
  } catch (error) {
    if (error instanceof TokenError) return error.message;
    logger.warn({ err: error }, 'tokens of subscribers could not be looked at again; they go on');
    return null;
  }
}
