/**
 * KEYS[1]: prefix of keys. ARGV: how long the outcome is told (milliseconds), then for each view its kind and id (`<kind>:<id>`), the token of its
 * lease, and the version that was put back ('': none was, the lease is free). What another token holds by now is left alone.
 */
export const SETTLE_LEASES = String.raw`
for at = 2, #ARGV, 3 do
  local key = KEYS[1] .. 'l:' .. ARGV[at]
  if redis.call('GET', key) == ARGV[at + 1] then
    if ARGV[at + 2] == '' then
      redis.call('DEL', key)
    else
      redis.call('SET', key, '=' .. ARGV[at + 2], 'PX', ARGV[1])
    end
  end
end
return 1
`;
