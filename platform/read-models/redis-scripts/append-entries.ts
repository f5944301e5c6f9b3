/** KEYS[1]: a tenant's key prefix. ARGV: for each entry `<collection>:<id>`, its number and its document. The same number again replaces. */
export const APPEND_ENTRIES = String.raw`
for at = 1, #ARGV, 3 do
  local key, n = KEYS[1] .. 'e:' .. ARGV[at], ARGV[at + 1]
  redis.call('ZREMRANGEBYSCORE', key, n, n)
  redis.call('ZADD', key, n, n .. ':' .. ARGV[at + 2])
end
return #ARGV / 3
`;
