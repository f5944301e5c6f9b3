import { MOVE_EDITION } from './list-edition.ts';

/**
 * Puts views of one tenant. KEYS[1]: the tenant's key prefix. ARGV: `newer` or `absent`, then for each view its kind, id, version,
 * seconds to live (0: for ever), index text (redis-index-text.ts; '': in no list) and document. Answers 1 or 0 for each: taken or not.
 *
 * Totals (hash `t:<kind>`, by name) move by what a view adds now without what it added before: they are always the sums over the stored views.
 * What changes in the lists is gathered over all views first and then written list by list: few commands with many members.
 * The strings are compared for equality only: Lua's `<` follows the server's locale.
 */
export const PUT_VIEWS = String.raw`
${MOVE_EDITION}
local prefix, mode = KEYS[1], ARGV[1]
local find, sub, gmatch = string.find, string.sub, string.gmatch
local changes, moved, sums = {}, {}, {}

-- Adding what is to be removed (or the reverse) leaves things as they were.
local function note(key, member, wanted)
  local list = changes[key]
  if not list then list = {}; changes[key] = list end
  if list[member] == not wanted then list[member] = nil else list[member] = wanted end
end

local function noteSums(kind, adds, sign)
  local key = prefix .. 't:' .. kind
  local totals = sums[key]
  if not totals then totals = {}; sums[key] = totals end
  for total, count in gmatch(adds, 'a([^\1\2]*)\2([^\1]*)') do
    totals[total] = (totals[total] or 0) + sign * tonumber(count)
  end
end

-- What it says of lists, and what it adds to totals: the latter stands last.
local function parts(index)
  local at = find(index, '\1a', 1, true)
  if not at then return index, '' end
  return sub(index, 1, at), sub(index, at + 1)
end

local function noteAll(kind, id, index, wanted)
  local sorts, facets = {}, {}
  for record in gmatch(index, '[^\1]+') do
    local type = sub(record, 1, 1)
    if type == 'o' then
      local cut = find(record, '\2', 1, true)
      sorts[sub(record, 2, cut - 1)] = sub(record, cut + 1)
    elseif type == 'c' then
      facets[#facets + 1] = sub(record, 2)
    elseif type == 'w' then
      note(prefix .. 'w:' .. kind, sub(record, 2) .. '\0' .. id, wanted)
    end
  end
  for order, sortKey in pairs(sorts) do
    local list, member = prefix .. 'i:' .. kind .. ':' .. order .. ':', sortKey .. '\0' .. id
    note(list, member, wanted)
    for _, facet in ipairs(facets) do note(list .. facet, member, wanted) end
  end
end

local function put(kind, id, version, ttl, index, doc)
  local key = prefix .. 'v:' .. kind .. ':' .. id
  local known = redis.call('HMGET', key, 'v', 'x')
  if known[1] and (mode == 'absent' or tonumber(known[1]) >= tonumber(version)) then return 0 end
  redis.call('HSET', key, 'v', version, 'd', doc, 'x', index)
  if ttl ~= '0' then redis.call('EXPIRE', key, ttl) elseif known[1] then redis.call('PERSIST', key) end
  local before = known[2] or ''
  if before ~= index then
    local lists, adds = parts(before)
    local newLists, newAdds = parts(index)
    noteAll(kind, id, lists, false)
    noteAll(kind, id, newLists, true)
    if adds ~= newAdds then
      noteSums(kind, adds, -1)
      noteSums(kind, newAdds, 1)
    end
    moved[kind] = true
  end
  return 1
end

local function write(command, key, args)
  for from = 1, #args, 2000 do
    redis.call(command, key, unpack(args, from, math.min(from + 1999, #args)))
  end
end

local taken = {}
for at = 2, #ARGV, 6 do
  taken[#taken + 1] = put(ARGV[at], ARGV[at + 1], ARGV[at + 2], ARGV[at + 3], ARGV[at + 4], ARGV[at + 5])
end
for key, list in pairs(changes) do
  local added, removed = {}, {}
  for member, wanted in pairs(list) do
    if wanted then
      added[#added + 1] = '0'
      added[#added + 1] = member
    else
      removed[#removed + 1] = member
    end
  end
  write('ZREM', key, removed)
  write('ZADD', key, added)
end
for key, totals in pairs(sums) do
  for total, count in pairs(totals) do
    if count ~= 0 and redis.call('HINCRBY', key, total, string.format('%.0f', count)) == 0 then redis.call('HDEL', key, total) end
  end
end
for kind in pairs(moved) do moveEdition(prefix, kind) end
return taken
`;
