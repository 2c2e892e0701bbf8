-- One placement in a call, another of a thousand visitors each time.
local place = os.getenv("PLACE")
local number = 0

request = function()
  number = (number + 1) % 1000
  local body = '{"user_id":"u-' .. number .. '","session_id":"s","placements":["' .. place .. '"]}'
  return wrk.format("POST", nil, nil, body)
end
