-- Impressions of tokens from the file TOKENS, PER to a request, none of them twice.
local per = tonumber(os.getenv("PER"))
local tokens = io.lines(os.getenv("TOKENS"))

request = function()
  local events = {}
  for i = 1, per do
    local token = tokens() or "used up"
    events[i] = '{"type":"impression","token":"' .. token .. '","occurred_at":"2026-11-22T06:00:00.120Z"}'
  end
  return wrk.format("POST", nil, nil, '{"events":[' .. table.concat(events, ",") .. "]}")
end
