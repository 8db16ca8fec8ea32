// Each script is one round trip and atomic. KEYS[1] is the stream, KEYS[2] a session.

/**
 * Adds a message to the history and publishes it together with its position. The message is a
 * MessagePack array of two items (0x92). It becomes an array of four items (0x94) with nil (0xc0)
 * and the position, which other servers ignore: for them, nil says that the message is not an
 * invocation with a result. If Redis refuses to add the message, it is published all the
 * same, and the other servers learn of the gap.
 * ARGV: maximum length, target, message, channel, channel of gaps.
 */
export const publishScript = `
local added = redis.pcall('XADD', KEYS[1], 'MAXLEN', ARGV[1], '*', 't', ARGV[2], 'p', ARGV[3])
if type(added) == 'table' then
  redis.call('PUBLISH', ARGV[5], '')
  return {redis.call('PUBLISH', ARGV[4], ARGV[3]), added.err}
end
local position = string.char(160 + #added) .. added
return redis.call('PUBLISH', ARGV[4], '\\148' .. string.sub(ARGV[3], 2) .. '\\192' .. position)`;

/** Adds a gap. ARGV: maximum length. */
export const gapScript = `
return redis.call('XADD', KEYS[1], 'MAXLEN', ARGV[1], '*', 't', 'gap', 'p', '')`;

/**
 * Creates a session and returns its first position. The stream always has an entry, so that an
 * empty Redis is recognized. ARGV: user, connection id, maximum age, groups…
 */
export const beginScript = `
local last = redis.call('XREVRANGE', KEYS[1], '+', '-', 'COUNT', 1)
local id = last[1] and last[1][1] or redis.call('XADD', KEYS[1], '*', 't', 'start', 'p', '')
redis.call('DEL', KEYS[2])
redis.call('HSET', KEYS[2], 'user', ARGV[1], 'owners', ARGV[2], 'start', id)
for i = 4, #ARGV do redis.call('HSET', KEYS[2], 'group:' .. ARGV[i], id) end
redis.call('PEXPIRE', KEYS[2], ARGV[3])
return id`;

/**
 * Makes a connection the owner of a session of its user. Returns the session, the first and the
 * last position. ARGV: user, connection id, maximum age.
 */
export const claimScript = `
local user = redis.call('HGET', KEYS[2], 'user')
if not user or user ~= ARGV[1] then return {} end
local owners = redis.call('HGET', KEYS[2], 'owners') .. ' ' .. ARGV[2]
redis.call('HSET', KEYS[2], 'owners', string.sub(owners, -1000))
redis.call('PEXPIRE', KEYS[2], ARGV[3])
local first = redis.call('XRANGE', KEYS[1], '-', '+', 'COUNT', 1)
local last = redis.call('XREVRANGE', KEYS[1], '+', '-', 'COUNT', 1)
return {redis.call('HGETALL', KEYS[2]), first[1] and first[1][1] or '', last[1] and last[1][1] or ''}`;

/**
 * Adds a group to a session or removes it. Returns 0 if the connection is not the owner.
 * ARGV: connection id, group, 'add' or 'remove'.
 */
export const groupScript = `
local owners = redis.call('HGET', KEYS[2], 'owners')
if not owners or string.sub(owners, -#ARGV[1]) ~= ARGV[1] then return 0 end
if ARGV[3] == 'remove' then return {redis.call('HDEL', KEYS[2], 'group:' .. ARGV[2])} end
local last = redis.call('XREVRANGE', KEYS[1], '+', '-', 'COUNT', 1)
redis.call('HSETNX', KEYS[2], 'group:' .. ARGV[2], last[1] and last[1][1] or '0-0')
return 1`;

/** Removes a session. */
export const endScript = `return redis.call('DEL', KEYS[2])`;

/**
 * Reads a page. Returns the number of entries, the last position, the entries of the targets, and
 * the first position of the stream. ARGV: position after which the page starts, page size, targets…
 */
export const readScript = `
local first = redis.call('XRANGE', KEYS[1], '-', '+', 'COUNT', 1)
local page = redis.call('XRANGE', KEYS[1], '(' .. ARGV[1], '+', 'COUNT', ARGV[2])
local wanted = {gap = true}
for i = 3, #ARGV do wanted[ARGV[i]] = true end
local last, found = ARGV[1], {}
for _, entry in ipairs(page) do
  last = entry[1]
  if wanted[entry[2][2]] then table.insert(found, {last, entry[2][2], entry[2][4]}) end
end
return {#page, last, found, first[1] and first[1][1] or ''}`;

/**
 * Removes old messages except the newest, and keeps the sessions of connected clients. Publishes
 * the first and the last position and the time to this server. When they arrive, it has received
 * all messages up to the last position. KEYS: the stream, sessions… ARGV: maximum age, channel.
 */
export const maintainScript = `
local last = redis.call('XREVRANGE', KEYS[1], '+', '-', 'COUNT', 1)
if last[1] then
  local now = tonumber(redis.call('TIME')[1]) * 1000
  local cutoff = now - tonumber(ARGV[1])
  local newest = tonumber(string.match(last[1][1], '^%d+'))
  local oldest = cutoff < newest and string.format('%.0f', cutoff) or last[1][1]
  redis.call('XTRIM', KEYS[1], 'MINID', oldest)
  redis.call('PEXPIRE', KEYS[1], 2 * tonumber(ARGV[1]))
  if last[1][2][2] ~= 'gap' then
    local first = redis.call('XRANGE', KEYS[1], '-', '+', 'COUNT', 1)
    local reached = first[1][1] .. ' ' .. last[1][1] .. ' ' .. string.format('%.0f', now)
    redis.call('PUBLISH', ARGV[2], reached)
  end
end
for i = 2, #KEYS do redis.call('PEXPIRE', KEYS[i], ARGV[1]) end
return 1`;
