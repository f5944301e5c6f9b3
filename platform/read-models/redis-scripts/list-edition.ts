/**
 * Parts of scripts. The edition of a tenant's lists of a kind in a generation is a text that is another one after each change of any of them, so that whoever
 * read a page knows later whether it is still what it was. One number for a kind, not for a list: a put writes it once, whatever it changes.
 *
 * A number begins at the server's clock in microseconds: what was lost and begins anew is above what it was. Lists without a number (nothing was put since
 * there are editions) have no edition: nil, false in an answer.
 */
export const EDITION_OF = String.raw`
local function editionOf(prefix, kind)
  local number = redis.call('HGET', prefix .. 'editions', kind)
  return number and string.match(prefix, ':g(%d+):$') .. '.' .. number
end
`;

export const MOVE_EDITION = String.raw`
local function moveEdition(prefix, kind)
  if redis.call('HINCRBY', prefix .. 'editions', kind, 1) > 1 then return end
  local now = redis.call('TIME')
  redis.call('HSET', prefix .. 'editions', kind, string.format('%s%06d', now[1], now[2]))
end
`;
