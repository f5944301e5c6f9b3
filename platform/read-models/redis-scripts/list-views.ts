import { EDITION_OF } from './list-edition.ts';

/**
 * One page of a list. KEYS[1]: the tenant's key prefix. ARGV[1]: the plan as JSON (list-plan.ts), with scanMax and wordCandidatesMax.
 * Answers [1 if there is more, cursor, edition of the kind's lists (list-edition.ts), then version, document, member of each item].
 *
 * The shortest list among the facets' is walked and the rest of the conditions are looked up in the index text of each view;
 * a rare word is gathered and sorted instead. After scanMax looks the page ends where it is, so that no query holds Redis up.
 */
export const LIST_VIEWS = String.raw`
${EDITION_OF}
local plan, prefix = cjson.decode(ARGV[1]), KEYS[1]
local find, sub, byte = string.find, string.sub, string.byte
local views = prefix .. 'v:' .. plan.kind .. ':'
local lists = prefix .. 'i:' .. plan.kind .. ':' .. plan.order .. ':'
local words = prefix .. 'w:' .. plan.kind
local ascending = plan.direction == 'ASC'
local from, to = '[' .. plan.low, plan.high and '(' .. plan.high or '+'

-- By bytes: Lua's own comparison follows the server's locale.
local function less(a, b)
  for at = 1, math.min(#a, #b) do
    local left, right = byte(a, at), byte(b, at)
    if left ~= right then return left < right end
  end
  return #a < #b
end

local function idOf(member) return sub(member, find(member, '\0', 1, true) + 1) end

local function valueOf(index, name)
  local _, last = find(index, '\1' .. name .. '\2', 1, true)
  if last then return sub(index, last + 1, find(index, '\1', last + 1, true) - 1) end
end

local needles = {}
for _, facet in ipairs(plan.facets) do needles[#needles + 1] = '\1c' .. facet .. '\1' end
for _, word in ipairs(plan.words) do needles[#needles + 1] = '\1w' .. word end

local function holds(index, condition)
  local wanted = condition.value
  local stored = valueOf(index, (type(wanted) == 'number' and 'n' or 't') .. condition.field)
  if not stored then return false end
  if type(wanted) == 'number' then
    stored = tonumber(stored)
    if condition.op == 'GTE' then return stored >= wanted else return stored <= wanted end
  end
  if condition.op == 'GTE' then return not less(stored, wanted) else return not less(wanted, stored) end
end

local function fulfils(index)
  if not index then return false end
  for _, needle in ipairs(needles) do
    if not find(index, needle, 1, true) then return false end
  end
  for _, condition in ipairs(plan.where) do
    if not holds(index, condition) then return false end
  end
  return true
end

local function shortestList()
  if #plan.facets == 0 then return lists, redis.call('ZLEXCOUNT', lists, from, to) end
  local best, least
  for _, facet in ipairs(plan.facets) do
    local count = redis.call('ZLEXCOUNT', lists .. facet, from, to)
    if not least or count < least then best, least = lists .. facet, count end
  end
  return best, least
end

local function rarestWord(least)
  local best
  for _, word in ipairs(plan.words) do
    local count = redis.call('ZLEXCOUNT', words, '[' .. word, '(' .. word .. '\255')
    if count <= plan.wordCandidatesMax and count < least then best, least = word, count end
  end
  return best
end

local function gather(word)
  local seen, members = {}, {}
  for _, entry in ipairs(redis.call('ZRANGEBYLEX', words, '[' .. word, '(' .. word .. '\255')) do
    local id = idOf(entry)
    local index = not seen[id] and redis.call('HGET', views .. id, 'x')
    seen[id] = true
    local sortKey = fulfils(index) and valueOf(index, 'o' .. plan.order)
    if sortKey then
      local member = sortKey .. '\0' .. id
      if not less(member, plan.low) and (not plan.high or less(member, plan.high)) then members[#members + 1] = member end
    end
  end
  if ascending then table.sort(members, less) else table.sort(members, function(a, b) return less(b, a) end) end
  local found = {}
  for at = 1, math.min(plan.first, #members) do found[at] = members[at] end
  return found, #members > plan.first, false
end

local function step(list, count)
  if ascending then return redis.call('ZRANGEBYLEX', list, from, to, 'LIMIT', 0, count) end
  return redis.call('ZREVRANGEBYLEX', list, to, from, 'LIMIT', 0, count)
end

local function walk(list)
  local found, looked = {}, 0
  local plain = #plan.where == 0 and #plan.words == 0 and #plan.facets <= 1
  local count = plain and plan.first + 1 or math.max(plan.first + 1, 200)
  while true do
    local members = step(list, count)
    for _, member in ipairs(members) do
      looked = looked + 1
      if plain or fulfils(redis.call('HGET', views .. idOf(member), 'x')) then
        if #found == plan.first then return found, true, false end
        found[#found + 1] = member
      end
    end
    if #members < count then return found, false, false end
    local last = members[#members]
    if looked >= plan.scanMax then return found, true, last end
    if ascending then from = '(' .. last else to = '(' .. last end
  end
end

local list, least = shortestList()
local word = rarestWord(least)
local found, more, stoppedAt
if word then found, more, stoppedAt = gather(word) else found, more, stoppedAt = walk(list) end

local answer = { more and 1 or 0, stoppedAt or found[#found] or false, editionOf(prefix, plan.kind) }
for _, member in ipairs(found) do
  local view = redis.call('HMGET', views .. idOf(member), 'v', 'd')
  if view[1] then
    answer[#answer + 1] = view[1]
    answer[#answer + 1] = view[2]
    answer[#answer + 1] = member
  end
end
return answer
`;
