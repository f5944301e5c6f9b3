/**
 * What a generation holds of some views, for comparing. KEYS[1]: a tenant's key prefix. ARGV: kind and id of each view. Answers for each in
 * turn: version (nil where there is none), the document's SHA-1, the index text, the number of list and word memberships that the index text
 * asks for and that are not there, the SHA-1 of the timeline's and of the scores' entries up to the version (joined by line feeds), and the
 * number of entries beyond it. All of one view is of one moment.
 */
export const INSPECT_VIEWS = String.raw`
local prefix = KEYS[1]
local find, sub, gmatch = string.find, string.sub, string.gmatch

local function isMissing(key, member)
  if redis.call('ZSCORE', key, member) then return 0 else return 1 end
end

local function missingMemberships(kind, id, index)
  local missing, facets = 0, { '' }
  for facet in gmatch(index, '\1c([^\1]*)') do facets[#facets + 1] = facet end
  for record in gmatch(index, '[^\1]+') do
    local type = sub(record, 1, 1)
    if type == 'w' then
      missing = missing + isMissing(prefix .. 'w:' .. kind, sub(record, 2) .. '\0' .. id)
    elseif type == 'o' then
      local cut = find(record, '\2', 1, true)
      local list, member = prefix .. 'i:' .. kind .. ':' .. sub(record, 2, cut - 1) .. ':', sub(record, cut + 1) .. '\0' .. id
      for _, facet in ipairs(facets) do missing = missing + isMissing(list .. facet, member) end
    end
  end
  return missing
end

local function digestUpTo(key, version)
  return redis.sha1hex(table.concat(redis.call('ZRANGEBYSCORE', key, '-inf', version), '\n'))
end

local answer = {}
for at = 1, #ARGV, 2 do
  local kind, id = ARGV[at], ARGV[at + 1]
  local view = redis.call('HMGET', prefix .. 'v:' .. kind .. ':' .. id, 'v', 'd', 'x')
  local version, index = view[1], view[3] or ''
  local timeline, scores = prefix .. 'e:timeline:' .. id, prefix .. 'e:scores:' .. id
  local upTo = version or '0'
  answer[#answer + 1] = version
  answer[#answer + 1] = redis.sha1hex(view[2] or '')
  answer[#answer + 1] = index
  answer[#answer + 1] = missingMemberships(kind, id, index)
  answer[#answer + 1] = digestUpTo(timeline, upTo)
  answer[#answer + 1] = digestUpTo(scores, upTo)
  answer[#answer + 1] = redis.call('ZCOUNT', timeline, '(' .. upTo, '+inf') + redis.call('ZCOUNT', scores, '(' .. upTo, '+inf')
end
return answer
`;
