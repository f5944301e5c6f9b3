/** KEYS[1]: a tenant's key prefix. ARGV: `<kind>:<id>` of each view. Answers version and document of each in turn, nil where there is none. */
export const GET_VIEWS = String.raw`
local answer = {}
for at, name in ipairs(ARGV) do
  local view = redis.call('HMGET', KEYS[1] .. 'v:' .. name, 'v', 'd')
  answer[2 * at - 1], answer[2 * at] = view[1], view[2]
end
return answer
`;
