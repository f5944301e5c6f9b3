/**
 * KEYS[1]: prefix of keys. ARGV: how long a lease lasts (milliseconds), then for each view its kind and id (`<kind>:<id>`), the token that may hold its
 * lease, and the least version. Under `l:<kind>:<id>` stands the holder's token, or `=<version>` for a moment after the holder was through.
 * Answers for each -1 (the token has it), -2 (another has it), or the version that was put back (0: the view is nowhere).
 */
export const TAKE_LEASES = String.raw`
local answers = {}
for at = 2, #ARGV, 3 do
  local key = KEYS[1] .. 'l:' .. ARGV[at]
  local known = redis.call('GET', key)
  local done = known and string.match(known, '^=(%d+)$')
  if known and not done then
    answers[#answers + 1] = -2
  elseif done and tonumber(done) >= tonumber(ARGV[at + 2]) then
    answers[#answers + 1] = tonumber(done)
  else
    redis.call('SET', key, ARGV[at + 1], 'PX', ARGV[1])
    answers[#answers + 1] = -1
  end
end
return answers
`;
