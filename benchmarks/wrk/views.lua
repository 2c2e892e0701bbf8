-- Page views with ids of their own, PER to a request; PART keeps the runs of one process apart.
local per, part, number = tonumber(os.getenv("PER")), os.getenv("PART"), 0

request = function()
  local events = {}
  for i = 1, per do
    number = number + 1
    events[i] = '{"type":"page_view","id":"m-' .. part .. "-" .. number .. '","user_id":"u-' .. number % 100000 .. '"}'
  end
  return wrk.format("POST", nil, nil, '{"events":[' .. table.concat(events, ",") .. "]}")
end
