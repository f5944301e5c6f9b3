/** What signs consistency tokens: every gateway has the origin's token, so all sign alike; what is signed tells nothing of it. */
import { digest } from '../platform/messages/new-id.ts';

export const tokenSecretOf = (originToken: string): Promise<string> => digest(`consistency tokens\n${originToken}`);
