/** KEYS[1]: the pointer. ARGV: the text that must stand there ('' for none), the new text. Answers 1 where it was replaced. */
export const REPLACE_POINTER = String.raw`
if (redis.call('GET', KEYS[1]) or '') ~= ARGV[1] then return 0 end
redis.call('SET', KEYS[1], ARGV[2])
return 1
`;
