-- All twenty placements in one call, another user each time.
local number = 0
local places = {}
for i = 0, 19 do places[#places + 1] = '"place-' .. i .. '"' end
local rest = '","placements":[' .. table.concat(places, ",") .. "]}"

request = function()
  number = number + 1
  return wrk.format("POST", nil, nil, '{"user_id":"u-' .. number .. rest)
end
