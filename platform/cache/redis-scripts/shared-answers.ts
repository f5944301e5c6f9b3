/**
 * Shared answers stand under `a:<digest>` behind a tenant's key prefix (KEYS[1]): a hash of p(arts) and t(ext). The parts are JSON: `v` names and versions of
 * views in turn ('' for no version: no view), `l` kinds and editions of lists, `e` name, page size, upper bound and numbers of entries.
 */
import { EDITION_OF } from '../../read-models/redis-scripts/list-edition.ts';

const IS_AS_READ = String.raw`
${EDITION_OF}
local prefix = KEYS[1]

local function numbersOf(name, first, upper)
  local found, numbers = redis.call('ZREVRANGEBYSCORE', prefix .. 'e:' .. name, upper, '-inf', 'WITHSCORES', 'LIMIT', 0, first), {}
  for at = 2, #found, 2 do numbers[at / 2] = found[at] end
  return table.concat(numbers, ',')
end

local function isAsRead(parts)
  local views, lists, entries = parts.v, parts.l, parts.e
  for at = 1, #lists, 2 do
    if editionOf(prefix, lists[at]) ~= lists[at + 1] then return false end
  end
  for at = 1, #views, 2 do
    if (redis.call('HGET', prefix .. 'v:' .. views[at], 'v') or '') ~= views[at + 1] then return false end
  end
  for at = 1, #entries, 4 do
    if numbersOf(entries[at], entries[at + 1], entries[at + 2]) ~= entries[at + 3] then return false end
  end
  return true
end
`;

/** ARGV: the digest. Answers parts, text and milliseconds to live; 0 where something has changed (the answer is dropped); nil where there is none. */
export const GET_ANSWER = String.raw`
${IS_AS_READ}
local key = prefix .. 'a:' .. ARGV[1]
local kept = redis.call('HMGET', key, 'p', 't')
if not kept[1] then return false end
if isAsRead(cjson.decode(kept[1])) then return { kept[1], kept[2], redis.call('PTTL', key) } end
redis.call('UNLINK', key)
return 0
`;

/** ARGV: the digest, parts, text, milliseconds to live. Answers 1, or 0 where something has changed since: nothing is kept. */
export const SET_ANSWER = String.raw`
${IS_AS_READ}
if not isAsRead(cjson.decode(ARGV[2])) then return 0 end
local key = prefix .. 'a:' .. ARGV[1]
redis.call('HSET', key, 'p', ARGV[2], 't', ARGV[3])
redis.call('PEXPIRE', key, ARGV[4])
return 1
`;
